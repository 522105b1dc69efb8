import type {
  Claim,
  ClaimRequest,
  Confirmed,
  DirectoryChange,
  DirectorySnapshot,
  EndedMessage,
  QueueDepth,
  QueuedEntry,
  QueuedMessage,
} from './store.ts';

/** What the store's two threads say to each other: operations in batches one way, their outcomes the other. */

/** A message whose payload lies in the buffer that travels with its batch. */
interface EnqueueRequest extends Omit<QueuedMessage, 'payload'> {
  readonly payloadStart: number;
  readonly payloadBytes: number;
}

interface QueueName {
  readonly userId: string;
  readonly target: string;
}

interface OperationRequests {
  /** Does nothing, after everything before it. */
  readonly flush: object;
  readonly load: object;
  readonly apply: { readonly changes: readonly DirectoryChange[] };
  readonly depths: object;
  readonly enqueue: EnqueueRequest;
  readonly claim: ClaimRequest;
  readonly confirm: QueueName & { readonly throughSeq: number };
  readonly release: QueueName;
  readonly expire: { readonly nowMs: number; readonly messagesMax: number };
  readonly list: QueueName & { readonly messagesMax: number; readonly payloadBytesMax: number };
  readonly cancel: QueueName & { readonly seq: number | 'all' };
}

export interface OperationResults {
  readonly flush: undefined;
  readonly load: DirectorySnapshot;
  readonly apply: undefined;
  readonly depths: readonly QueueDepth[];
  readonly enqueue: number;
  readonly claim: Claim;
  readonly confirm: Confirmed;
  readonly release: undefined;
  readonly expire: readonly EndedMessage[];
  readonly list: readonly QueuedEntry[];
  readonly cancel: readonly EndedMessage[];
}

export type OperationName = keyof OperationRequests;
export type OperationOf<Name extends OperationName> = { readonly name: Name } & OperationRequests[Name];
export type Operation = { [Name in OperationName]: OperationOf<Name> }[OperationName];
export type OperationResult = OperationResults[OperationName];

/**
 * How the operations of a batch ended, in their order. Nothing happened of those that are refused, by their place in the
 * batch; their results mean nothing. Bare results, because most are numbers and cross the threads as fast as those.
 */
export interface Outcomes {
  readonly results: readonly OperationResult[];
  readonly refusals: ReadonlyMap<number, string>;
}

/** Operations that are committed together, in their order, and the payloads of all their messages one after the other. */
export interface Batch {
  readonly operations: readonly Operation[];
  readonly payloads: ArrayBuffer;
}

/** What happens in the store that an administrator should read in the log. */
export type StoreEvent =
  | {
      readonly event: 'record-damaged';
      readonly table: string;
      readonly record: string;
      /** How many messages went with it at opening; whatever is met later is among what an operation answers. */
      readonly messages?: number;
    }
  | { readonly event: 'repaired'; readonly found: string; readonly copy: string }
  | { readonly event: 'operation-failed'; readonly operation: OperationName; readonly message: string }
  | { readonly event: 'disk-full'; readonly dataDir: string }
  | { readonly event: 'disk-relieved'; readonly dataDir: string }
  | { readonly event: 'no-reserve'; readonly dataDir: string; readonly message: string }
  | { readonly event: 'migrated'; readonly fromVersion: number; readonly toVersion: number; readonly copy?: string };

export type ToWorker =
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'copy' }
  | { readonly kind: 'close' };

export type FromWorker =
  | { readonly kind: 'opened' }
  /** The data folder cannot be used; the sentence of the `StoreOpenError`. */
  | { readonly kind: 'not-opened'; readonly message: string }
  | { readonly kind: 'outcomes'; readonly outcomes: Outcomes }
  | { readonly kind: 'copied'; readonly file: string }
  | { readonly kind: 'not-copied'; readonly reason: string }
  | { readonly kind: 'writable'; readonly writable: boolean }
  | { readonly kind: 'event'; readonly event: StoreEvent }
  | { readonly kind: 'fatal'; readonly reason: string }
  | { readonly kind: 'closed' };
