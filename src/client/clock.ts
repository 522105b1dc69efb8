/** Time as the client uses it: a port, so that tests turn the clock by hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Milliseconds and their fractions since some moment, for durations: nobody sets this clock. */
  uptimeMs(): number;
  /** Calls `action` once after so many milliseconds; returns how to call it off. */
  after(delayMs: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  uptimeMs: () => performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};
