/**
 * What an error of SQLite means for the store.
 *
 *  - `disk-full`: nothing was written; what frees space may still work.
 *  - `io`: the disk refused a write or an fsync. What it keeps is unknown from here on, and an fsync must never be tried
 *    again: it would report success for data that the system has already dropped (FAULTS 3).
 *  - `damaged`: the file is not what was written to it, or a place in it cannot be read any more. No statement mends that, and
 *    the next opening, which reads all of the file, will not have it either.
 *  - `in-use`: another program holds the file.
 *  - `no-access`: the file cannot be opened or written.
 *  - `other`: the statement failed, the database did not.
 */
export type SqlFailure = 'disk-full' | 'io' | 'damaged' | 'in-use' | 'no-access' | 'other';

/**
 * Result codes of SQLite (https://www.sqlite.org/rescode.html). An extended code that is not listed means what its low byte, the
 * primary one, means.
 */
const meanings: ReadonlyMap<number, SqlFailure> = new Map([
  [3, 'no-access'], // SQLITE_PERM
  [5, 'in-use'], // SQLITE_BUSY
  [8, 'no-access'], // SQLITE_READONLY
  [10, 'io'], // SQLITE_IOERR
  [11, 'damaged'], // SQLITE_CORRUPT
  [13, 'disk-full'], // SQLITE_FULL
  [14, 'no-access'], // SQLITE_CANTOPEN
  [26, 'damaged'], // SQLITE_NOTADB
  [266, 'damaged'], // SQLITE_IOERR_READ
  [522, 'damaged'], // SQLITE_IOERR_SHORT_READ
]);

export function sqlFailureOf(error: unknown): SqlFailure {
  const code = resultCodeOf(error);
  if (code === undefined) return 'other';
  return meanings.get(code) ?? meanings.get(code & 0xff) ?? 'other';
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
