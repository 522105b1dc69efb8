/**
 * What the store uses of a SQL database. `node:sqlite` fits it; it is named in the worker alone, so that a change of library
 * costs one file, and so that tests can stand in for a disk that fails.
 */
export interface SqlDatabase {
  readonly isTransaction: boolean;
  exec(statements: string): void;
  prepare(statement: string): SqlStatement;
  close(): void;
}

export type SqlValue = null | number | bigint | string | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

interface SqlStatement {
  run(...values: SqlValue[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
  iterate(...values: SqlValue[]): Iterable<SqlRow>;
}

/** A column holds something else than was ever written to it. */
export class DamagedColumnError extends Error {
  override readonly name = 'DamagedColumnError';

  constructor(column: string, expected: string) {
    super(`the column ${column} holds no ${expected}`);
  }
}

export function numberIn(row: SqlRow, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new DamagedColumnError(column, 'number');
  return value;
}

export function textIn(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new DamagedColumnError(column, 'text');
  return value;
}

export function bytesIn(row: SqlRow, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new DamagedColumnError(column, 'bytes');
  return value;
}

/** The number in the only column of the only row, as most pragmas answer. */
export function singleNumber(database: SqlDatabase, statement: string): number {
  const value = Object.values(database.prepare(statement).get() ?? {})[0];
  return typeof value === 'number' ? value : Number.NaN;
}
