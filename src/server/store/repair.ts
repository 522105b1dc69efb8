import { rewriteDirectory } from './directory-tables.ts';
import { removeLostRecords } from './lost-records.ts';
import type { StoreEvent } from './operations.ts';
import { migrations } from './schema.ts';
import { type SqlDatabase, singleNumber } from './sql.ts';
import { sqlFailureOf } from './sql-errors.ts';

/** The first thing that is wrong with a database, in SQLite's words; undefined when nothing is. Reads the whole file. */
export function integrityFaultOf(database: SqlDatabase): string | undefined {
  const found = Object.values(database.prepare('PRAGMA integrity_check(1)').get() ?? {})[0];
  return found === 'ok' ? undefined : String(found);
}

/**
 * Whether a fault is in a value: rows and the indexes made of them disagree, a key is out of order, or a number is none. One
 * flipped bit does that where a column is part of an index. What SQLite says of the pages themselves begins with stars.
 */
export function isFaultOfValue(fault: string): boolean {
  return /^(row |wrong # of entries in index |NULL value in |non-)/.test(fault);
}

export interface RepairOptions {
  readonly database: SqlDatabase;
  /** What the check said. */
  readonly fault: string;
  /** The file as it was found. */
  readonly copy: string;
  /** Wall clock. */
  readonly nowMs: number;
  readonly onEvent: (event: StoreEvent) => void;
}

/**
 * Mends what is wrong with values, so that one flipped bit costs the one record that it is in (FAULTS 5): rows have checksums and
 * indexes are made of rows, so damaged rows are removed and told, and all indexes are made anew. One transaction; false, and
 * nothing was changed or told, unless the database is without fault then.
 */
export function repair({ database, fault, copy, nowMs, onEvent }: RepairOptions): boolean {
  // Another schema has other tables, and is left as it is.
  if (singleNumber(database, 'PRAGMA user_version') !== migrations.length) return false;
  const events: StoreEvent[] = [];
  const note = (event: StoreEvent) => events.push(event);
  database.exec('BEGIN IMMEDIATE');
  try {
    rewriteDirectory(database, note);
    database.exec('REINDEX');
    removeLostRecords({ database, onEvent: note, isThorough: true, nowMs });
    if (integrityFaultOf(database) !== undefined) {
      database.exec('ROLLBACK');
      return false;
    }
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    const failure = sqlFailureOf(error);
    if (failure !== 'damaged' && failure !== 'other') throw error;
    return false;
  }
  for (const event of [{ event: 'repaired', found: fault, copy } as const, ...events]) onEvent(event);
  return true;
}
