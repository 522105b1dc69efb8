/**
 * The classic token bucket: `burst` at once, `ratePerSecond` sustained. Time is an argument, so that it costs no call of
 * its own and tests need no waiting. `Infinity` switches a bucket off.
 */
export class TokenBucket {
  #tokens: number;
  #filledAtMs: number;

  constructor(burst: number, nowMs: number) {
    this.#tokens = burst;
    this.#filledAtMs = nowMs;
  }

  /** Takes one token if there is one. The rate and burst come with each call, since a limit may change while it is used. */
  take(ratePerSecond: number, burst: number, nowMs: number): boolean {
    if (burst === Number.POSITIVE_INFINITY || ratePerSecond === Number.POSITIVE_INFINITY) return true;
    const refill = ((nowMs - this.#filledAtMs) / 1000) * ratePerSecond;
    this.#tokens = Math.min(burst, this.#tokens + refill);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Whether it is as full as it can be, so that forgetting it changes nothing. */
  isFull(ratePerSecond: number, burst: number, nowMs: number): boolean {
    return this.#tokens + ((nowMs - this.#filledAtMs) / 1000) * ratePerSecond >= burst;
  }
}
