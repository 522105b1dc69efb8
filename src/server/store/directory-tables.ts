import { type DirectoryTable, deviceIn, keyIn, rowOfDevice, rowOfKey, rowOfUser, userIn } from './directory-records.ts';
import type { StoreEvent } from './operations.ts';
import type { QueueTables } from './queue-tables.ts';
import { DamagedColumnError, type SqlDatabase, type SqlRow, type SqlValue } from './sql.ts';
import type { DirectoryChange, DirectorySnapshot } from './store.ts';

/** Users, keys and devices in SQL. Each method is one operation inside the transaction of its batch. */
export class DirectoryTables {
  readonly #database: SqlDatabase;
  readonly #queues: QueueTables;
  readonly #onEvent: (event: StoreEvent) => void;

  constructor(database: SqlDatabase, queues: QueueTables, onEvent: (event: StoreEvent) => void) {
    this.#database = database;
    this.#queues = queues;
    this.#onEvent = onEvent;
  }

  load(): DirectorySnapshot {
    return {
      users: readRecords(this.#database, this.#onEvent, 'user_account', userIn),
      keys: readRecords(this.#database, this.#onEvent, 'access_key', keyIn),
      devices: readRecords(this.#database, this.#onEvent, 'device', deviceIn),
    };
  }

  apply(change: DirectoryChange): void {
    switch (change.change) {
      case 'put-user':
        putRow(this.#database, 'user_account', rowOfUser(change.user));
        return;
      case 'put-key':
        putRow(this.#database, 'access_key', rowOfKey(change.key));
        return;
      case 'put-device':
        putRow(this.#database, 'device', rowOfDevice(change.device));
        return;
      case 'remove-user':
        this.#run('DELETE FROM user_account WHERE user_id = ?', change.userId);
        this.#run('DELETE FROM access_key WHERE user_id = ?', change.userId);
        this.#run('DELETE FROM device WHERE user_id = ?', change.userId);
        this.#queues.removeQueuesOfUser(change.userId);
        return;
      case 'remove-key':
        this.#run('DELETE FROM access_key WHERE key_id = ?', change.keyId);
        return;
      case 'remove-device':
        this.#run('DELETE FROM device WHERE user_id = ? AND client_id = ?', change.userId, change.clientId);
        this.#run('DELETE FROM access_key WHERE user_id = ? AND client_id = ?', change.userId, change.clientId);
        return;
      default:
        change satisfies never;
    }
  }

  #run(statement: string, ...values: SqlValue[]): void {
    this.#database.prepare(statement).run(...values);
  }
}

const keysOf: Readonly<Record<DirectoryTable, readonly string[]>> = {
  user_account: ['user_id'],
  access_key: ['key_id'],
  device: ['user_id', 'client_id'],
};

/** Every record of a table but the damaged ones: those are lost alone, and told. */
function readRecords<Row>(
  database: SqlDatabase,
  onEvent: (event: StoreEvent) => void,
  table: DirectoryTable,
  recordIn: (row: SqlRow) => Row,
): Row[] {
  const records: Row[] = [];
  for (const row of database.prepare(`SELECT * FROM ${table}`).all()) {
    try {
      records.push(recordIn(row));
    } catch (error) {
      if (!(error instanceof DamagedColumnError)) throw error;
      const record = keysOf[table].map((column) => String(row[column])).join(' ');
      onEvent({ event: 'record-damaged', table, record });
    }
  }
  return records;
}

function putRow(database: SqlDatabase, table: DirectoryTable, row: SqlRow): void {
  const columns = Object.keys(row);
  const marks = columns.map(() => '?').join(', ');
  const statement = `INSERT OR REPLACE INTO ${table} (${columns.join(', ')}) VALUES (${marks})`;
  database.prepare(statement).run(...Object.values(row));
}

/**
 * Writes the tables anew with the records that are sound. They are trees in the order of their keys, in which a record with a
 * damaged key stands at a wrong place, and keeps others from being found. Part of the caller's transaction.
 */
export function rewriteDirectory(database: SqlDatabase, onEvent: (event: StoreEvent) => void): void {
  const users = readRecords(database, onEvent, 'user_account', userIn).map(rowOfUser);
  const keys = readRecords(database, onEvent, 'access_key', keyIn).map(rowOfKey);
  const devices = readRecords(database, onEvent, 'device', deviceIn).map(rowOfDevice);
  database.exec('DELETE FROM user_account; DELETE FROM access_key; DELETE FROM device');
  for (const row of users) putRow(database, 'user_account', row);
  for (const row of keys) putRow(database, 'access_key', row);
  for (const row of devices) putRow(database, 'device', row);
}
