function isUnlimited(ratePerSecond: number, burst: number): boolean {
  return burst === Number.POSITIVE_INFINITY || ratePerSecond === Number.POSITIVE_INFINITY;
}

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

  /** Takes so many tokens if they are there. Rate and burst come with each call, since a limit may change while it is used. */
  take(ratePerSecond: number, burst: number, nowMs: number, tokens = 1): boolean {
    if (isUnlimited(ratePerSecond, burst)) return true;
    if (!this.has(tokens, ratePerSecond, burst, nowMs)) return false;
    this.#tokens -= tokens;
    return true;
  }

  /** Takes so many tokens, or those that are there; says whether all were. */
  takeWhatIsThere(ratePerSecond: number, burst: number, nowMs: number, tokens: number): boolean {
    if (this.take(ratePerSecond, burst, nowMs, tokens)) return true;
    this.#tokens = 0;
    return false;
  }

  /** Whether so many tokens are there. */
  has(tokens: number, ratePerSecond: number, burst: number, nowMs: number): boolean {
    if (isUnlimited(ratePerSecond, burst)) return true;
    const refill = ((nowMs - this.#filledAtMs) / 1000) * ratePerSecond;
    this.#tokens = Math.min(burst, this.#tokens + refill);
    this.#filledAtMs = nowMs;
    return this.#tokens >= tokens;
  }

  /** Whether it is as full as it can be, so that forgetting it changes nothing. */
  isFull(ratePerSecond: number, burst: number, nowMs: number): boolean {
    return this.#tokens + ((nowMs - this.#filledAtMs) / 1000) * ratePerSecond >= burst;
  }
}
