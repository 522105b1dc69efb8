/** A schema step as a later version may have it: everything is written again. */
export const shortStep = `
  CREATE TABLE kept (seq INTEGER PRIMARY KEY, payload BLOB NOT NULL) STRICT;
  INSERT INTO kept SELECT seq, payload FROM message;
  UPDATE message SET sender = 'migrated ' || sender;`;
