import type { Refusal } from '../../protocol/messages.ts';
import { spliceFields } from '../../protocol/splice.ts';
import type { TargetQueue } from '../queues/target-queue.ts';
import type { Room } from '../rooms/room.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Session } from '../rooms/session.ts';
import type { SignsOfLife } from '../rooms/signs-of-life.ts';
import type { QueueStore } from '../store/store.ts';
import type { ReceiptBatch } from './live-receipts.ts';
import type { MessageRun } from './message-run.ts';
import type { Reports } from './reports.ts';
import type { Dispatch, Sender } from './sender.ts';

export interface RouterOptions {
  readonly store: QueueStore;
  readonly reports: Reports;
  readonly rooms: Rooms;
  readonly signsOfLife: SignsOfLife;
}

/** Where a message goes: to its target's socket, to its target's queue, or back (PROTOCOL A3, A4). */
export class Router {
  readonly #store: QueueStore;
  readonly #reports: Reports;
  readonly #rooms: Rooms;
  readonly #signsOfLife: SignsOfLife;
  /** Whoever is not read because the store is behind. */
  readonly #waitingForStore = new Set<Sender>();

  constructor({ store, reports, rooms, signsOfLife }: RouterOptions) {
    this.#store = store;
    this.#reports = reports;
    this.#rooms = rooms;
    this.#signsOfLife = signsOfLife;
  }

  route(dispatch: Dispatch, nowMs: number): void {
    const { sender, payload, target } = dispatch;
    const receiver = sender.room.sessions.get(target);
    if (receiver !== undefined) this.#signsOfLife.noteSilence(receiver, nowMs);
    // While anything waits that has not been handed over, everything goes through the queue, so that order holds.
    if (receiver?.canTake(payload.length) && !receiver.queue?.hasWaiting) this.#deliver(dispatch, receiver, nowMs);
    else this.#divert(dispatch, receiver !== undefined, nowMs);
  }

  /** Who takes a run of messages live, all of it; undefined when each of them has to be looked at by itself. */
  receiverOf(sender: Session, run: MessageRun, nowMs: number): Session | undefined {
    const { room } = sender;
    const receiver = room.sessions.get(run.target);
    if (receiver === undefined || receiver.extensions.from || !room.taps.isEmpty) return undefined;
    this.#signsOfLife.noteSilence(receiver, nowMs);
    const isProven = sender.extensions.receipts && run.ids === run.messages;
    return receiver.canTakeRun(run, isProven, nowMs) && !receiver.queue?.hasWaiting ? receiver : undefined;
  }

  deliverRun(sender: Session, receiver: Session, run: MessageRun, nowMs: number): void {
    const ids = sender.extensions.receipts ? run.ids : 0;
    receiver.deliverRun(run, ids === 0 ? undefined : receiptsOf(sender, run, ids));
    this.#reports.sentRun(sender, run, ids, nowMs);
  }

  #deliver(dispatch: Dispatch, receiver: Session, nowMs: number): void {
    const { sender, messageId, target } = dispatch;
    const reserved = reservedField(dispatch, receiver);
    if (reserved !== undefined) {
      const message = `${target} gets ${reserved} from the relay alone: send the message without that field of your own`;
      this.#reports.refused(dispatch, { code: 'reserved_field', message });
      return;
    }
    const payload = receiver.extensions.from
      ? spliceFields(dispatch.payload, { _from: sender.clientId })
      : dispatch.payload;
    if (messageId === undefined) receiver.deliver(payload, nowMs);
    else receiver.deliverWithReceipt(payload, { sender, messageId });
    this.#reports.sent(dispatch, nowMs);
  }

  #divert(dispatch: Dispatch, isConnected: boolean, nowMs: number): void {
    const { sender, target, payload, messageId, ttlMs } = dispatch;
    const { room } = sender;
    const refusal = whyNotQueued(dispatch, isConnected);
    if (refusal !== undefined) {
      this.#reports.refused(dispatch, refusal);
      return;
    }
    this.#reports.queueing(dispatch);
    const message = {
      userId: room.userId,
      target,
      sender: sender.clientId,
      ...(messageId === undefined || dispatch.isSessionless ? {} : { messageId }),
      payload,
      queuedAtMs: nowMs,
      expiresAtMs: nowMs + Math.min(ttlMs ?? Number.POSITIVE_INFINITY, room.limits.queue_ttl),
    };
    this.#rooms.queueOf(room, target).enqueue(
      message,
      (seq) => this.#reports.queued(dispatch, seq),
      () => this.#reports.refused(dispatch, storeUnavailable(target)),
    );
    if (this.#store.isCongested()) {
      this.#waitingForStore.add(sender);
      sender.pauseForStore();
    }
  }

  /** The store has caught up: its senders are read again. */
  handleStoreRelieved(): void {
    for (const sender of this.#waitingForStore) sender.resumeAfterStore();
    this.#waitingForStore.clear();
  }
}

/** A field of the relay's own that the sender wrote although the receiver gets it from the relay (PROTOCOL B). */
function reservedField({ relayFields }: Dispatch, { extensions }: Session): string | undefined {
  return relayFields.find(
    (field) =>
      (field === '_from' && extensions.from) ||
      (field === '_seq' && extensions.acks) ||
      (field === '_age_ms' && extensions.age),
  );
}

/** The receipts of a run, written when it passes: what awaits its proof is ids, with the words around them (PROTOCOL B). */
function receiptsOf(sender: Session, run: MessageRun, ids: number): ReceiptBatch {
  return {
    sender,
    ids,
    framed: run.receipts('{"status":"delivered","_id":"', `","target":${JSON.stringify(run.target)}}`),
  };
}

function storeUnavailable(target: string): Refusal {
  return {
    code: 'store_unavailable',
    message: `the message to ${target} could not be stored and was not taken: the relay's disk or database is not available now`,
  };
}

/** Why a message may not wait for its target; undefined when it may. */
function whyNotQueued({ sender, target, payload, ttlMs }: Dispatch, isConnected: boolean): Refusal | undefined {
  const { room } = sender;
  const { limits } = room;
  const isNow = ttlMs === 0 || limits.queue_ttl === 0;
  if (isNow || (!isConnected && room.goneEphemerals.has(target))) {
    const why = isNow ? 'this message may not wait' : 'its id was for one connection alone';
    return { code: 'target_offline', message: `${target} cannot take a message now, and ${why}: it was not taken` };
  }
  const full = whyFull(room, room.queues.get(target), payload.length);
  if (full === undefined) return undefined;
  return { code: 'queue_full', message: `${target} cannot take a message now, and ${full}: it was not taken` };
}

/** Why the queue cannot take another message, in words; undefined when it can. */
function whyFull(room: Room, queue: TargetQueue | undefined, payloadBytes: number): string | undefined {
  const { limits } = room;
  const messages = queue?.messages ?? 0;
  if (messages >= limits.queue_messages) return `${messages} messages wait for it already (queue_messages)`;
  if (queue === undefined && room.queues.size >= limits.queue_targets) {
    return `${room.queues.size} targets have messages waiting already (queue_targets)`;
  }
  if (room.queuedBytes + payloadBytes > limits.queue_bytes) {
    return `${room.queuedBytes} bytes wait in all queues already (queue_bytes)`;
  }
  return undefined;
}
