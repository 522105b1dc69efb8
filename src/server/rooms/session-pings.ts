import { TokenBucket } from '../rates/token-bucket.ts';

/**
 * Pings behind messages, so that a client which answers them on the thread that runs its handler is seen to make progress
 * from message to message: so many at once, and so many a second.
 */
export interface ProgressPings {
  readonly burst: number;
  readonly perSecond: number;
}

export const defaultProgressPings: ProgressPings = { burst: 16, perSecond: 2 };

/**
 * Pings that may wait for their answers: from `many` on those are held back that can wait, so that a batch out of the queue has
 * room for its own, one for each message of a queue of the usual size. A client that was busy finds all of them at once, and
 * recent versions of the library ws end a connection on which 60 wait.
 */
const unanswered = { many: 24, max: 50 } as const;

/** The pings of one session: their numbers, how many wait for their answers, and when one is due. */
export class SessionPings {
  readonly #progress: ProgressPings;
  readonly #openedAtMs: number;
  /** Made with the first message for this client. */
  #progressTokens: TokenBucket | undefined;
  #last = 0;
  #answered = 0;

  constructor(progress: ProgressPings, nowMs: number) {
    this.#progress = progress;
    this.#openedAtMs = nowMs;
  }

  /** The number of the last one; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Whether so many are unanswered that one more had better wait. */
  get areMany(): boolean {
    return this.#last - this.#answered >= unanswered.many;
  }

  /** How many may be sent with a batch out of the queue. */
  get left(): number {
    return Math.max(0, unanswered.max - (this.#last - this.#answered));
  }

  /** The number of the next one, which is sent now. */
  next(): number {
    this.#last += 1;
    return this.#last;
  }

  /** Whether a pong with this number answers a ping for the first time. */
  isAnswer(number: number): boolean {
    return number > this.#answered && number <= this.#last;
  }

  /** An answer came; it is one to all pings before it as well. */
  noteAnswer(number: number): void {
    this.#answered = Math.max(this.#answered, number);
  }

  /** Whether the next message is to be followed by one, to see progress. */
  isProgressDue(nowMs: number): boolean {
    const { perSecond, burst } = this.#progress;
    return !this.areMany && this.#tokens().has(1, perSecond, burst, nowMs);
  }

  /** The same; it is sent now. */
  takeProgress(nowMs: number): boolean {
    const { perSecond, burst } = this.#progress;
    return !this.areMany && this.#tokens().take(perSecond, burst, nowMs);
  }

  #tokens(): TokenBucket {
    this.#progressTokens ??= new TokenBucket(this.#progress.burst, this.#openedAtMs);
    return this.#progressTokens;
  }
}
