import type { DirectoryTables } from './directory-tables.ts';
import type { Batch, Operation, OperationResult, Outcomes, StoreEvent } from './operations.ts';
import type { QueueTables } from './queue-tables.ts';
import type { SqlDatabase } from './sql.ts';
import { describeError, sqlFailureOf } from './sql-errors.ts';

/** The part of the disk's room that a batch needs to know (see disk-room.ts). */
interface Room {
  readonly isFull: boolean;
  makeRoom(): void;
}

/** The disk failed: the store can promise nothing any more. */
export class DiskFailedError extends Error {
  override readonly name = 'DiskFailedError';
}

export interface BatchRunnerOptions {
  readonly database: SqlDatabase;
  readonly queues: QueueTables;
  readonly directory: DirectoryTables;
  readonly room: Room;
  readonly onEvent: (event: StoreEvent) => void;
}

/** How a batch is tried: all operations at once, or each behind a savepoint, so that one that fails fails alone. */
interface Manner {
  readonly apart: boolean;
  readonly refuseMessages: boolean;
}

const diskIsFull = 'the disk of the data folder is full; free some space on it';

/** Runs batches, each as one transaction, and finds out what of a batch can be saved when something in it fails. */
export class BatchRunner {
  readonly #options: BatchRunnerOptions;
  #isWritable = true;

  constructor(options: BatchRunnerOptions) {
    this.#options = options;
  }

  /** Whether the last transaction was committed, and messages are taken. */
  get isWritable(): boolean {
    return this.#isWritable && !this.#options.room.isFull;
  }

  /**
   * The outcomes in the order of the operations, after the commit. Throws `DiskFailedError` when the disk failed: then it is
   * unknown what of the batch is kept, and nothing may be tried again (FAULTS 3). Throws SQLite's own error when the file is
   * damaged: whatever is in the damaged place would wait for ever behind an error that comes back (FAULTS 5).
   */
  run(batch: Batch): Outcomes {
    const { room } = this.#options;
    let manner: Manner = { apart: false, refuseMessages: room.isFull };
    let madeRoom = false;
    for (;;) {
      try {
        const outcomes = this.#transact(batch, manner);
        this.#isWritable = true;
        return outcomes;
      } catch (error) {
        const failure = sqlFailureOf(error);
        if (failure === 'io') throw new DiskFailedError(describeError(error));
        if (failure === 'damaged') throw error;
        this.#rollBack();
        if (failure === 'disk-full' && !madeRoom) {
          // Deletes and deliveries free space, so they are tried once more; messages, which need it, are refused.
          room.makeRoom();
          madeRoom = true;
          manner = { ...manner, refuseMessages: true };
        } else if (failure !== 'disk-full' && !manner.apart) {
          manner = { ...manner, apart: true };
        } else {
          this.#isWritable = false;
          return allRefused(batch, failure === 'disk-full' ? diskIsFull : describeError(error));
        }
      }
    }
  }

  #transact({ operations, payloads }: Batch, manner: Manner): Outcomes {
    const { database, queues } = this.#options;
    const refusals = new Map<number, string>();
    database.exec('BEGIN IMMEDIATE');
    const results = operations.map((operation, index) => {
      if (operation.name === 'enqueue' && manner.refuseMessages) {
        refusals.set(index, diskIsFull);
        return undefined;
      }
      if (!manner.apart) return this.#perform(operation, payloads);
      return this.#performApart(operation, payloads, (message) => refusals.set(index, message));
    });
    queues.beforeCommit();
    database.exec('COMMIT');
    return { results, refusals };
  }

  #performApart(operation: Operation, payloads: ArrayBuffer, refuse: (message: string) => void): OperationResult {
    const { database, queues, onEvent } = this.#options;
    database.exec('SAVEPOINT operation');
    try {
      const result = this.#perform(operation, payloads);
      queues.beforeCommit();
      database.exec('RELEASE operation');
      return result;
    } catch (error) {
      const failure = sqlFailureOf(error);
      if (failure === 'io' || failure === 'damaged' || failure === 'disk-full') throw error;
      database.exec('ROLLBACK TO operation; RELEASE operation');
      queues.afterRollback();
      const message = describeError(error);
      onEvent({ event: 'operation-failed', operation: operation.name, message });
      refuse(message);
      return undefined;
    }
  }

  #perform(operation: Operation, payloads: ArrayBuffer): OperationResult {
    const { queues, directory } = this.#options;
    switch (operation.name) {
      case 'flush':
        return undefined;
      case 'load':
        return directory.load();
      case 'apply':
        for (const change of operation.changes) directory.apply(change);
        return undefined;
      case 'depths':
        return queues.depths();
      case 'enqueue':
        return queues.enqueue(operation, new Uint8Array(payloads, operation.payloadStart, operation.payloadBytes));
      case 'claim':
        return queues.claim(operation);
      case 'confirm':
        return queues.confirm(operation);
      case 'release':
        queues.release(operation);
        return undefined;
      case 'expire':
        return queues.expire(operation);
      case 'list':
        return queues.list(operation);
      case 'cancel':
        return queues.cancel(operation);
      default:
        return operation satisfies never;
    }
  }

  #rollBack(): void {
    const { database, queues } = this.#options;
    // SQLite rolls back by itself after some errors, a full disk among them.
    if (database.isTransaction) database.exec('ROLLBACK');
    queues.afterRollback();
  }
}

function allRefused({ operations }: Batch, message: string): Outcomes {
  const refusals = new Map(operations.map((_, index) => [index, message]));
  return { results: operations.map(() => undefined), refusals };
}
