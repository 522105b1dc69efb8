import { isRestored, unmarkRestored } from './data-folder.ts';
import { DirectoryTables } from './directory-tables.ts';
import { removeLostRecords } from './lost-records.ts';
import { type OpenDatabaseOptions, openDatabase } from './open-database.ts';
import { goOnFromClock } from './queue-numbers.ts';
import { QueueTables } from './queue-tables.ts';
import type { SqlDatabase } from './sql.ts';

export interface Tables<Database extends SqlDatabase> {
  readonly database: Database;
  readonly queues: QueueTables;
  readonly directory: DirectoryTables;
}

/** Opens the database of a data folder and its tables, without what was lost in them. Throws as `openDatabase` does. */
export function openTables<Database extends SqlDatabase>(options: OpenDatabaseOptions<Database>): Tables<Database> {
  const database = openDatabase(options);
  try {
    database.exec('BEGIN IMMEDIATE');
    const nowMs = Date.now();
    removeLostRecords({ database, onEvent: options.onEvent, isThorough: false, nowMs });
    const isFirstSinceRestore = isRestored(options.folder);
    if (isFirstSinceRestore) goOnFromClock(database, nowMs);
    database.exec('COMMIT');
    if (isFirstSinceRestore) unmarkRestored(options.folder);
    const queues = new QueueTables(database);
    return { database, queues, directory: new DirectoryTables(database, queues, options.onEvent) };
  } catch (error) {
    database.close();
    throw error;
  }
}
