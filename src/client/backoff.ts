/** The first ceiling of the wait before another try (PROTOCOL A6). */
const firstCeilingMs = 500;
/** No wait is longer, however many tries failed (PROTOCOL A6). */
const lastCeilingMs = 30_000;
/** Refused credentials are tried again this rarely, and only by an unattended client (PROTOCOL D). */
const slowMinMs = 5 * 60_000;
const slowMaxMs = 15 * 60_000;

/** A random number from 0 to below 1, as `Math.random` gives it. */
export type Random = () => number;

/**
 * How long to wait after so many failed tries in a row: exponential with full jitter, so that the clients of a relay that
 * restarted spread over the whole time and do not come back at one moment (PROTOCOL A6).
 */
export function backoffDelayMs(failures: number, random: Random): number {
  const exponent = Math.min(Math.max(failures, 1) - 1, 30);
  return Math.round(random() * Math.min(lastCeilingMs, firstCeilingMs * 2 ** exponent));
}

/** How long to wait before refused credentials are tried again: 5 to 15 minutes (PROTOCOL D). */
export function slowDelayMs(random: Random): number {
  return Math.round(slowMinMs + random() * (slowMaxMs - slowMinMs));
}
