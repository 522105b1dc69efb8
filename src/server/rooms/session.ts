import type { RelayCode } from '../../protocol/codes.ts';
import type { Extensions } from '../../protocol/extensions.ts';
import type { UserLimits } from '../../protocol/limits.ts';
import type { RelayMessage } from '../../protocol/messages.ts';
import { type LiveReceipt, LiveReceipts, type ReceiptBatch } from '../messages/live-receipts.ts';
import type { MessageRun } from '../messages/message-run.ts';
import { closeWithError, encodeMessage } from '../messages/own-messages.ts';
import type { Sender, Told } from '../messages/sender.ts';
import type { TargetQueue } from '../queues/target-queue.ts';
import { MessageRate } from '../rates/message-rate.ts';
import { TokenBucket } from '../rates/token-bucket.ts';
import type { Link } from './link.ts';
import { LinkProgress } from './link-progress.ts';
import { ReadingGate } from './reading-gate.ts';
import type { Room } from './room.ts';
import { type ProgressPings, SessionPings } from './session-pings.ts';

export interface SessionOptions {
  readonly room: Room;
  readonly clientId: string;
  readonly link: Link;
  readonly keyId: string;
  /** Whether a device token opened it: then no master key replaces it (PROTOCOL A2). */
  readonly isDevice: boolean;
  readonly extensions: Extensions;
  readonly progressPings: ProgressPings;
  readonly nowMs: number;
}

/** One authenticated connection: its state and the ways to speak to it. Who talks to whom is the switchboard's business. */
export class Session implements Sender {
  readonly room: Room;
  readonly clientId: string;
  readonly link: Link;
  readonly keyId: string;
  readonly isDevice: boolean;
  /** What it asked for beyond the published contract, and got. */
  readonly extensions: Extensions;
  readonly connectedAtMs: number;
  #rate: MessageRate | undefined;
  #controls: TokenBucket | undefined;
  /** The queue of this client, while there is one. */
  queue: TargetQueue | undefined;
  lastHeardAtMs: number;
  /** Unheard for `silent_after`: what comes for it goes to its queue until it is heard again (PROTOCOL A4). */
  isSilent = false;
  /** It is no longer in its room; nothing is sent to it any more. */
  isEnded = false;

  readonly pings: SessionPings;
  /** Whether it is read, and why not. */
  readonly reading: ReadingGate;
  /** Made with the first message whose sender wants a receipt. */
  #receipts: LiveReceipts | undefined;
  readonly #progress: LinkProgress;
  #lastPingAtMs: number;

  constructor(options: SessionOptions) {
    this.room = options.room;
    this.clientId = options.clientId;
    this.link = options.link;
    this.keyId = options.keyId;
    this.isDevice = options.isDevice;
    this.extensions = options.extensions;
    this.connectedAtMs = options.nowMs;
    this.lastHeardAtMs = options.nowMs;
    this.reading = new ReadingGate(options.link);
    this.pings = new SessionPings(options.progressPings, options.nowMs);
    this.#progress = new LinkProgress(options.link, options.nowMs);
    this.#lastPingAtMs = options.nowMs;
  }

  /** Made with the first message: most connections are idle. */
  get rate(): MessageRate {
    this.#rate ??= new MessageRate(this.room.limits, this.connectedAtMs);
    return this.#rate;
  }

  /** Whether one more ping is within the rate that messages have, which it does not count towards. */
  takeControl(nowMs: number): boolean {
    const { message_rate, message_burst, user_message_rate } = this.room.limits;
    this.#controls ??= new TokenBucket(message_burst, this.connectedAtMs);
    return (
      this.#controls.take(message_rate, message_burst, nowMs) &&
      this.room.controls.take(user_message_rate, user_message_rate, nowMs)
    );
  }

  /** How many refused messages are to be told now (`MessageRate`). */
  takeUntold(nowMs: number): number {
    return this.#rate?.takeUntold(nowMs) ?? 0;
  }

  get limits(): UserLimits {
    return this.room.limits;
  }

  /** Whether a message of this size may go out live: the client was heard lately and reads what it gets (PROTOCOL A4). */
  canTake(payloadBytes: number): boolean {
    if (this.isSilent || this.isEnded || this.#receipts?.isFull) return false;
    const { unsentBytes } = this.link;
    return unsentBytes === 0 || unsentBytes + payloadBytes <= this.room.limits.send_buffer_bytes;
  }

  /**
   * The same for messages that go out together. While pings are due between messages, they do not; where a ping proves all of them,
   * none is due.
   */
  canTakeRun(run: MessageRun, isProven: boolean, nowMs: number): boolean {
    if (!this.canTake(run.bytes) || (!isProven && this.pings.isProgressDue(nowMs))) return false;
    // One message may be larger than the buffer; several go one by one as far as it holds.
    const unsentBytes = this.link.unsentBytes + run.bytes;
    if (run.messages > 1 && unsentBytes > this.room.limits.send_buffer_bytes) return false;
    return this.#receipts === undefined || this.#receipts.hasRoom(run.messages);
  }

  /** Sends messages that go out together, with a ping behind all of a tick where receipts depend on it. */
  deliverRun(run: MessageRun, receipts: ReceiptBatch | undefined): void {
    // The ping is asked for first, so that it leaves in the same write.
    if (receipts !== undefined) this.#await(receipts);
    this.link.sendFrames(run.framed);
  }

  /** Sends what another client sent. Now and then a ping follows, see `SessionPings`. */
  deliver(payload: Uint8Array, nowMs: number): void {
    this.link.sendText(payload);
    if (this.pings.takeProgress(nowMs)) this.ping(nowMs);
  }

  /** The same for a sender that wants to know when it was read: one ping behind all of a tick proves them (PROTOCOL B). */
  deliverWithReceipt(payload: Uint8Array, receipt: LiveReceipt): void {
    this.link.sendText(payload);
    this.#await(receipt);
  }

  #await(receipt: LiveReceipt | ReceiptBatch): void {
    this.#receipts ??= new LiveReceipts(this.link, this.pings);
    this.#receipts.add(receipt);
  }

  /** The live messages that a pong proves to have been read; if others still await their ping, it is sent now. */
  takeProven(pingNumber: number): readonly (LiveReceipt | ReceiptBatch)[] {
    const wereMany = this.pings.areMany;
    this.pings.noteAnswer(pingNumber);
    const proven = this.#receipts?.takeProven(pingNumber) ?? [];
    if (wereMany && !this.pings.areMany) this.#receipts?.pingBehindRest();
    return proven;
  }

  /** The live messages whose proof will never come, because this session ends. */
  takeUnproven(): readonly (LiveReceipt | ReceiptBatch)[] {
    return this.#receipts?.takeAll() ?? [];
  }

  /** Sends a ping; its pong proves that everything sent before has been read. */
  ping(nowMs: number): number {
    const number = this.pings.next();
    this.#lastPingAtMs = nowMs;
    this.link.sendPing(number);
    return number;
  }

  /** Says something in the relay's own name. Who does not read the relay's answers is not read either (PROTOCOL D). */
  answer(message: RelayMessage): void {
    if (this.isEnded) return;
    this.link.sendText(encodeMessage(message));
    this.#holdWhileUnread();
  }

  pong(data: Uint8Array): void {
    if (this.isEnded) return;
    this.link.sendPong(data);
    this.#holdWhileUnread();
  }

  refuse(code: RelayCode, message: string, target?: string, messageId?: string): void {
    const of = { ...(target === undefined ? {} : { target }), ...(messageId === undefined ? {} : { _id: messageId }) };
    this.answer({ status: 'error', code, message, ...of });
  }

  /** Says what became of a message that this session sent with an id. */
  tell(messageId: string, target: string, told: Told): void {
    if ('message' in told) this.refuse(told.state, told.message, target, messageId);
    else this.answer({ status: told.state, _id: messageId, target });
  }

  /** Says what became of many messages; the frames for it are made already. */
  tellAll(framed: Uint8Array): void {
    if (this.isEnded) return;
    this.link.sendFrames({ bytes: framed, memory: undefined });
    this.#holdWhileUnread();
  }

  /** Says why and closes with the code's own close code. The caller takes it out of its room. */
  end(code: RelayCode, message: string): void {
    if (this.isEnded) return;
    this.isEnded = true;
    closeWithError(this.link, { code, message });
  }

  /** Whether it has left more unread than it may. */
  get isBehind(): boolean {
    return this.link.unsentBytes > this.room.limits.send_buffer_bytes;
  }

  #holdWhileUnread(): void {
    if (this.isBehind) this.reading.hold('answers');
  }

  /** The socket has taken everything: read on if only that was in the way. */
  noteWritable(): void {
    if (!this.isEnded) this.reading.release('answers');
  }

  /** Stops reading this sender until the store has caught up (PROTOCOL A4). */
  pauseForStore(): void {
    this.reading.hold('store');
  }

  resumeAfterStore(): void {
    if (!this.isEnded) this.reading.release('store');
  }

  /** Reads this client no more, whatever becomes free. */
  stopReading(): void {
    this.reading.hold('shutdown');
  }

  /** Whether some of its messages were over the rate lately, so that a read is better handled in parts. */
  isOverRate(clock: () => number): boolean {
    return this.#rate?.wasRefused === true && this.#rate.isOver(clock());
  }

  /** Looks for signs of life and progress that come without a message: parts of one, or bytes that a slow reader took. */
  observe(nowMs: number): 'heard' | 'nothing' {
    // A buffer that never was full enough for the socket to tell of its end is empty nevertheless.
    if (this.reading.isHeldFor('answers') && this.link.unsentBytes === 0) this.noteWritable();
    const hasSent = this.#progress.look(nowMs);
    // Who is not read because the store is behind cannot be heard; that is not its silence.
    return hasSent || this.reading.isHeldFor('store') ? 'heard' : 'nothing';
  }

  /** Since when neither a sign of life nor of progress was seen. */
  get quietSinceMs(): number {
    return Math.max(this.lastHeardAtMs, this.#progress.takenAtMs);
  }

  /** Whether a ping is due: silent for so long, and none sent meanwhile; among many unanswered ones another says nothing new. */
  isPingDue(pingAfterMs: number, nowMs: number): boolean {
    return (
      !this.pings.areMany && nowMs - this.lastHeardAtMs >= pingAfterMs && nowMs - this.#lastPingAtMs >= pingAfterMs
    );
  }
}
