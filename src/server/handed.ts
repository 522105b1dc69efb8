import type { ClaimedMessage } from './store/store.ts';

/** What is kept in memory of a message that was handed over: enough to say what became of it. */
export type HandedMessage = Omit<ClaimedMessage, 'payload' | 'attempts'> & { readonly payloadBytes: number };

/** Messages that were handed over, and the ping whose pong proves that they were read. */
export interface Barrier {
  /** `Infinity` where only an acknowledgement counts as proof (PROTOCOL B `acks`). */
  readonly pingNumber: number;
  readonly throughSeq: number;
  readonly messages: readonly HandedMessage[];
}

/** What one session was handed out of its queue and has not proven to have read, in the order in which it went. */
export class Handed {
  #barriers: Barrier[] = [];

  get isEmpty(): boolean {
    return this.#barriers.length === 0;
  }

  get messages(): number {
    return this.#barriers.reduce((sum, barrier) => sum + barrier.messages.length, 0);
  }

  get payloadBytes(): number {
    return this.#barriers.reduce((sum, { messages }) => messages.reduce((all, one) => all + one.payloadBytes, sum), 0);
  }

  add(barrier: Barrier): void {
    this.#barriers.push(barrier);
  }

  /** Takes from the front what is proven, as one; undefined when nothing is. */
  takeProven(isProven: (barrier: Barrier) => boolean): Barrier | undefined {
    let proven: Barrier | undefined;
    while (this.#barriers[0] !== undefined && isProven(this.#barriers[0])) {
      proven = joinBarriers(proven, this.#barriers.shift());
    }
    return proven;
  }

  clear(): void {
    this.#barriers = [];
  }
}

/** Both as one. What failed to be removed and was tried again may come behind what was proven after it. */
export function joinBarriers(one: Barrier | undefined, other: Barrier | undefined): Barrier | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    pingNumber: Math.max(one.pingNumber, other.pingNumber),
    throughSeq: Math.max(one.throughSeq, other.throughSeq),
    messages: [...one.messages, ...other.messages].sort((a, b) => a.seq - b.seq),
  };
}
