import { closeSync, constants, copyFileSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { type DataFolder, markInitialised, refuseEmptied, removeCopies, syncFolder } from './data-folder.ts';
import type { StoreEvent } from './operations.ts';
import { integrityFaultOf, isFaultOfValue, repair } from './repair.ts';
import { type Migration, migrate, migrations, schemaVersionOf } from './schema.ts';
import { type SqlDatabase, singleNumber } from './sql.ts';
import { describeError, sqlFailureOf } from './sql-errors.ts';
import { StoreOpenError } from './store.ts';
import { syncFile, writeCopy } from './write-copy.ts';

/** Read at once. */
const readAheadBytes = 4 * 1024 * 1024;

export interface OpenDatabaseOptions<Database extends SqlDatabase> {
  /** Prepared and locked. */
  readonly folder: DataFolder;
  readonly connect: (file: string) => Database;
  readonly onEvent: (event: StoreEvent) => void;
  readonly steps?: readonly Migration[];
}

/**
 * Opens the database of a data folder: whole, in the newest schema, and with settings that keep the store's promises. What
 * stands in the way is a `StoreOpenError`, whose sentence names the file and what to do.
 */
export function openDatabase<Database extends SqlDatabase>({
  folder,
  connect,
  onEvent,
  steps = migrations,
}: OpenDatabaseOptions<Database>): Database {
  refuseEmptied(folder);
  removeCopies(folder);
  // Before SQLite has it: closing a file ends the locks that this process has on it, as POSIX has it.
  readAhead(folder.database);
  let database: Database | undefined;
  try {
    database = connect(folder.database);
    setUp(database);
    const fault = integrityFaultOf(database);
    if (fault !== undefined && !isFaultOfValue(fault)) throw new StoreOpenError(damagedSentence(folder, fault));
    if (writeBackLog(database, folder)) refuseCutOff(database, folder);
    if (fault !== undefined) {
      // Closed for the copy, because whoever closes a file ends the locks that this process has on it.
      database.close();
      database = undefined;
      const copy = keepDamaged(folder, fault);
      database = connect(folder.database);
      setUp(database);
      if (!repair({ database, fault, copy, nowMs: Date.now(), onEvent })) {
        rmSync(copy);
        throw new StoreOpenError(damagedSentence(folder, fault));
      }
    }
    bringUpToDate(database, folder, steps, onEvent);
    // The marker promises a main file that is not empty, so what the log holds goes there first.
    if (writeBackLog(database, folder)) markInitialised(folder);
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof StoreOpenError ? error : new StoreOpenError(sentenceOf(error, folder));
  }
}

/**
 * FULL syncs the log at every commit: NORMAL lost 218 of 300 acknowledged batches in simulated power cuts. The exclusive
 * locking mode keeps the log's index in this process's memory, where a full disk cannot meet it with a signal. SQLite
 * answers a pragma that it cannot follow with the old value and no error, so every value is read back.
 */
function setUp(database: SqlDatabase): void {
  const settings = [
    ['locking_mode', 'EXCLUSIVE', 'exclusive'],
    ['journal_mode', 'WAL', 'wal'],
    ['synchronous', 'FULL', 2],
    ['cache_size', '-16000', -16_000],
  ] as const;
  for (const [name, value, expected] of settings) {
    database.exec(`PRAGMA ${name} = ${value}`);
    const found = Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    if (found !== expected) {
      throw new StoreOpenError(
        `SQLite answers ${name} = ${found} where ${value} was set; use another disk or file system`,
      );
    }
  }
}

/**
 * Reads the file from its beginning to its end, so that what follows finds it in the system's memory. The check below asks for
 * pages in the order of the trees, which takes half a minute for a gigabyte on a disk, and this takes two seconds. What
 * does not fit into memory would only be read twice.
 */
function readAhead(file: string): void {
  const descriptor = openSync(file, 'r');
  try {
    if (statSync(file).size > process.availableMemory()) return;
    const piece = Buffer.alloc(readAheadBytes);
    while (readSync(descriptor, piece) > 0);
  } finally {
    closeSync(descriptor);
  }
}

/** Reads the whole file (1 GB takes a second or less where it is cached), so that damage is met here and not in the middle of a delivery. */
export function refuseDamaged(database: SqlDatabase, folder: DataFolder): void {
  const fault = integrityFaultOf(database);
  if (fault !== undefined) throw new StoreOpenError(damagedSentence(folder, fault));
}

/**
 * Writes the log of the last run into the main file; false when the disk is too full even for that. RESTART, not TRUNCATE,
 * because the space of the log may be the last that there is.
 */
function writeBackLog(database: SqlDatabase, folder: DataFolder): boolean {
  for (const giveUp of [() => rmSync(folder.reserve, { force: true }), () => {}]) {
    try {
      database.exec('PRAGMA wal_checkpoint(RESTART)');
      return true;
    } catch (error) {
      if (sqlFailureOf(error) !== 'disk-full') throw error;
      giveUp();
    }
  }
  return false;
}

/** SQLite fills up a last page that was cut off with zeros, and those could be the end of a payload. */
function refuseCutOff(database: SqlDatabase, folder: DataFolder): void {
  const expected = singleNumber(database, 'PRAGMA page_count') * singleNumber(database, 'PRAGMA page_size');
  const { size } = statSync(folder.database);
  if (size < expected) throw new StoreOpenError(damagedSentence(folder, `${size} bytes of ${expected} are left`));
}

/** Keeps the file as it was found, byte for byte, for whoever looks for what a repair removes. Returns its name. */
function keepDamaged(folder: DataFolder, fault: string): string {
  const copy = `${folder.database}.damaged-${new Date().toISOString().replaceAll(':', '')}`;
  try {
    copyFileSync(folder.database, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    syncFile(copy);
    syncFolder(folder.path);
    return copy;
  } catch (error) {
    rmSync(copy, { force: true });
    throw new StoreOpenError(
      `${folder.database} is damaged (${fault.replaceAll(/\s+/g, ' ')}) and is not mended before a copy of it is there (${describeError(error)}); ` +
        `let ${folder.path} have room for one`,
    );
  }
}

function bringUpToDate(
  database: SqlDatabase,
  folder: DataFolder,
  steps: readonly Migration[],
  onEvent: (event: StoreEvent) => void,
): void {
  const fromVersion = schemaVersionOf(database, folder.database, steps.length);
  for (let version = fromVersion; version < steps.length; version += 1) {
    const copy = fromVersion === 0 ? undefined : copyBefore(database, folder, version);
    migrate(database, version, steps[version] ?? '');
    if (copy !== undefined) onEvent({ event: 'migrated', fromVersion: version, toVersion: version + 1, copy });
  }
}

/** Keeps the store as it was before a migration, whole and synced, under a name that says its schema. */
function copyBefore(database: SqlDatabase, folder: DataFolder, version: number): string {
  const copy = `${folder.database}.schema-${version}`;
  const unfinished = `${copy}.unfinished`;
  writeCopy(database, unfinished);
  renameSync(unfinished, copy);
  syncFolder(folder.path);
  return copy;
}

/** What SQLite says when a database cannot be opened or read, with what to do about it. */
export function sentenceOf(error: unknown, folder: DataFolder): string {
  const words = describeError(error);
  switch (sqlFailureOf(error)) {
    case 'damaged':
      return damagedSentence(folder, words);
    case 'disk-full':
      return `the disk of ${folder.path} is full (${words}); free some space on it`;
    case 'in-use':
      return `${folder.database} is open in another program (${words}); close it there`;
    case 'no-access':
      return `${folder.database} cannot be written (${words}); make it and its folder writable for the relay`;
    default:
      return `${folder.database} cannot be opened: ${words}`;
  }
}

function damagedSentence(folder: DataFolder, words: string): string {
  return (
    `${folder.database} is damaged (${words.replaceAll(/\s+/g, ' ')}); bring a backup back with ` +
    '`relay restore FILE --data DIR` into an empty folder, and keep the damaged one until that works'
  );
}
