import type { StoreEvent } from './operations.ts';
import type {
  Claim,
  ClaimRequest,
  DirectoryStore,
  EndedMessage,
  FileStore,
  QueueStore,
  StoreListener,
} from './store.ts';
import { StoreThread } from './store-thread.ts';

export interface SqliteStoreOptions {
  /** Made if it is missing; used by one process at a time. */
  readonly dataDir: string;
  readonly listener: StoreListener;
  readonly log?: (event: StoreEvent) => void;
}

/** Ending many messages at once must not keep the worker from everybody else, so they end in transactions of this size. */
const expireMessagesMax = 1000;

/**
 * Opens the store in a data folder. Rejects with `StoreOpenError` when the folder cannot be used; then nothing is left open.
 * SQLite works in a thread of its own.
 */
export async function openSqliteStore({ dataDir, listener, log = () => {} }: SqliteStoreOptions): Promise<FileStore> {
  const thread = new StoreThread({ dataDir, listener, log });
  await thread.opened;
  return new SqliteStore(thread, log);
}

class SqliteStore implements FileStore {
  readonly #thread: StoreThread;
  readonly #log: (event: StoreEvent) => void;

  constructor(thread: StoreThread, log: (event: StoreEvent) => void) {
    this.#thread = thread;
    this.#log = log;
  }

  readonly directory: DirectoryStore = {
    load: () => this.#thread.submit({ name: 'load' }),
    apply: (changes) => this.#thread.submit({ name: 'apply', changes }),
  };

  readonly queue: QueueStore = {
    depths: () => this.#thread.submit({ name: 'depths' }),
    enqueue: (message) => this.#thread.enqueue(message),
    claim: (request) => this.#claim(request),
    confirm: (userId, target, throughSeq) => this.#thread.submit({ name: 'confirm', userId, target, throughSeq }),
    release: (userId, target) => this.#thread.submit({ name: 'release', userId, target }),
    expire: (nowMs) => this.#expire(nowMs),
    list: (userId, target, messagesMax, payloadBytesMax) =>
      this.#thread.submit({ name: 'list', userId, target, messagesMax, payloadBytesMax }),
    cancel: (userId, target, seq) => this.#cancel(userId, target, seq),
    isCongested: () => this.#thread.isCongested,
  };

  isWritable(): boolean {
    return this.#thread.isWritable;
  }

  flush(): Promise<void> {
    return this.#thread.flush();
  }

  backUp(): Promise<string> {
    return this.#thread.copy();
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  async #claim(request: ClaimRequest): Promise<Claim> {
    const claim = await this.#thread.submit({ name: 'claim', ...request });
    this.#logDamaged(claim.ended);
    return claim;
  }

  async #cancel(userId: string, target: string, seq: number | 'all'): Promise<readonly EndedMessage[]> {
    const cancelled = await this.#thread.submit({ name: 'cancel', userId, target, seq });
    this.#logDamaged(cancelled);
    return cancelled;
  }

  #logDamaged(ended: readonly EndedMessage[]): void {
    for (const { reason, seq, target } of ended) {
      if (reason !== 'damaged') continue;
      this.#log({ event: 'record-damaged', table: 'message', record: `number ${seq} for ${target}` });
    }
  }

  async #expire(nowMs: number): Promise<readonly EndedMessage[]> {
    const expired: EndedMessage[] = [];
    for (;;) {
      const ended = await this.#thread.submit({ name: 'expire', nowMs, messagesMax: expireMessagesMax });
      this.#logDamaged(ended);
      expired.push(...ended);
      if (ended.length < expireMessagesMax) return expired;
    }
  }
}
