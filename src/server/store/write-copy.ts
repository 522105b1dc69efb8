import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import type { SqlDatabase } from './sql.ts';

/** Writes a copy of an open database into a new file, whole and synced; when that fails nothing is left of it. */
export function writeCopy(database: SqlDatabase, file: string): void {
  rmSync(file, { force: true });
  closeSync(openSync(file, 'wx', 0o600));
  try {
    database.prepare('VACUUM INTO ?').run(file);
    syncFile(file);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}

export function syncFile(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
