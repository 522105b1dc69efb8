import type { Link } from './link.ts';

/**
 * What moves on a link between whole messages: parts of one that come, bytes that a slow reader takes. Both are signs of life that
 * nobody is told of; they show when it is looked at.
 */
export class LinkProgress {
  readonly #link: Link;
  #bytesReadSeen: number;
  #bytesTakenSeen = 0;
  #wasBlocked = false;
  #takenAtMs: number;

  constructor(link: Link, nowMs: number) {
    this.#link = link;
    this.#bytesReadSeen = link.bytesRead;
    this.#takenAtMs = nowMs;
  }

  /** When the peer was last seen to take what had been waiting for it. */
  get takenAtMs(): number {
    return this.#takenAtMs;
  }

  /** Looks again; answers whether the peer has sent anything since it was looked at before. */
  look(nowMs: number): boolean {
    const { bytesRead, bytesTaken, unsentBytes } = this.#link;
    if (this.#wasBlocked && bytesTaken > this.#bytesTakenSeen) this.#takenAtMs = nowMs;
    this.#wasBlocked = unsentBytes > 0;
    this.#bytesTakenSeen = bytesTaken;
    const hasSent = bytesRead > this.#bytesReadSeen;
    this.#bytesReadSeen = bytesRead;
    return hasSent;
  }
}
