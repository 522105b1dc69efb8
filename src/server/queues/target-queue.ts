import type { Room } from '../rooms/room.ts';
import type { Session } from '../rooms/session.ts';
import type { Claim, EndedMessage, QueuedMessage, QueueStore } from '../store/store.ts';
import { handOver } from './hand-over.ts';
import { type Barrier, Handed, type HandedMessage, joinBarriers } from './handed.ts';
import { QueueCount } from './queue-count.ts';

/** A batch has at most so many messages, so that one queue does not keep the store from the others. */
const batchMessagesMax = 1000;

export interface TargetQueueOptions {
  readonly room: Room;
  readonly target: string;
  readonly store: QueueStore;
  readonly clock: () => number;
  /** Called when nothing is left in the queue and nothing is under way. */
  readonly onEmpty: () => void;
  readonly onEnded: (ended: readonly EndedMessage[]) => void;
  /** The target has proven to have read these, and they are out of the store. */
  readonly onDelivered: (delivered: readonly HandedMessage[]) => void;
}

/**
 * The queue of one target: what waits for it is counted here and kept in the store. While the target's session can take
 * something, batches are claimed and handed to it, each with pings between and behind; a pong removes what stands before
 * its ping. A session that ends before that leaves its messages waiting again (PROTOCOL A4).
 */
export class TargetQueue {
  readonly #options: TargetQueueOptions;
  readonly #count: QueueCount;
  #operations = 0;
  #session: Session | undefined;
  /** Counts the sessions, so that an answer of the store to an earlier one is not taken for the current one's. */
  #generation = 0;
  #isClaiming = false;
  /** The store still holds something as handed out to a session that is gone. */
  #isUnreleased = false;
  #handedThroughSeq = 0;
  readonly #handed = new Handed();
  /** What a pong has proven and the store could not remove yet. */
  #unremoved: Barrier | undefined;

  constructor(options: TargetQueueOptions, stored = { messages: 0, payloadBytes: 0 }) {
    this.#options = options;
    this.#count = new QueueCount(options.room, stored);
  }

  /** All that counts towards the capacity: waiting, under way into the store, and handed but unconfirmed. */
  get messages(): number {
    return this.#count.messages;
  }

  /** What is committed: the depth that is shown, because it is there after a crash (PROTOCOL A4). */
  get storedMessages(): number {
    return this.#count.storedMessages;
  }

  get payloadBytes(): number {
    return this.#count.payloadBytes;
  }

  /** Whether a new message must go through the queue, because an earlier one has not been handed over. */
  get hasWaiting(): boolean {
    return this.#count.waiting > 0;
  }

  /**
   * Adds a message; its capacity has been checked. Tells `stored` its number after the commit, before anything else is told
   * of it, or `refused` when the store is unavailable: then nothing was added.
   */
  enqueue(message: QueuedMessage, stored: (seq: number) => void, refused: () => void): void {
    const payloadBytes = message.payload.length;
    this.#count.beginInsert(payloadBytes);
    this.#operations += 1;
    // Straight on the store's promise: whatever ends the message in the same commit resolves behind it.
    this.#options.store.enqueue(message).then(
      (seq) => {
        this.#operations -= 1;
        this.#count.endInsert();
        stored(seq);
        this.drain();
      },
      () => {
        this.#operations -= 1;
        this.#count.failInsert(payloadBytes);
        refused();
        this.#settle();
      },
    );
    // Behind the insert and in the same commit: for a target that is there, one commit instead of two.
    this.drain();
  }

  /** The target has a session now. */
  attach(session: Session): void {
    if (this.#session !== undefined) this.detach(this.#session);
    this.#session = session;
    session.queue = this;
    this.drain();
  }

  /** The target's session is gone: what it did not prove to have read waits again. */
  detach(session: Session): void {
    if (this.#session !== session) return;
    session.queue = undefined;
    this.#session = undefined;
    this.#generation += 1;
    const unproven = this.#handed.messages + (this.#unremoved?.messages.length ?? 0);
    const wasClaiming = this.#isClaiming;
    this.#count.takeBack(unproven);
    this.#handed.clear();
    this.#unremoved = undefined;
    this.#isClaiming = false;
    this.#handedThroughSeq = 0;
    if (unproven === 0 && !wasClaiming) return;
    this.#release();
  }

  /** What was handed out waits again. When the store fails at that, it is tried again before the next claim. */
  #release(): void {
    const { store, room, target } = this.#options;
    this.#isUnreleased = false;
    this.#operation(store.release(room.userId, target)).then(
      () => this.#settle(),
      () => {
        this.#isUnreleased = true;
        this.#settle();
      },
    );
  }

  /** Hands over the next batch if there is one and the session can take it. */
  drain(): void {
    const session = this.#session;
    if (session === undefined || this.#isClaiming || !this.hasWaiting || !session.canTake(0)) return;
    // Every batch brings pings: the next one comes with an answer to those before, unless acknowledgements are the proof.
    if (session.pings.areMany && !session.extensions.acks) return;
    const { store, room, target, clock } = this.#options;
    const payloadBytesMax = room.limits.send_buffer_bytes - this.#handed.payloadBytes;
    if (payloadBytesMax <= 0) return;
    if (this.#isUnreleased) this.#release();
    const generation = this.#generation;
    this.#isClaiming = true;
    const claim = store.claim({
      userId: room.userId,
      target,
      afterSeq: this.#handedThroughSeq,
      payloadBytesMax,
      takesOne: this.#handed.isEmpty,
      messagesMax: batchMessagesMax,
      attemptsMax: room.limits.queue_attempts,
      nowMs: clock(),
    });
    this.#operation(claim).then(
      (claimed) => this.#handleClaim(claimed, generation),
      () => {
        // The store is unavailable; the next sweep tries again.
        if (generation === this.#generation) this.#isClaiming = false;
        this.#settle();
      },
    );
  }

  #handleClaim(claim: Claim, generation: number): void {
    this.forget(claim.ended);
    if (generation === this.#generation) {
      this.#isClaiming = false;
      if (claim.messages.length > 0) this.#handOver(claim);
      // Nothing at all came although something waits: the inserts under way will call again.
      if (claim.messages.length > 0 || claim.ended.length > 0) this.drain();
    }
    this.#settle();
  }

  #handOver({ messages }: Claim): void {
    if (this.#session === undefined) return;
    handOver(this.#session, messages, this.#options.clock(), this.#handed);
    this.#count.handOver(messages.length);
    this.#handedThroughSeq = messages.at(-1)?.seq ?? this.#handedThroughSeq;
  }

  /** A pong confirms every ping before it, in the current session only (PROTOCOL A4). */
  handleProof(session: Session, pingNumber: number): void {
    this.#prove(session, (barrier) => barrier.pingNumber <= pingNumber);
    this.drain();
  }

  /** An acknowledgement is cumulative; above the highest number of this session it is ignored (PROTOCOL B `acks`). */
  handleAck(session: Session, seq: number): void {
    if (seq <= this.#handedThroughSeq) this.#prove(session, (barrier) => barrier.throughSeq <= seq);
    this.drain();
  }

  #prove(session: Session, isProven: (barrier: Barrier) => boolean): void {
    if (this.#session !== session) return;
    const proven = this.#handed.takeProven(isProven);
    if (proven === undefined) return;
    this.#remove(proven);
  }

  #remove(proven: Barrier): void {
    const { store, room, target } = this.#options;
    const generation = this.#generation;
    this.#operation(store.confirm(room.userId, target, proven.throughSeq)).then(
      (removed) => {
        this.#count.remove(removed);
        this.#options.onDelivered(proven.messages);
        this.#settle();
      },
      () => {
        // It stays handed out; the next sweep tries again, or the next session gets it again.
        if (generation === this.#generation) {
          this.#unremoved = joinBarriers(this.#unremoved, proven);
          return;
        }
        this.#count.takeBack(proven.messages.length);
        this.#isUnreleased = true;
        this.drain();
      },
    );
  }

  /** Tries again what the store could not do before. Called by the sweep. */
  retry(): void {
    const unremoved = this.#unremoved;
    this.#unremoved = undefined;
    if (unremoved !== undefined) this.#remove(unremoved);
    this.drain();
  }

  /** Takes messages out of the count that the store has ended. */
  forget(ended: readonly EndedMessage[]): void {
    if (ended.length === 0) return;
    for (const { payloadBytes } of ended) this.#count.endWaiting(payloadBytes);
    this.#options.onEnded(ended);
    this.#settle();
  }

  async #operation<Result>(operation: Promise<Result>): Promise<Result> {
    this.#operations += 1;
    try {
      return await operation;
    } finally {
      this.#operations -= 1;
    }
  }

  #settle(): void {
    if (this.#count.messages > 0 || this.#operations > 0) return;
    if (this.#session !== undefined) this.#session.queue = undefined;
    this.#options.onEmpty();
  }
}
