import { Worker } from 'node:worker_threads';
import type { Settle } from './batch-builder.ts';
import { GroupCommit } from './group-commit.ts';
import type { FromWorker, Operation, OperationName, OperationResults, StoreEvent, ToWorker } from './operations.ts';
import { type QueuedMessage, type StoreListener, StoreOpenError, StoreUnavailableError } from './store.ts';

export interface StoreThreadOptions {
  /** Made if it is missing; used by one process at a time. */
  readonly dataDir: string;
  readonly listener: StoreListener;
  readonly log: (event: StoreEvent) => void;
}

/**
 * The thread in which SQLite works, from its start to its end. What it is to do is collected here and handed over in batches; once it
 * does nothing any more, all of that is refused with the reason.
 */
export class StoreThread {
  /** Rejects with `StoreOpenError` when the folder cannot be used; then nothing is left open. */
  readonly opened: Promise<void>;
  readonly #listener: StoreListener;
  readonly #log: (event: StoreEvent) => void;
  readonly #worker: Worker;
  readonly #workerGone: Promise<void>;
  readonly #commits: GroupCommit;
  #phase: 'opening' | 'open' | 'closing' | 'over' = 'opening';
  #isWritable = true;
  /** Why no operation is taken, once that is so. */
  #refusal: string | undefined;
  #closed: Promise<void> | undefined;
  /** Whoever waits for a copy. */
  #copy: PromiseWithResolvers<string> | undefined;

  constructor({ dataDir, listener, log }: StoreThreadOptions) {
    this.#listener = listener;
    this.#log = log;
    // From source the worker is run as it is written; in the bundle it stands beside the chunk that holds this file.
    const script = import.meta.url.endsWith('.ts') ? './sqlite-worker.ts' : './sqlite-worker.js';
    const worker = new Worker(new URL(script, import.meta.url), { workerData: { dataDir }, name: 'relay-store' });
    this.#worker = worker;
    this.#workerGone = new Promise((resolve) => worker.once('exit', () => resolve()));
    this.#commits = new GroupCommit({
      send: (batch) => this.#post({ kind: 'batch', batch }, [batch.payloads]),
      onRelieved: () => this.#listener.onRelieved(),
      onSettled: (durationMs, operations) => this.#listener.onCommit?.(durationMs, operations),
    });
    this.opened = this.#open();
  }

  /** Whether the last commit worked. */
  get isWritable(): boolean {
    return this.#isWritable && this.#phase === 'open';
  }

  get isCongested(): boolean {
    return this.#commits.isCongested;
  }

  /** Rejects with `StoreUnavailableError`: then nothing of it happened. */
  submit<Name extends OperationName>(operation: Extract<Operation, { name: Name }>): Promise<OperationResults[Name]> {
    if (this.#refusal !== undefined) return Promise.reject(new StoreUnavailableError(this.#refusal));
    return new Promise((resolve, reject) => {
      this.#commits.submit(operation, settleWith<Name>(resolve, reject));
    });
  }

  /** The same for a message, whose payload is copied here. */
  enqueue({ payload, ...message }: QueuedMessage): Promise<number> {
    if (this.#refusal !== undefined) return Promise.reject(new StoreUnavailableError(this.#refusal));
    return new Promise((resolve, reject) => {
      const payloadBytes = payload.byteLength;
      this.#commits.submitPayload(
        payload,
        (payloadStart) => ({ name: 'enqueue', ...message, payloadStart, payloadBytes }),
        settleWith<'enqueue'>(resolve, reject),
      );
    });
  }

  /** Makes a copy of the file; resolves with its path. */
  async copy(): Promise<string> {
    if (this.#refusal !== undefined) throw new StoreUnavailableError(this.#refusal);
    if (this.#copy !== undefined) throw new StoreUnavailableError('a copy is being made already; try again after it');
    this.#copy = Promise.withResolvers();
    this.#post({ kind: 'copy' });
    return this.#copy.promise;
  }

  /** Resolves when everything that was asked for before is committed or has failed. */
  async flush(): Promise<void> {
    if (this.#phase === 'open' || this.#phase === 'closing') await this.#barrier();
  }

  /** Commits what is under way and ends the thread. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    if (this.#phase === 'open') {
      this.#phase = 'closing';
      this.#refusal = 'the store is closed';
      await this.#barrier();
      this.#post({ kind: 'close' });
    }
    await this.#workerGone;
  }

  async #open(): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#worker.on('message', (message: FromWorker) => this.#hear(message, resolve, reject));
        this.#worker.on('error', (error) => this.#fail(`the thread of the store failed: ${String(error)}`, reject));
        this.#worker.on('exit', () => this.#fail('the thread of the store ended', reject));
      });
    } catch (error) {
      await this.#workerGone;
      throw error;
    }
  }

  #hear(message: FromWorker, opened: () => void, notOpened: (error: StoreOpenError) => void): void {
    switch (message.kind) {
      case 'opened':
        this.#phase = 'open';
        opened();
        return;
      case 'not-opened':
        this.#fail(message.message, notOpened);
        return;
      case 'outcomes':
        this.#commits.settle(message.outcomes);
        return;
      case 'copied':
        this.#settleCopy((copy) => copy.resolve(message.file));
        return;
      case 'not-copied':
        this.#settleCopy((copy) => copy.reject(new StoreUnavailableError(message.reason)));
        return;
      case 'writable':
        this.#isWritable = message.writable;
        return;
      case 'event':
        this.#log(message.event);
        return;
      case 'fatal':
        this.#fail(message.reason, notOpened);
        return;
      case 'closed':
        this.#phase = 'over';
        return;
      default:
        message satisfies never;
    }
  }

  /** The worker does nothing any more. Before it opened, that is told by the rejected promise alone. */
  #fail(reason: string, notOpened: (error: StoreOpenError) => void): void {
    if (this.#phase === 'over') return;
    const wasOpening = this.#phase === 'opening';
    this.#phase = 'over';
    this.#refusal = reason;
    this.#commits.refuseAll(reason);
    this.#settleCopy((copy) => copy.reject(new StoreUnavailableError(reason)));
    if (wasOpening) notOpened(new StoreOpenError(reason));
    else this.#listener.onFatal(reason);
  }

  #settleCopy(settle: (copy: PromiseWithResolvers<string>) => void): void {
    const copy = this.#copy;
    this.#copy = undefined;
    if (copy !== undefined) settle(copy);
  }

  /** Resolves when all that was submitted before has an outcome, a bad one included. */
  #barrier(): Promise<void> {
    return new Promise((resolve) => this.#commits.submit({ name: 'flush' }, () => resolve()));
  }

  #post(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, [...transfer]);
  }
}

/** The worker answers each operation with the result of its name, in the order of the batch: the cast is that door. */
function settleWith<Name extends OperationName>(
  resolve: (result: OperationResults[Name]) => void,
  reject: (error: StoreUnavailableError) => void,
): Settle {
  return (refusal, result) => {
    if (refusal !== undefined) reject(new StoreUnavailableError(refusal));
    else resolve(result as OperationResults[Name]);
  };
}
