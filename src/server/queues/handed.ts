import type { ClaimedMessage } from '../store/store.ts';

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
  #messages = 0;
  #payloadBytes = 0;

  get isEmpty(): boolean {
    return this.#barriers.length === 0;
  }

  get messages(): number {
    return this.#messages;
  }

  get payloadBytes(): number {
    return this.#payloadBytes;
  }

  add(barrier: Barrier): void {
    this.#barriers.push(barrier);
    this.#count(barrier.messages, 1);
  }

  /** Takes from the front what is proven, as one; undefined when nothing is. */
  takeProven(isProven: (barrier: Barrier) => boolean): Barrier | undefined {
    const firstUnproven = this.#barriers.findIndex((barrier) => !isProven(barrier));
    const proven = this.#barriers.splice(0, firstUnproven < 0 ? this.#barriers.length : firstUnproven);
    const last = proven.at(-1);
    if (last === undefined) return undefined;
    const messages = proven.flatMap((barrier) => barrier.messages);
    this.#count(messages, -1);
    return { ...last, messages };
  }

  clear(): void {
    this.#barriers = [];
    this.#messages = 0;
    this.#payloadBytes = 0;
  }

  #count(messages: readonly HandedMessage[], sign: 1 | -1): void {
    this.#messages += sign * messages.length;
    for (const { payloadBytes } of messages) this.#payloadBytes += sign * payloadBytes;
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
