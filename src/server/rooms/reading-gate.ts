import type { Link } from './link.ts';

/** Why a peer is not read for now. */
const reasons = {
  /** It does not read the relay's own answers (PROTOCOL D). */
  answers: 1,
  /** The store is behind (PROTOCOL A4). */
  store: 2,
  /** More of its user's messages are over the rate than are read at once (FAULTS 19). */
  rate: 4,
  /** The relay shuts down. */
  shutdown: 8,
} as const;

export type HoldReason = keyof typeof reasons;

/** Holds a peer back by TCP for as long as there is any reason for it. */
export class ReadingGate {
  readonly #link: Link;
  #held = 0;

  constructor(link: Link) {
    this.#link = link;
  }

  isHeldFor(reason: HoldReason): boolean {
    return (this.#held & reasons[reason]) !== 0;
  }

  hold(reason: HoldReason): void {
    this.#held |= reasons[reason];
    this.#link.pauseReading();
  }

  /** It is read on if only that was in the way. */
  release(reason: HoldReason): void {
    this.#held &= ~reasons[reason];
    if (this.#held === 0) this.#link.resumeReading();
  }
}
