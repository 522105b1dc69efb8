import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { BatchRunner, DiskFailedError } from './batch-runner.ts';
import { type DataFolder, dataFolderAt, prepareDataFolder } from './data-folder.ts';
import { DiskRoom } from './disk-room.ts';
import { lockDataFolder } from './lock.ts';
import { copyOnline } from './online-copy.ts';
import { sentenceOf } from './open-database.ts';
import { openTables, type Tables } from './open-tables.ts';
import type { Batch, FromWorker, Outcomes, StoreEvent, ToWorker } from './operations.ts';
import { describeError, sqlFailureOf } from './sql-errors.ts';
import { connect, type SqliteDatabase } from './sqlite.ts';
import { StoreOpenError, StoreUnavailableError } from './store.ts';

/** The thread that owns the data folder: SQLite blocks for every commit, and here nobody else waits for it. */

const lookAtDiskEveryMs = 1000;

/** Opens the data folder and does what the other thread asks for; throws when the folder cannot be used. */
class StoreThread {
  readonly #port: MessagePort;
  readonly #folder: DataFolder;
  readonly #lock: { close(): void };
  readonly #tables: Tables<SqliteDatabase>;
  readonly #room: DiskRoom;
  readonly #runner: BatchRunner;
  readonly #timer: NodeJS.Timeout;
  /** What is to be done, in its order; it waits here while a step of a copy runs. */
  readonly #todo: ToWorker[] = [];
  #isCopying = false;
  #isOver = false;
  #saidWritable = true;

  constructor(port: MessagePort, dataDir: string) {
    this.#port = port;
    const folder = dataFolderAt(dataDir);
    this.#folder = folder;
    const onEvent = (event: StoreEvent) => this.#say({ kind: 'event', event });
    prepareDataFolder(folder);
    // Whatever is refused from here on, the lock goes with this thread.
    this.#lock = lockDataFolder(folder, connect);
    this.#tables = openTables({ folder, connect, onEvent });
    this.#room = new DiskRoom(folder, this.#tables.database, onEvent);
    this.#runner = new BatchRunner({ ...this.#tables, room: this.#room, onEvent });
    this.#timer = setInterval(() => this.#orEnd(() => this.#lookAtDisk()), lookAtDiskEveryMs);
    port.on('message', (message: ToWorker) => {
      this.#todo.push(message);
      if (!this.#isCopying) this.#orEnd(() => this.#workOff());
    });
    this.#sayWritable();
    this.#say({ kind: 'opened' });
  }

  #say(message: FromWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, [...transfer]);
  }

  #sayWritable(): void {
    const { isWritable } = this.#runner;
    if (isWritable === this.#saidWritable) return;
    this.#saidWritable = isWritable;
    this.#say({ kind: 'writable', writable: isWritable });
  }

  /** Batches are run between the steps of a copy as well; everything else waits for its end. */
  #workOff(): void {
    for (let next = this.#todo[0]; next !== undefined && !this.#isOver; next = this.#todo[0]) {
      if (this.#isCopying && next.kind !== 'batch') return;
      this.#todo.shift();
      if (next.kind === 'batch') this.#runBatch(next.batch);
      else if (next.kind === 'copy') this.#copy();
      else this.#close();
    }
  }

  #runBatch(batch: Batch): void {
    const outcomes = this.#runner.run(batch);
    // First, so that whoever hears of a refusal finds the store as it is.
    this.#sayWritable();
    this.#say({ kind: 'outcomes', outcomes }, payloadsOf(outcomes));
  }

  #lookAtDisk(): void {
    this.#room.look();
    this.#sayWritable();
  }

  #copy(): void {
    this.#isCopying = true;
    const onStep = () => {
      this.#orEnd(() => this.#workOff());
      if (this.#isOver || this.#todo.length > 0) throw new StoreUnavailableError('the store is closed');
    };
    copyOnline({ folder: this.#folder, database: this.#tables.database, onStep })
      .then(
        (file) => this.#say({ kind: 'copied', file }),
        (error: unknown) => {
          if (sqlFailureOf(error) === 'damaged') this.#end(error);
          else this.#say({ kind: 'not-copied', reason: describeError(error) });
        },
      )
      .finally(() => {
        this.#isCopying = false;
        this.#orEnd(() => this.#workOff());
      });
  }

  #close(): void {
    clearInterval(this.#timer);
    this.#tables.database.close();
    this.#lock.close();
    this.#say({ kind: 'closed' });
    this.#port.close();
  }

  /** Nothing is tried after a failure: the process is about to end, and the next one reads what the disk has kept. */
  #orEnd(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#end(error);
    }
  }

  #end(error: unknown): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#say({ kind: 'fatal', reason: this.#reasonOf(error) });
    this.#port.close();
  }

  #reasonOf(error: unknown): string {
    if (error instanceof DiskFailedError) return `the disk of ${this.#folder.path} failed: ${describeError(error)}`;
    // In the words of a start that refuses the file.
    if (sqlFailureOf(error) === 'damaged') return sentenceOf(error, this.#folder);
    return `the store failed: ${describeError(error)}`;
  }
}

/** The payloads of claims change threads without a copy: each came out of SQLite in a buffer of its own. */
function payloadsOf({ results }: Outcomes): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  for (const result of results) {
    if (typeof result !== 'object' || !('messages' in result) || typeof result.messages === 'number') continue;
    for (const { payload } of result.messages) {
      if (payload.buffer instanceof ArrayBuffer) buffers.push(payload.buffer);
    }
  }
  return buffers;
}

if (parentPort !== null) {
  try {
    new StoreThread(parentPort, String(workerData.dataDir));
  } catch (error) {
    const message =
      error instanceof StoreOpenError ? error.message : `the store cannot be opened: ${describeError(error)}`;
    const notOpened: FromWorker = { kind: 'not-opened', message };
    parentPort.postMessage(notOpened);
    parentPort.close();
  }
}
