import { randomUUID } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StoreOpenError } from './store.ts';

/** The files of a data folder. */
export interface DataFolder {
  readonly path: string;
  /** Users, keys, devices and queues. */
  readonly database: string;
  /** Says that the database was in use, so that an emptied one is not taken for a new one. */
  readonly marker: string;
  /** Held by the process that uses the folder. */
  readonly lock: string;
  /** The number of that process, for people. */
  readonly pid: string;
  /** Space that is given up when the disk is full. */
  readonly reserve: string;
  /** The database that a restore brings back, until it is whole and checked. */
  readonly unfinished: string;
  /** Says that the database was brought back and is opened for the first time since. */
  readonly restored: string;
}

export function dataFolderAt(path: string): DataFolder {
  return {
    path,
    database: join(path, 'relay.db'),
    marker: join(path, 'relay.initialised'),
    lock: join(path, 'relay.lock'),
    pid: join(path, 'relay.pid'),
    reserve: join(path, 'relay.reserve'),
    unfinished: join(path, 'relay.db.unfinished'),
    restored: join(path, 'relay.restored'),
  };
}

const copyPrefix = 'relay.copy-';

/** The name of a new copy of the database, which belongs to whoever asked for it. */
export function newCopyIn(folder: DataFolder): string {
  return join(folder.path, `${copyPrefix}${randomUUID()}`);
}

/** Removes copies that nobody took, because the process was killed. The folder is locked. */
export function removeCopies(folder: DataFolder): void {
  for (const name of readdirSync(folder.path)) {
    if (name.startsWith(copyPrefix)) rmSync(join(folder.path, name));
  }
}

/** Makes the folder if it is missing, and refuses one that the relay cannot use, or others could tamper with, or a restore has left. */
export function prepareDataFolder(folder: DataFolder): void {
  prepareFolder(folder);
  refuseUnfinished(folder);
  for (const file of [folder.database, folder.lock]) createPrivately(folder, file);
}

/**
 * The same for a restore. Its unfinished copy is there before anything else, so that whatever is left of a restore that was
 * killed says what it is, and no relay begins an empty store beside it.
 */
export function prepareForRestore(folder: DataFolder): void {
  prepareFolder(folder);
  for (const file of [folder.unfinished, folder.lock]) createPrivately(folder, file);
}

/** Whether a restore would replace anything in the folder but what another one has left that did not come to its end. */
export function isOccupied(folder: DataFolder): boolean {
  const names = readdirSync(folder.path).map((name) => join(folder.path, name));
  if (!names.includes(folder.unfinished)) return names.length > 0;
  const left: ReadonlySet<string> = new Set(restoreLeavings(folder));
  return names.some((name) => !left.has(name) && !(name === folder.database && statSync(name).size === 0));
}

/** What a restore makes before its last step, which is the database itself. */
export function restoreLeavings({ unfinished, lock, pid, marker, restored }: DataFolder): readonly string[] {
  return [unfinished, lock, pid, marker, restored];
}

function refuseUnfinished(folder: DataFolder): void {
  if (statSync(folder.unfinished, { throwIfNoEntry: false }) === undefined) return;
  if ((statSync(folder.database, { throwIfNoEntry: false })?.size ?? 0) > 0) return;
  throw new StoreOpenError(
    `${folder.path} holds a restore that did not come to its end; run \`relay restore FILE --data DIR\` for it again, which ` +
      'begins anew, or name another folder',
  );
}

function prepareFolder(folder: DataFolder): void {
  try {
    makeFolders(folder.path);
  } catch (error) {
    throw new StoreOpenError(`${folder.path} cannot be made a data folder (${wordsOf(error)}); name another one`);
  }
  const { uid, mode } = statSync(folder.path);
  const ownUid = process.geteuid?.();
  if (ownUid !== undefined && uid !== ownUid) {
    throw new StoreOpenError(
      `${folder.path} belongs to user ${uid}, and the relay runs as user ${ownUid}; run it as the owner, or chown the folder`,
    );
  }
  try {
    accessSync(folder.path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw notWritable(folder, error);
  }
  // An empty folder was made for the relay; the mode of one that holds something else is its owner's business.
  if (readdirSync(folder.path).length === 0) closeToOthers(folder.path, 0o700);
  else if (ownUid !== undefined && (mode & 0o002) !== 0) {
    throw new StoreOpenError(
      `${folder.path} may be written by everybody; chmod 700 it, or give the relay a folder of its own`,
    );
  }
}

/** `recursive` of `mkdirSync` never returns where the system makes no folders, as in /proc. */
function makeFolders(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  if (dirname(path) !== path) makeFolders(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

function notWritable(folder: DataFolder, error: unknown): StoreOpenError {
  return new StoreOpenError(
    `${folder.path} cannot be written (${wordsOf(error)}); make it writable for the relay, or name another folder`,
  );
}

/** Whether this folder's database was in use before: then it must not be empty or missing (FAULTS 5). */
export function refuseEmptied(folder: DataFolder): void {
  if (statSync(folder.marker, { throwIfNoEntry: false }) === undefined) return;
  if (statSync(folder.database).size > 0) return;
  throw new StoreOpenError(
    `${folder.database} is empty or was removed, although ${folder.marker} says that it was in use; bring a backup back ` +
      'with `relay restore FILE --data DIR` into an empty folder, or move this folder away to begin anew',
  );
}

/** From now on an empty database is a damage. The database has been synced before. */
export function markInitialised(folder: DataFolder): void {
  mark(folder, folder.marker, 'The database of this folder was in use. If relay.db is empty, it was damaged.\n');
}

/** The next opening gives out no number of a message that may have been given out since the copy was made. */
export function markRestored(folder: DataFolder): void {
  mark(
    folder,
    folder.restored,
    'The database of this folder was brought back from a copy, and has not been opened since.\n',
  );
}

function mark(folder: DataFolder, file: string, text: string): void {
  if (statSync(file, { throwIfNoEntry: false }) !== undefined) return;
  writeFileSync(file, text, { mode: 0o600, flush: true });
  syncFolder(folder.path);
}

/** Whether this is the first opening since the database was brought back. */
export function isRestored(folder: DataFolder): boolean {
  return statSync(folder.restored, { throwIfNoEntry: false }) !== undefined;
}

export function unmarkRestored(folder: DataFolder): void {
  rmSync(folder.restored);
  syncFolder(folder.path);
}

/** Makes new names in the folder last. Not every system lets a folder be opened; there the names are its own business. */
export function syncFolder(path: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return;
  }
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Files are 0600 from their first moment. An existing file is not opened here: closing it would release the locks that
 * another store of this process holds on it, as POSIX has it.
 */
function createPrivately(folder: DataFolder, file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
    return;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw notWritable(folder, error);
  }
  closeToOthers(file, 0o600);
}

/** Some file systems know no modes; there nothing can be closed. */
function closeToOthers(path: string, mode: number): void {
  try {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, mode);
  } catch (error) {
    if (!hasCode(error, 'EPERM') && !hasCode(error, 'ENOTSUP')) throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
