import { type SqlDatabase, singleNumber } from './sql.ts';
import { StoreOpenError } from './store.ts';

/** "RLY1": tells a relay's store from any other SQLite file. */
const applicationId = 0x524c5931;

/** What brings a store from one schema version to the next, inside one transaction. */
export type Migration = string;

/**
 * The schema as the steps that lead to it: the first makes version 1 of an empty file. A step that was released is never
 * changed; a new one is added behind it.
 *
 * Messages name their queue by number, because user and target in every row and index cost more than a third of the
 * inserts. `payload` stands last, so that whoever does not ask for it does not read its pages. Times are REAL, because
 * they may have fractions and be infinite. Attempts have their own table, so that counting one does not write the payload
 * again. A checksum that SQL has to write is a sum (see checksum.ts). Who holds what at the moment is no part of the file: it ends with the process (see queue-tables.ts).
 */
export const migrations: readonly Migration[] = [
  `CREATE TABLE user_account (
     user_id TEXT PRIMARY KEY,
     name TEXT NOT NULL,
     limits TEXT NOT NULL,
     created_at_ms REAL NOT NULL,
     checksum INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE access_key (
     key_id TEXT PRIMARY KEY,
     kind TEXT NOT NULL,
     user_id TEXT,
     client_id TEXT,
     hash BLOB NOT NULL,
     created_at_ms REAL NOT NULL,
     expires_at_ms REAL,
     checksum INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX access_key_by_owner ON access_key (user_id, client_id);

   CREATE TABLE device (
     user_id TEXT NOT NULL,
     client_id TEXT NOT NULL,
     created_at_ms REAL NOT NULL,
     last_seen_at_ms REAL,
     checksum INTEGER NOT NULL,
     PRIMARY KEY (user_id, client_id)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE queue (
     queue_id INTEGER PRIMARY KEY,
     user_id TEXT NOT NULL,
     target TEXT NOT NULL,
     UNIQUE (user_id, target)
   ) STRICT;

   CREATE TABLE message (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     queue_id INTEGER NOT NULL,
     sender TEXT NOT NULL,
     message_id TEXT,
     queued_at_ms REAL NOT NULL,
     expires_at_ms REAL NOT NULL,
     checksum INTEGER NOT NULL,
     payload BLOB NOT NULL
   ) STRICT;
   CREATE INDEX message_by_queue ON message (queue_id);
   CREATE INDEX message_by_expiry ON message (expires_at_ms);

   CREATE TABLE attempt (
     seq INTEGER PRIMARY KEY,
     attempts INTEGER NOT NULL
   ) STRICT;`,

  // Numbers of messages are counted for each user (see queue-numbers.ts). Those that were given out came from one counter of all
  // users: everybody goes on above it, which the row without a user says, with the checksum of such a row. Names have an index
  // that two rows may share, so that it can be built again where a flipped bit made one name out of two.
  `CREATE TABLE numbering (
     numbering_id INTEGER PRIMARY KEY,
     user_id TEXT NOT NULL,
     last_seq INTEGER NOT NULL,
     checksum INTEGER NOT NULL
   ) STRICT;
   INSERT INTO numbering (user_id, last_seq, checksum)
     SELECT '', seq, 3035213400 + seq FROM sqlite_sequence WHERE name = 'message';

   CREATE TABLE queue_by_id (
     queue_id INTEGER PRIMARY KEY,
     user_id TEXT NOT NULL,
     target TEXT NOT NULL
   ) STRICT;
   INSERT INTO queue_by_id SELECT queue_id, user_id, target FROM queue;
   DROP TABLE queue;
   ALTER TABLE queue_by_id RENAME TO queue;
   CREATE INDEX queue_by_name ON queue (user_id, target);

   CREATE TABLE numbered_message (
     record_id INTEGER PRIMARY KEY,
     queue_id INTEGER NOT NULL,
     seq INTEGER NOT NULL,
     sender TEXT NOT NULL,
     message_id TEXT,
     queued_at_ms REAL NOT NULL,
     expires_at_ms REAL NOT NULL,
     checksum INTEGER NOT NULL,
     payload BLOB NOT NULL
   ) STRICT;
   INSERT INTO numbered_message
     SELECT seq, queue_id, seq, sender, message_id, queued_at_ms, expires_at_ms, checksum + seq, payload FROM message;
   DROP TABLE message;
   ALTER TABLE numbered_message RENAME TO message;
   CREATE INDEX message_by_queue ON message (queue_id, seq);
   CREATE INDEX message_by_expiry ON message (expires_at_ms);

   CREATE TABLE checked_attempt (
     record_id INTEGER PRIMARY KEY,
     attempts INTEGER NOT NULL,
     checksum INTEGER NOT NULL
   ) STRICT;
   INSERT INTO checked_attempt SELECT seq, attempts, seq + attempts FROM attempt;
   DROP TABLE attempt;
   ALTER TABLE checked_attempt RENAME TO attempt;`,
];

/**
 * Brings an open database one version on, in one transaction: a process killed in between leaves the old version or the new
 * one (FAULTS 10).
 */
export function migrate(database: SqlDatabase, fromVersion: number, step: Migration): void {
  database.exec(`BEGIN IMMEDIATE;
    ${step};
    PRAGMA application_id = ${applicationId};
    PRAGMA user_version = ${fromVersion + 1};
    COMMIT;`);
}

/** The schema version of the file, 0 when it is empty; refuses what is no store and what a newer program wrote. */
export function schemaVersionOf(database: SqlDatabase, file: string, newest: number): number {
  const version = singleNumber(database, 'PRAGMA user_version');
  const id = singleNumber(database, 'PRAGMA application_id');
  const isEmpty = singleNumber(database, 'SELECT count(*) FROM sqlite_schema') === 0;
  if (isEmpty && version === 0) return 0;
  if (id !== applicationId) {
    throw new StoreOpenError(
      `${file} is a SQLite file of another program (application id ${id}); give the relay a data folder of its own`,
    );
  }
  refuseNewer(version, file, newest);
  return version;
}

export function refuseNewer(version: number, file: string, newest: number): void {
  if (version <= newest) return;
  throw new StoreOpenError(
    `${file} was written by a newer softlab-relay (schema ${version}, this one knows up to ${newest}); ` +
      'use the newer program, or restore a backup that is older than it',
  );
}
