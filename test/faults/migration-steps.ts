/** A schema step as a later version may have it: everything is written again. */
export const shortStep = `
  CREATE TABLE kept (record_id INTEGER PRIMARY KEY, payload BLOB NOT NULL) STRICT;
  INSERT INTO kept SELECT record_id, payload FROM message;
  UPDATE message SET sender = 'migrated ' || sender;`;
