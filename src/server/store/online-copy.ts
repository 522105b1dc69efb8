import { closeSync, openSync, rmSync } from 'node:fs';
import { type DataFolder, newCopyIn } from './data-folder.ts';
import { freeBytesAt, reserveBytes } from './disk-room.ts';
import { singleNumber } from './sql.ts';
import { copyPages, type SqliteDatabase } from './sqlite.ts';
import { StoreUnavailableError } from './store.ts';

export interface OnlineCopyOptions {
  readonly folder: DataFolder;
  readonly database: SqliteDatabase;
  /** Called between the steps; only there may anything be written. What it throws ends the copy. */
  readonly onStep: () => void;
}

/** Copies the open store into a new file of its folder, and resolves with its path; when that fails nothing is left of it. */
export async function copyOnline({ folder, database, onStep }: OnlineCopyOptions): Promise<string> {
  refuseWithoutRoom(folder, database);
  const file = newCopyIn(folder);
  closeSync(openSync(file, 'wx', 0o600));
  try {
    await copyPages(database, file, onStep);
    return file;
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}

/** A copy must not take the room that messages need. */
function refuseWithoutRoom(folder: DataFolder, database: SqliteDatabase): void {
  const copyBytes = singleNumber(database, 'PRAGMA page_count') * singleNumber(database, 'PRAGMA page_size');
  const freeBytes = freeBytesAt(folder.path);
  if (freeBytes >= copyBytes + 2 * reserveBytes) return;
  throw new StoreUnavailableError(
    `a copy takes ${copyBytes} bytes, and only ${freeBytes} are free on the disk of the data folder; free some space on it, ` +
      'or stop the relay and run "relay backup FILE --data DIR", which writes to FILE alone',
  );
}
