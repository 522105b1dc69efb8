import { DatabaseSync } from 'node:sqlite';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { BatchRunner, DiskFailedError } from './batch-runner.ts';
import { dataFolderAt, prepareDataFolder } from './data-folder.ts';
import { DirectoryTables } from './directory-tables.ts';
import { DiskRoom } from './disk-room.ts';
import { lockDataFolder } from './lock.ts';
import { openDatabase } from './open-database.ts';
import type { Batch, FromWorker, Outcomes, StoreEvent, ToWorker } from './operations.ts';
import { QueueTables } from './queue-tables.ts';
import type { SqlDatabase } from './sql.ts';
import { describeError } from './sql-errors.ts';
import { StoreOpenError } from './store.ts';

/** The thread that owns the data folder: SQLite blocks for every commit, and here nobody else waits for it. */

const lookAtDiskEveryMs = 1000;

function connect(file: string): SqlDatabase {
  // Another program that holds the file is told of at once; waiting for it would only delay that.
  return new DatabaseSync(file, { timeout: 0, enableForeignKeyConstraints: false });
}

function serveStore(port: MessagePort, dataDir: string): void {
  const say = (message: FromWorker, transfer: readonly ArrayBuffer[] = []) => port.postMessage(message, [...transfer]);
  const onEvent = (event: StoreEvent) => say({ kind: 'event', event });

  const folder = dataFolderAt(dataDir);
  prepareDataFolder(folder);
  // Whatever is refused from here on, the lock goes with this thread.
  const lock = lockDataFolder(folder, connect);
  const database = openDatabase({ folder, connect, onEvent });
  const room = new DiskRoom(folder, database, onEvent);
  const queues = new QueueTables(database);
  const directory = new DirectoryTables(database, queues, onEvent);
  const runner = new BatchRunner({ database, queues, directory, room, onEvent });

  let saidWritable = true;
  function sayWritable(): void {
    if (runner.isWritable === saidWritable) return;
    saidWritable = runner.isWritable;
    say({ kind: 'writable', writable: saidWritable });
  }

  function runBatch(batch: Batch): void {
    const outcomes = runner.run(batch);
    // First, so that whoever hears of a refusal finds the store as it is.
    sayWritable();
    say({ kind: 'outcomes', outcomes }, payloadsOf(outcomes));
  }

  function lookAtDisk(): void {
    room.look();
    sayWritable();
  }

  function close(): void {
    clearInterval(timer);
    database.close();
    lock.close();
    say({ kind: 'closed' });
    port.close();
  }

  /** Nothing is tried after a failure: the process is about to end, and the next one reads what the disk has kept. */
  function orEnd(work: () => void): void {
    try {
      work();
    } catch (error) {
      clearInterval(timer);
      const sentence = error instanceof DiskFailedError ? `the disk of ${dataDir} failed: ` : 'the store failed: ';
      say({ kind: 'fatal', reason: sentence + describeError(error) });
      port.close();
    }
  }

  const timer = setInterval(() => orEnd(lookAtDisk), lookAtDiskEveryMs);
  port.on('message', (message: ToWorker) =>
    orEnd(() => (message.kind === 'batch' ? runBatch(message.batch) : close())),
  );
  sayWritable();
  say({ kind: 'opened' });
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
    serveStore(parentPort, String(workerData.dataDir));
  } catch (error) {
    const message =
      error instanceof StoreOpenError ? error.message : `the store cannot be opened: ${describeError(error)}`;
    const notOpened: FromWorker = { kind: 'not-opened', message };
    parentPort.postMessage(notOpened);
    parentPort.close();
  }
}
