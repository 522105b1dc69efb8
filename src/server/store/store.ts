import type { UserLimits } from '../../protocol/limits.ts';

/**
 * What must last: users, keys and devices (the directory), and the queues. Every implementation keeps these promises and
 * passes one contract suite (`test/server/store-contract.ts`).
 *
 *  - A promise that resolves means: committed, synced, and there after `kill -9` or a power cut.
 *  - Operations take effect in the order of the calls, also those that are answered later.
 *  - A promise that rejects with `StoreUnavailableError` means: nothing of it happened. The store may work again later.
 *  - `onFatal` is told once when the store can promise nothing any more (an fsync failed, the file is damaged): the process
 *    must end.
 *  - Memory is bounded: `queue.isCongested()` says when the callers must stop reading their senders.
 */
export interface RelayStore {
  readonly directory: DirectoryStore;
  readonly queue: QueueStore;
  /** Whether the last commit worked, for `/readyz`. */
  isWritable(): boolean;
  /** Resolves when everything that was asked for before is committed or has failed. */
  flush(): Promise<void>;
  /** Commits what is under way and frees the file. */
  close(): Promise<void>;
}

/** A store that is one file, of which a copy can be made while it works. */
export interface FileStore extends RelayStore {
  /**
   * Makes a copy that holds all that was committed before the call, one whole database in a file of the data folder, and
   * resolves with its path: the caller removes it. One at a time; rejects with `StoreUnavailableError`, which says why.
   */
  backUp(): Promise<string>;
}

export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** The data folder cannot be used: what is wrong with which file, and what to do. Thrown before anything is served. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError';
}

export interface UserRecord {
  /** Made once, never reused: the name of the user's room inside the relay. */
  readonly userId: string;
  readonly name: string;
  /** Only the limits that differ from the defaults. */
  readonly limits: Partial<UserLimits>;
  readonly createdAtMs: number;
}

export interface KeyRecord {
  /** Public part of the key, by which it is found. */
  readonly keyId: string;
  readonly kind: 'master' | 'admin' | 'device';
  /** The user whose key it is; admin keys have none. */
  readonly userId?: string;
  /** The device whose token it is. */
  readonly clientId?: string;
  /** SHA-256 of the whole key, 32 bytes. */
  readonly hash: Uint8Array;
  readonly createdAtMs: number;
  /** When it stops being valid, for tokens that were rotated with a grace period. */
  readonly expiresAtMs?: number;
}

export interface DeviceRecord {
  readonly userId: string;
  readonly clientId: string;
  readonly createdAtMs: number;
  readonly lastSeenAtMs?: number;
}

export interface DirectorySnapshot {
  readonly users: readonly UserRecord[];
  readonly keys: readonly KeyRecord[];
  readonly devices: readonly DeviceRecord[];
}

/**
 * One change of the directory. Removing a user removes its keys, devices and queues; a device, its tokens (its queue is
 * cancelled by the caller, who counts what waits).
 */
export type DirectoryChange =
  | { readonly change: 'put-user'; readonly user: UserRecord }
  | { readonly change: 'remove-user'; readonly userId: string }
  | { readonly change: 'put-key'; readonly key: KeyRecord }
  | { readonly change: 'remove-key'; readonly keyId: string }
  | { readonly change: 'put-device'; readonly device: DeviceRecord }
  | { readonly change: 'remove-device'; readonly userId: string; readonly clientId: string };

export interface DirectoryStore {
  load(): Promise<DirectorySnapshot>;
  /** All of these changes or none. */
  apply(changes: readonly DirectoryChange[]): Promise<void>;
}

export interface QueuedMessage {
  readonly userId: string;
  readonly target: string;
  /** Client id of the sender as the relay authenticated it. */
  readonly sender: string;
  /** The sender's `_id` where it asked for a receipt. */
  readonly messageId?: string;
  /** The bytes as the sender sent them. The store copies them before `enqueue` returns. */
  readonly payload: Uint8Array;
  readonly queuedAtMs: number;
  /** `Infinity`: never. */
  readonly expiresAtMs: number;
}

/** A message that the store handed out, with its number, which grows with every message of its user and is never used twice. */
export interface ClaimedMessage {
  readonly seq: number;
  readonly sender: string;
  readonly messageId?: string;
  readonly payload: Uint8Array;
  readonly queuedAtMs: number;
  /** Deliveries so far, this one included. */
  readonly attempts: number;
}

/**
 * A message that left the queue without a delivery that was proven. Of a damaged one `sender` is empty and `messageId` missing,
 * because they may be what was damaged.
 */
export interface EndedMessage {
  readonly userId: string;
  readonly target: string;
  readonly seq: number;
  readonly sender: string;
  readonly messageId?: string;
  readonly payloadBytes: number;
  readonly queuedAtMs: number;
  /** How often it was handed out without proof: more than 0 means that the target may have it. */
  readonly attempts: number;
  readonly reason: 'expired' | 'unconfirmed' | 'cancelled' | 'damaged';
}

export interface QueueDepth {
  readonly userId: string;
  readonly target: string;
  readonly messages: number;
  readonly payloadBytes: number;
}

/** What waits, without its payload's end: for the look into a queue. */
export interface QueuedEntry {
  readonly seq: number;
  readonly sender: string;
  readonly messageId?: string;
  readonly payload: Uint8Array;
  readonly queuedAtMs: number;
  readonly expiresAtMs: number;
  readonly attempts: number;
  readonly handed: boolean;
}

export interface ClaimRequest {
  readonly userId: string;
  readonly target: string;
  /** Hand out messages above this number only. */
  readonly afterSeq: number;
  /** At most so many bytes of payload. */
  readonly payloadBytesMax: number;
  /** One message is handed out in any case, however big it is; said when nothing else is on its way to the target. */
  readonly takesOne: boolean;
  readonly messagesMax: number;
  /** A message that was handed out so often already ends as `unconfirmed` instead. */
  readonly attemptsMax: number;
  readonly nowMs: number;
}

export interface Claim {
  readonly messages: readonly ClaimedMessage[];
  /** What ended on the way: expired, delivered too often, or damaged on the disk. */
  readonly ended: readonly EndedMessage[];
}

export interface Confirmed {
  readonly messages: number;
  readonly payloadBytes: number;
}

/** Queues, one a user and target, in the order of their numbers. Capacity is the caller's business. */
export interface QueueStore {
  /** All queues that hold something; on opening, nothing is handed out any more. */
  depths(): Promise<readonly QueueDepth[]>;
  /** Resolves with the message's number, after the commit. */
  enqueue(message: QueuedMessage): Promise<number>;
  /** Hands out the next messages that nobody holds; their attempt is counted durably before the promise resolves. */
  claim(request: ClaimRequest): Promise<Claim>;
  /** Removes what was handed out, up to and with this number. */
  confirm(userId: string, target: string, throughSeq: number): Promise<Confirmed>;
  /** The session ended without proof: what was handed out waits again. */
  release(userId: string, target: string): Promise<void>;
  /** Ends what is past its time (`expiresAtMs` is `nowMs` or earlier) and not handed out, in all queues. */
  expire(nowMs: number): Promise<readonly EndedMessage[]>;
  /** The first messages of a queue, for a look; payloads are cut to `payloadBytesMax` each. */
  list(userId: string, target: string, messagesMax: number, payloadBytesMax: number): Promise<readonly QueuedEntry[]>;
  /** Removes one message, or all of the queue, unless handed out; what went is answered. */
  cancel(userId: string, target: string, seq: number | 'all'): Promise<readonly EndedMessage[]>;
  /** Whether more is under way than the store should hold in memory. */
  isCongested(): boolean;
}

/** What an implementation tells its owner. */
export interface StoreListener {
  /** `isCongested` went from true to false. */
  onRelieved(): void;
  /** A commit has returned, after so many milliseconds, for so many operations together. */
  onCommit?(durationMs: number, operations: number): void;
  /** Nothing can be promised any more; the reason in one sentence. */
  onFatal(reason: string): void;
}
