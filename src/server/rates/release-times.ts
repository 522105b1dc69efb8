export interface ReleaseTimesOptions {
  /** So long at least and at most is each one held, in milliseconds. */
  readonly min: number;
  readonly max: number;
  /** So far apart they are let go, in milliseconds, as far as the longest hold allows: not all at once. */
  readonly apart: number;
}

/** When those are let go that are held back because there is too much of them. */
export class ReleaseTimes {
  readonly #options: ReleaseTimesOptions;
  #lastAtMs: number;

  constructor(options: ReleaseTimesOptions, nowMs: number) {
    this.#options = options;
    this.#lastAtMs = nowMs;
  }

  /** How long the next one is held from now on, in milliseconds. */
  nextDelayMs(nowMs: number): number {
    const { min, max, apart } = this.#options;
    this.#lastAtMs = Math.min(Math.max(nowMs + min, this.#lastAtMs + apart), nowMs + max);
    return this.#lastAtMs - nowMs;
  }
}
