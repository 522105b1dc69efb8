import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { BatchRunner, DiskFailedError } from './batch-runner.ts';
import { dataFolderAt, prepareDataFolder } from './data-folder.ts';
import { DiskRoom } from './disk-room.ts';
import { lockDataFolder } from './lock.ts';
import { copyOnline } from './online-copy.ts';
import { sentenceOf } from './open-database.ts';
import { openTables } from './open-tables.ts';
import type { Batch, FromWorker, Outcomes, StoreEvent, ToWorker } from './operations.ts';
import { describeError, sqlFailureOf } from './sql-errors.ts';
import { connect } from './sqlite.ts';
import { StoreOpenError, StoreUnavailableError } from './store.ts';

/** The thread that owns the data folder: SQLite blocks for every commit, and here nobody else waits for it. */

const lookAtDiskEveryMs = 1000;

function serveStore(port: MessagePort, dataDir: string): void {
  const say = (message: FromWorker, transfer: readonly ArrayBuffer[] = []) => port.postMessage(message, [...transfer]);
  const onEvent = (event: StoreEvent) => say({ kind: 'event', event });

  const folder = dataFolderAt(dataDir);
  prepareDataFolder(folder);
  // Whatever is refused from here on, the lock goes with this thread.
  const lock = lockDataFolder(folder, connect);
  const { database, queues, directory } = openTables({ folder, connect, onEvent });
  const room = new DiskRoom(folder, database, onEvent);
  const runner = new BatchRunner({ database, queues, directory, room, onEvent });

  /** What is to be done, in its order; it waits here while a step of a copy runs. */
  const todo: ToWorker[] = [];
  let isCopying = false;
  let isOver = false;
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
      end(error);
    }
  }

  function end(error: unknown): void {
    isOver = true;
    clearInterval(timer);
    say({ kind: 'fatal', reason: reasonOf(error) });
    port.close();
  }

  function reasonOf(error: unknown): string {
    if (error instanceof DiskFailedError) return `the disk of ${dataDir} failed: ${describeError(error)}`;
    // In the words of a start that refuses the file.
    if (sqlFailureOf(error) === 'damaged') return sentenceOf(error, folder);
    return `the store failed: ${describeError(error)}`;
  }

  /** Batches are run between the steps of a copy as well; everything else waits for its end. */
  function workOff(): void {
    for (let next = todo[0]; next !== undefined && !isOver; next = todo[0]) {
      if (isCopying && next.kind !== 'batch') return;
      todo.shift();
      if (next.kind === 'batch') runBatch(next.batch);
      else if (next.kind === 'copy') copy();
      else close();
    }
  }

  function copy(): void {
    isCopying = true;
    const onStep = () => {
      orEnd(workOff);
      if (isOver || todo.length > 0) throw new StoreUnavailableError('the store is closed');
    };
    copyOnline({ folder, database, onStep })
      .then(
        (file) => say({ kind: 'copied', file }),
        (error: unknown) => {
          if (sqlFailureOf(error) === 'damaged') end(error);
          else say({ kind: 'not-copied', reason: describeError(error) });
        },
      )
      .finally(() => {
        isCopying = false;
        orEnd(workOff);
      });
  }

  const timer = setInterval(() => orEnd(lookAtDisk), lookAtDiskEveryMs);
  port.on('message', (message: ToWorker) => {
    todo.push(message);
    if (!isCopying) orEnd(workOff);
  });
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
