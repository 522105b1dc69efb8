import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { DataFolder } from './data-folder.ts';
import type { SqlDatabase } from './sql.ts';
import { describeError, sqlFailureOf } from './sql-errors.ts';
import { StoreOpenError } from './store.ts';

/**
 * Keeps a second process out of the data folder until the returned database is closed. Node has no file locks, SQLite has: an
 * exclusive transaction on an empty database of its own. The system releases it with the process, however that ends, so that
 * there is no stale lock to remove. The process number stands in a file beside, for the sentence alone.
 */
export function lockDataFolder(
  folder: DataFolder,
  openDatabase: (file: string) => SqlDatabase,
  advice = 'stop that one, or give this one a data folder of its own',
): SqlDatabase {
  let database: SqlDatabase | undefined;
  try {
    database = openDatabase(folder.lock);
    // The transaction of an empty database begins with its first page; in a journal file that would need room on the disk.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (sqlFailureOf(error) === 'in-use') {
      throw new StoreOpenError(`${folder.path} is in use by another relay${holderOf(folder)}; ${advice}`);
    }
    throw new StoreOpenError(
      `${folder.lock} cannot be locked (${describeError(error)}); make it writable for the relay, or remove it if it is damaged`,
    );
  }
  saveHolder(folder);
  return database;
}

/** On a full disk there is no number in the sentence; that is no reason not to serve. */
function saveHolder(folder: DataFolder): void {
  try {
    writeFileSync(folder.pid, `${process.pid}\n`, { mode: 0o600 });
  } catch {
    rmSync(folder.pid, { force: true });
  }
}

function holderOf(folder: DataFolder): string {
  try {
    const pid = readFileSync(folder.pid, 'utf8').trim();
    return /^\d+$/.test(pid) ? ` (process ${pid})` : '';
  } catch {
    return '';
  }
}
