/**
 * What an error of SQLite means for the store.
 *
 *  - `disk-full`: nothing was written; what frees space may still work.
 *  - `io`: the disk refused a write or an fsync. What it keeps is unknown from here on, and an fsync must never be tried
 *    again: it would report success for data that the system has already dropped (FAULTS 3).
 *  - `damaged`: the file is not what was written to it.
 *  - `in-use`: another program holds the file.
 *  - `no-access`: the file cannot be opened or written.
 *  - `other`: the statement failed, the database did not.
 */
export type SqlFailure = 'disk-full' | 'io' | 'damaged' | 'in-use' | 'no-access' | 'other';

/** Result codes of SQLite (https://www.sqlite.org/rescode.html); the low byte of an extended code is the primary one. */
const primaryCodes: ReadonlyMap<number, SqlFailure> = new Map([
  [3, 'no-access'], // SQLITE_PERM
  [5, 'in-use'], // SQLITE_BUSY
  [8, 'no-access'], // SQLITE_READONLY
  [10, 'io'], // SQLITE_IOERR
  [11, 'damaged'], // SQLITE_CORRUPT
  [13, 'disk-full'], // SQLITE_FULL
  [14, 'no-access'], // SQLITE_CANTOPEN
  [26, 'damaged'], // SQLITE_NOTADB
]);

/** SQLITE_IOERR_READ and SQLITE_IOERR_SHORT_READ: a place that cannot be read fails its reader, and loses no write. */
const failedReads: ReadonlySet<number> = new Set([266, 522]);

export function sqlFailureOf(error: unknown): SqlFailure {
  const code = resultCodeOf(error);
  if (code === undefined || failedReads.has(code)) return 'other';
  return primaryCodes.get(code & 0xff) ?? 'other';
}

/** The error in words, with the result code by which it can be looked up. */
export function describeError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = resultCodeOf(error);
  return code === undefined ? message : `${message} (SQLite result code ${code})`;
}

function resultCodeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}
