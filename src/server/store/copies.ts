import { copyFileSync, existsSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type DataFolder,
  dataFolderAt,
  isOccupied,
  markInitialised,
  markRestored,
  prepareDataFolder,
  prepareForRestore,
  refuseEmptied,
  restoreLeavings,
  syncFolder,
} from './data-folder.ts';
import { lockDataFolder } from './lock.ts';
import { refuseDamaged, sentenceOf } from './open-database.ts';
import { integrityFaultOf } from './repair.ts';
import { migrations, refuseNewer, schemaVersionOf } from './schema.ts';
import { type SqlDatabase, singleNumber } from './sql.ts';
import { describeError } from './sql-errors.ts';
import { connect, type SqliteDatabase } from './sqlite.ts';
import { StoreOpenError } from './store.ts';
import { syncFile, writeCopy } from './write-copy.ts';

/** What a copy of a store holds. */
export interface CopySummary {
  readonly schema: number;
  /** Unknown where the schema is newer than this program. */
  readonly contents?: CopyContents;
}

export interface CopyContents {
  readonly users: number;
  readonly devices: number;
  /** Messages that wait. */
  readonly messages: number;
}

/**
 * Copies the store of a relay that is stopped into `file`, which is whole and synced then. The store itself stays in its
 * schema, so that the program that wrote it can go on with it. Throws `StoreOpenError`.
 */
export function copyStoppedStore(dataDir: string, file: string): void {
  const folder = dataFolderAt(dataDir);
  if (!existsSync(folder.database)) {
    throw new StoreOpenError(`${dataDir} holds no data of a relay: name the folder of "relay serve --data"`);
  }
  prepareDataFolder(folder);
  const lock = lockDataFolder(folder, connect, 'a running relay is backed up over HTTP: leave out --data');
  try {
    refuseEmptied(folder);
    inDatabase(folder.database, (database) => {
      // Otherwise SQLite would make an index of the log beside it.
      database.exec('PRAGMA locking_mode = EXCLUSIVE');
      refuseDamaged(database, folder);
      schemaVersionOf(database, folder.database, migrations.length);
      writeCopy(database, file);
    });
  } catch (error) {
    throw error instanceof StoreOpenError ? error : new StoreOpenError(sentenceOf(error, folder));
  } finally {
    lock.close();
  }
}

/**
 * Reads all of a copy and says what it holds; throws `StoreOpenError` unless it is the whole store of a relay. That may be
 * newer than this program: a backup of it is whole nevertheless.
 */
export function inspectCopy(file: string, shownAs = file): CopySummary {
  try {
    return inDatabase(file, (database) => summaryOf(database, shownAs), true);
  } catch (error) {
    throw error instanceof StoreOpenError ? error : notWhole(shownAs, describeError(error));
  }
}

/**
 * Brings a copy back as the store of a data folder that is missing or empty, or that holds no more than what a restore left that was
 * killed. It is checked before it is there under its name: whatever is thrown, a `StoreOpenError`, leaves the folder without it.
 */
export function restoreCopy(file: string, dataDir: string): CopySummary {
  refuseNoBackup(file);
  const wasThere = existsSync(dataDir);
  const folder = dataFolderAt(dataDir);
  if (wasThere && holdsSomething(folder)) throw notEmpty(folder);
  const lock = lockForRestore(folder);
  try {
    return bringBack(file, folder);
  } catch (error) {
    for (const made of [folder.database, ...restoreLeavings(folder)]) rmSync(made, { force: true });
    if (!wasThere) rmdirSync(dataDir);
    throw error;
  } finally {
    lock.close();
  }
}

/** Whoever has the lock is at home in the folder by now, and everything in it is theirs. */
function lockForRestore(folder: DataFolder): SqlDatabase {
  prepareForRestore(folder);
  const lock = lockDataFolder(folder, connect);
  if (!isOccupied(folder)) return lock;
  // Another restore came to its end since the folder was looked at.
  rmSync(folder.unfinished, { force: true });
  lock.close();
  throw notEmpty(folder);
}

function notEmpty({ path }: DataFolder): StoreOpenError {
  return new StoreOpenError(
    `${path} is not empty; name a new folder, or move what is in this one away: a restore replaces nothing`,
  );
}

/** The last step makes a store of the copy: a restore that is killed before it can be run again, and is done after it. */
function bringBack(file: string, folder: DataFolder): CopySummary {
  const { unfinished } = folder;
  try {
    copyFileSync(file, unfinished);
    const summary = inspectCopy(unfinished, file);
    refuseNewer(summary.schema, file, migrations.length);
    syncFile(unfinished);
    markInitialised(folder);
    markRestored(folder);
    renameSync(unfinished, folder.database);
    syncFolder(folder.path);
    syncFolder(dirname(folder.path));
    return summary;
  } catch (error) {
    if (error instanceof StoreOpenError) throw error;
    throw new StoreOpenError(`${file} cannot be copied to ${folder.path} (${describeError(error)})`);
  }
}

function summaryOf(database: SqliteDatabase, file: string): CopySummary {
  const fault = integrityFaultOf(database);
  if (fault !== undefined) throw notWhole(file, fault);
  const schema = schemaVersionOf(database, file, Number.POSITIVE_INFINITY);
  if (schema === 0) throw notWhole(file, 'it is empty');
  if (schema > migrations.length) return { schema };
  const count = (table: string) => singleNumber(database, `SELECT count(*) FROM ${table}`);
  return { schema, contents: { users: count('user_account'), devices: count('device'), messages: count('message') } };
}

function notWhole(file: string, words: string): StoreOpenError {
  return new StoreOpenError(
    `${file} is no whole backup of a relay (${words.replaceAll(/\s+/g, ' ')}); take another one`,
  );
}

/** The newest messages of a store may be in the log beside it alone. */
function refuseNoBackup(file: string): void {
  if (!existsSync(file)) throw new StoreOpenError(`${file} does not exist; name a file of "relay backup"`);
  const log = `${file}-wal`;
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
  throw new StoreOpenError(
    `${file} has a log beside it (${log}), so it is the file of a store and not a backup; make one with ` +
      '`relay backup FILE --data DIR`',
  );
}

function holdsSomething(folder: DataFolder): boolean {
  try {
    return isOccupied(folder);
  } catch (error) {
    throw new StoreOpenError(`${folder.path} cannot be read as a folder (${describeError(error)}); name another one`);
  }
}

function inDatabase<Result>(file: string, use: (database: SqliteDatabase) => Result, readOnly = false): Result {
  const database = connect(file, { readOnly });
  try {
    return use(database);
  } finally {
    database.close();
  }
}
