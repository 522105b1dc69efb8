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
      users: this.#read('user_account', ['user_id'], userIn),
      keys: this.#read('access_key', ['key_id'], keyIn),
      devices: this.#read('device', ['user_id', 'client_id'], deviceIn),
    };
  }

  apply(change: DirectoryChange): void {
    switch (change.change) {
      case 'put-user':
        this.#put('user_account', rowOfUser(change.user));
        return;
      case 'put-key':
        this.#put('access_key', rowOfKey(change.key));
        return;
      case 'put-device':
        this.#put('device', rowOfDevice(change.device));
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

  #put(table: DirectoryTable, row: SqlRow): void {
    const columns = Object.keys(row);
    const marks = columns.map(() => '?').join(', ');
    this.#run(`INSERT OR REPLACE INTO ${table} (${columns.join(', ')}) VALUES (${marks})`, ...Object.values(row));
  }

  #run(statement: string, ...values: SqlValue[]): void {
    this.#database.prepare(statement).run(...values);
  }

  /** Every record of a table but the damaged ones: those are lost alone, and told. */
  #read<Row>(table: DirectoryTable, key: readonly string[], recordIn: (row: SqlRow) => Row): Row[] {
    const records: Row[] = [];
    for (const row of this.#database.prepare(`SELECT * FROM ${table}`).all()) {
      try {
        records.push(recordIn(row));
      } catch (error) {
        if (!(error instanceof DamagedColumnError)) throw error;
        this.#onEvent({ event: 'record-damaged', table, record: key.map((column) => String(row[column])).join(' ') });
      }
    }
    return records;
  }
}
