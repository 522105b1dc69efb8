import { backup, DatabaseSync } from 'node:sqlite';

/** The only import of node:sqlite, so that a change of library costs one file. */

export type SqliteDatabase = DatabaseSync;

/** Pages that one step copies: about 4 MiB, which is a few milliseconds of work. */
const stepPages = 1000;

export interface ConnectOptions {
  /** Changes nothing, makes nothing. */
  readonly readOnly?: boolean;
}

/** Opens a file. Another program that holds it is told of at once; waiting for it would only delay that. */
export function connect(file: string, { readOnly = false }: ConnectOptions = {}): SqliteDatabase {
  return new DatabaseSync(file, { timeout: 0, enableForeignKeyConstraints: false, readOnly });
}

/**
 * Copies an open database into a file, in steps that run on another thread. What is written between two steps is in the
 * copy as well. No transaction may be open while a step runs (SQLite refuses the step then), so whoever writes does so in
 * `onStep`, which is called between the steps; what it throws ends the copy.
 */
export async function copyPages(database: SqliteDatabase, file: string, onStep: () => void): Promise<void> {
  await backup(database, file, { rate: stepPages, progress: onStep });
  // A copy is one file: SQLite takes over that the original has a log beside it.
  const copy = connect(file);
  try {
    copy.exec('PRAGMA journal_mode = DELETE');
  } finally {
    copy.close();
  }
}
