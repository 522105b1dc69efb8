import { defaultUserLimits } from '../protocol/limits.ts';

/**
 * Keeps a stream of messages under the relay's default rate (PROTOCOL D): a burst at first, then an even flow, a little below
 * what is allowed because the relay's clock is not this one.
 */
export interface Pace {
  /** Milliseconds to wait before the next message may go. */
  delayMs(nowMs: number): number;
}

const margin = 0.8;

export function createPace(nowMs: number): Pace {
  const limits = defaultUserLimits();
  const burst = limits.message_burst * margin;
  const perMs = (limits.message_rate * margin) / 1000;
  let allowance = burst;
  let lastMs = nowMs;
  return {
    delayMs(now) {
      allowance = Math.min(burst, allowance + Math.max(0, now - lastMs) * perMs) - 1;
      lastMs = Math.max(now, lastMs);
      return allowance >= 0 ? 0 : Math.ceil(-allowance / perMs);
    },
  };
}
