import type { RelayCode } from '../../protocol/codes.ts';
import type { Outcome, Refusal } from '../../protocol/messages.ts';
import type { Clock } from '../clock.ts';
import type { HandedMessage } from '../queues/handed.ts';
import type { Room } from '../rooms/room.ts';
import type { Session } from '../rooms/session.ts';
import type { EndedMessage } from '../store/store.ts';
import { countOf, idsOf, type LiveReceipt, type ReceiptBatch } from './live-receipts.ts';
import type { MessageRun } from './message-run.ts';
import { outcomeLinesMax } from './outcomes.ts';
import type { Dispatch, Sender, Told } from './sender.ts';

/** What a message is counted as: what is told of it, and by itself what the disk has damaged (FAULTS 5). */
type Counted = Outcome | 'damaged';

/** How many messages reached each state since the start. */
export type MessageCounts = Partial<Record<Counted, number>>;

const unconfirmed: Told = {
  state: 'unconfirmed',
  message:
    'the target had it, or not: its connection ended before it proved to have read it; the relay does not send it again',
};

/**
 * Says what became of each message to all who asked: its sender (PROTOCOL B `receipts`), the history of its target
 * (PROTOCOL C), whoever listens in (`tap`), and a request over HTTP that waits for the end.
 */
export class Reports {
  readonly #clock: Clock;
  /** Whoever waits for the end of a queued message. */
  readonly #waiting = new Map<string, (told: Told) => void>();
  readonly #counts: MessageCounts & { sent: number } = { sent: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get counts(): Readonly<MessageCounts> {
    return this.#counts;
  }

  /** So many messages were damaged on the disk, and of each of them nothing is left that could be told. */
  lost(messages: number): void {
    this.#count('damaged', messages);
  }

  /** Handed to the target's socket. */
  sent(dispatch: Dispatch, nowMs: number): void {
    this.#counts.sent += 1;
    const { sender, target, messageId } = dispatch;
    if (messageId === undefined) note(sender, target, 'sent', undefined, nowMs);
    tap(dispatch, 'sent');
  }

  /** Handed to the target's socket together; so many of them have an id, so that more is told of them later. */
  sentRun(sender: Session, { target, messages }: MessageRun, ids: number, nowMs: number): void {
    this.#counts.sent += messages;
    if (messages === ids) return;
    sender.room.outcomes.note(target, sender.clientId, 'sent', undefined, nowMs, messages - ids);
  }

  /** Not taken. */
  refused(dispatch: Dispatch, { code, message }: Refusal): void {
    const { sender, target, messageId } = dispatch;
    this.#count(code);
    note(sender, target, code, messageId, this.#clock());
    tap(dispatch, code);
    sender.refuse(code, message, target, messageId);
  }

  /** Not taken for what they are, before it was looked where they go; the sender is told by whoever found it. */
  refusedUnrouted(code: RelayCode, messages = 1): void {
    this.#count(code, messages);
  }

  /** On its way into the store. */
  queueing(dispatch: Dispatch): void {
    tap(dispatch, 'queued');
  }

  /** Committed. */
  queued(dispatch: Dispatch, seq: number): void {
    const { sender, target, messageId } = dispatch;
    sender.noteQueued?.(seq);
    this.#count('queued');
    note(sender, target, 'queued', messageId, this.#clock());
    if (messageId !== undefined && !sender.isEnded) sender.tell(messageId, target, { state: 'queued' });
  }

  /** Out of the queue, proven to have been read. */
  delivered(room: Room, target: string, messages: readonly HandedMessage[]): void {
    for (const message of messages) this.#finish(room, target, message, { state: 'delivered' });
  }

  /** Out of the queue, without a delivery that was proven. */
  ended(room: Room, messages: readonly EndedMessage[]): void {
    for (const message of messages) {
      const told = toldOf(message);
      this.#finish(room, message.target, message, told, message.reason === 'damaged' ? 'damaged' : told.state);
    }
  }

  /** Calls back once with the final state of a queued message; the answer stops the waiting. */
  waitForEnd(userId: string, target: string, seq: number, callback: (told: Told) => void): () => void {
    const key = keyOf(userId, target, seq);
    this.#waiting.set(key, callback);
    return () => this.#waiting.delete(key);
  }

  /** The user is removed, and with it what waited for anybody: what was handed over nobody can prove any more. */
  userRemoved(userId: string): void {
    const message = 'the user was removed, and its messages with it: the target had this one, or not';
    const ofUser = keyOf(userId);
    for (const [key, waiter] of this.#waiting) {
      if (!key.startsWith(ofUser)) continue;
      this.#waiting.delete(key);
      waiter({ state: 'unconfirmed', message });
    }
  }

  #finish(
    room: Room,
    target: string,
    message: Omit<HandedMessage, 'payloadBytes'>,
    told: Told,
    counted: Counted = told.state,
  ): void {
    const { sender, messageId, queuedAtMs, seq } = message;
    this.#count(counted);
    room.outcomes.note(target, sender, told.state, messageId, this.#clock());
    if (messageId !== undefined) senderOf(room, sender, queuedAtMs)?.tell(messageId, target, told);
    if (this.#waiting.size === 0) return;
    const key = keyOf(room.userId, target, seq);
    const waiter = this.#waiting.get(key);
    this.#waiting.delete(key);
    waiter?.(told);
  }

  /** Live messages that the target has proven to have read. */
  proven(target: string, receipts: readonly (LiveReceipt | ReceiptBatch)[]): void {
    for (const receipt of receipts) {
      if ('messageId' in receipt) this.#tellLive(receipt.sender, receipt.messageId, target, { state: 'delivered' });
      else this.#tellBatch(receipt, target);
    }
  }

  /** Live messages whose target went before the proof. */
  unproven(target: string, receipts: readonly (LiveReceipt | ReceiptBatch)[]): void {
    // What nobody is there to be told of is counted; the history keeps the last of it.
    let silent = receipts.reduce((sum, receipt) => sum + (receipt.sender.isEnded ? countOf(receipt) : 0), 0);
    for (const receipt of receipts) {
      const { sender } = receipt;
      if (sender.isEnded) silent -= countOf(receipt);
      if (sender.isEnded && silent >= outcomeLinesMax) {
        this.#count(unconfirmed.state, countOf(receipt));
        continue;
      }
      const ids = 'messageId' in receipt ? [receipt.messageId] : idsOf(receipt.framed);
      for (const messageId of ids) this.#tellLive(sender, messageId, target, unconfirmed);
    }
  }

  #tellBatch({ sender, ids, framed }: ReceiptBatch, target: string): void {
    this.#count('delivered', ids);
    // The history keeps few; of more that come together only the last are worth a line.
    for (const id of idsOf(framed, ids - outcomeLinesMax)) note(sender, target, 'delivered', id, this.#clock());
    sender.tellAll(framed);
  }

  #tellLive(sender: Sender, messageId: string, target: string, told: Told): void {
    this.#count(told.state);
    note(sender, target, told.state, messageId, this.#clock());
    if (!sender.isEnded) sender.tell(messageId, target, told);
  }

  #count(state: Counted, messages = 1): void {
    this.#counts[state] = (this.#counts[state] ?? 0) + messages;
  }
}

/** The key of a message, or what those of a user begin with; user ids are the relay's own and have no spaces. */
function keyOf(userId: string, target?: string, seq?: number): string {
  return target === undefined ? `${userId} ` : `${userId} ${seq} ${target}`;
}

/** Copies what passes to who listens in. */
function tap(dispatch: Dispatch, state: Outcome): void {
  const { room, clientId } = dispatch.sender;
  if (!room.taps.isEmpty) room.taps.copy(clientId, dispatch.target, state, dispatch.payload);
}

/** Writes a line of the target's history. */
function note(sender: Sender, target: string, state: Outcome, messageId: string | undefined, nowMs: number): void {
  const shownId = sender.isUnnamed === true ? undefined : messageId;
  sender.room.outcomes.note(target, sender.clientId, state, shownId, nowMs);
}

/** The session that sent a queued message, if it is still the same one and wants to know. */
function senderOf(room: Room, clientId: string, queuedAtMs: number): Session | undefined {
  const session = room.sessions.get(clientId);
  return session?.extensions.receipts === true && session.connectedAtMs <= queuedAtMs ? session : undefined;
}

function toldOf({ reason, attempts }: EndedMessage): Told {
  switch (reason) {
    case 'expired':
    case 'cancelled':
      // Both promise that the target never had it; one that was handed over once may have arrived.
      return attempts > 0 ? unconfirmed : { state: reason };
    case 'unconfirmed':
      return unconfirmed;
    case 'damaged':
      return { state: 'store_unavailable', message: 'the message was damaged on the disk of the relay and is lost' };
    default:
      return reason satisfies never;
  }
}
