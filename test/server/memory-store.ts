import {
  type DirectoryStore,
  type QueueStore,
  type RelayStore,
  type StoreListener,
  StoreUnavailableError,
} from '../../src/server/store/store.ts';
import { MemoryStoreState } from './memory-store-state.ts';

/** A store for tests that keeps everything in memory, and breaks on request. */
export interface MemoryStore extends RelayStore {
  /** Operations wait from now on, in their order, as if their commit took long. */
  holdCommits(): void;
  /** Commits the first `count` of what waits (all of it unless said); once nothing waits, operations commit at once again. */
  releaseCommits(count?: number): void;
  /** How many operations wait for `releaseCommits`. */
  heldCommits(): number;
  /** Rejects what waits and everything after it with `StoreUnavailableError`; nothing of it happens. */
  fail(message?: string): void;
  /** The store works again. */
  heal(): void;
  /** Nothing can be promised any more: as `fail`, and the listener is told, once. */
  failForever(reason: string): void;
  /** Makes `isCongested()` say so; back to false tells the listener that it is relieved. */
  setCongested(congested: boolean): void;
  /** The record of this number is damaged: the next claim that meets it ends it. */
  damage(seq: number): void;
  /** Killed and started again: what was committed is there, what waited never happened and is never answered. */
  restart(listener?: StoreListener): MemoryStore;
}

export function createMemoryStore(listener?: StoreListener): MemoryStore {
  return new MemoryStoreOn(new MemoryStoreState(), listener);
}

/** One operation: what it does once it is committed, and how it is refused. */
interface HeldOperation {
  commit(): void;
  refuse(error: StoreUnavailableError): void;
}

class MemoryStoreOn implements MemoryStore {
  readonly #state: MemoryStoreState;
  readonly #listener: StoreListener | undefined;
  readonly #held: HeldOperation[] = [];
  #holding = false;
  #congested = false;
  #failure: { readonly message: string; readonly final: boolean } | undefined;

  constructor(state: MemoryStoreState, listener: StoreListener | undefined) {
    this.#state = state;
    this.#listener = listener;
  }

  readonly directory: DirectoryStore = {
    load: () => this.#submit((state) => state.snapshot()),
    apply: (changes) =>
      this.#submit((state) => {
        for (const change of changes) state.change(change);
      }),
  };

  readonly queue: QueueStore = {
    depths: () => this.#submit((state) => state.depths()),
    enqueue: (message) => {
      const copy = { ...message, payload: new Uint8Array(message.payload) };
      return this.#submit((state) => state.enqueue(copy));
    },
    claim: (request) => this.#submit((state) => state.claim(request)),
    confirm: (userId, target, throughSeq) => this.#submit((state) => state.confirm(userId, target, throughSeq)),
    release: (userId, target) => this.#submit((state) => state.release(userId, target)),
    expire: (nowMs) => this.#submit((state) => state.expire(nowMs)),
    list: (userId, target, messagesMax, payloadBytesMax) =>
      this.#submit((state) => state.list(userId, target, messagesMax, payloadBytesMax)),
    cancel: (userId, target, seq) => this.#submit((state) => state.cancel(userId, target, seq)),
    isCongested: () => this.#congested,
  };

  isWritable(): boolean {
    return this.#failure === undefined;
  }

  flush(): Promise<void> {
    return this.#submit(() => {}).catch(() => {});
  }

  async close(): Promise<void> {
    this.releaseCommits();
    this.#failure = { message: 'the store is closed', final: true };
  }

  holdCommits(): void {
    this.#holding = true;
  }

  releaseCommits(count = Number.POSITIVE_INFINITY): void {
    for (const operation of this.#held.splice(0, count)) operation.commit();
    this.#holding &&= this.#held.length > 0;
  }

  heldCommits(): number {
    return this.#held.length;
  }

  fail(message = 'the store was told to fail'): void {
    this.#failure ??= { message, final: false };
    this.#holding = false;
    for (const operation of this.#held.splice(0)) operation.refuse(new StoreUnavailableError(message));
  }

  heal(): void {
    if (this.#failure?.final === false) this.#failure = undefined;
  }

  failForever(reason: string): void {
    const first = this.#failure?.final !== true;
    this.fail(reason);
    this.#failure = { message: reason, final: true };
    if (first) this.#listener?.onFatal(reason);
  }

  setCongested(congested: boolean): void {
    const relieved = this.#congested && !congested;
    this.#congested = congested;
    if (relieved) this.#listener?.onRelieved();
  }

  damage(seq: number): void {
    this.#state.damage(seq);
  }

  restart(listener = this.#listener): MemoryStore {
    this.#held.length = 0;
    this.#failure = { message: 'the store was restarted', final: true };
    this.#state.releaseAll();
    return new MemoryStoreOn(this.#state, listener);
  }

  #submit<Result>(operate: (state: MemoryStoreState) => Result): Promise<Result> {
    if (this.#failure !== undefined) return Promise.reject(new StoreUnavailableError(this.#failure.message));
    if (!this.#holding) return Promise.resolve(operate(this.#state));
    return new Promise((resolve, reject) => {
      this.#held.push({ commit: () => resolve(operate(this.#state)), refuse: reject });
    });
  }
}
