/** Milliseconds since 1970. It starts at the wall clock's time and then only moves forward, whatever is done to that clock. */
export type Clock = () => number;

/**
 * The relay's clock: an hour back or a day forward on the machine's clock expires nothing while the relay runs; across
 * restarts the wall clock counts.
 */
export function createClock(): Clock {
  const startedAtMs = Date.now() - performance.now();
  return () => startedAtMs + performance.now();
}

/** A time as it stands in HTTP answers and messages to people. */
export function toIsoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
