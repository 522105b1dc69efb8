import type { UserLimits } from '../../protocol/limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** Over its rate for so long without a pause, a connection is closed with 4129 (PROTOCOL D). */
export const floodMs = 10_000;
/** So long without a refusal counts as a pause. */
const pauseMs = 1000;
/** `rate_limited` is said at most this often to one connection (PROTOCOL D). */
const tellIntervalMs = 1000;

/** The rate of one connection and how far it is over it. */
export class MessageRate {
  readonly #own: TokenBucket;
  #untold = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #overSinceMs = 0;
  #lastRefusedAtMs = Number.NEGATIVE_INFINITY;

  constructor(limits: UserLimits, nowMs: number) {
    this.#own = new TokenBucket(limits.message_burst, nowMs);
  }

  /** Whether one more message may be taken, by the connection's own rate and by its user's. */
  take(limits: UserLimits, ofUser: TokenBucket, nowMs: number): boolean {
    if (
      this.#own.take(limits.message_rate, limits.message_burst, nowMs) &&
      ofUser.take(limits.user_message_rate, limits.user_message_rate, nowMs)
    ) {
      return true;
    }
    this.refuse(1, nowMs);
    return false;
  }

  /** Counts so many as refused, which came behind one that was. */
  refuse(messages: number, nowMs: number): void {
    if (!this.isOver(nowMs)) this.#overSinceMs = nowMs;
    this.#lastRefusedAtMs = nowMs;
    this.#untold += messages;
  }

  /** The same for so many at once; takes all of them or none, and counts nothing as refused. */
  takeAll(messages: number, limits: UserLimits, ofUser: TokenBucket, nowMs: number): boolean {
    const { message_rate, message_burst, user_message_rate } = limits;
    return (
      this.#own.has(messages, message_rate, message_burst, nowMs) &&
      ofUser.take(user_message_rate, user_message_rate, nowMs, messages) &&
      this.#own.take(message_rate, message_burst, nowMs, messages)
    );
  }

  /** Whether any message was ever refused. */
  get wasRefused(): boolean {
    return this.#lastRefusedAtMs > 0;
  }

  /** Whether there was no pause since the last refusal. */
  isOver(nowMs: number): boolean {
    return nowMs - this.#lastRefusedAtMs <= pauseMs;
  }

  /** Whether the last refusal ended ten seconds of them without a pause. */
  isFlood(): boolean {
    return this.#lastRefusedAtMs - this.#overSinceMs >= floodMs;
  }

  /** How many refused messages are to be told now; 0 when none are, or when the last telling is too near. */
  takeUntold(nowMs: number): number {
    if (this.#untold === 0 || nowMs - this.#toldAtMs < tellIntervalMs) return 0;
    const count = this.#untold;
    this.#untold = 0;
    this.#toldAtMs = nowMs;
    return count;
  }
}
