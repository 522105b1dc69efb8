import { describe, expect, it } from 'vitest';
import { createPace } from '../../src/cli/pace.ts';
import { defaultUserLimits } from '../../src/protocol/limits.ts';

/** Sends as fast as the pace allows, on a clock of its own, and says when each message went. */
function schedule(messages: number): number[] {
  let nowMs = 0;
  const pace = createPace(nowMs);
  return Array.from({ length: messages }, () => {
    nowMs += pace.delayMs(nowMs);
    return nowMs;
  });
}

describe('the pace of many messages', () => {
  it('does not hold up a few', () => {
    expect(schedule(500).every((atMs) => atMs === 0)).toBe(true);
  });

  it('stays within the rate and burst that every relay allows at first', () => {
    const { message_rate: rate, message_burst: burst } = defaultUserLimits();
    schedule(20_000).forEach((atMs, index) => {
      expect(index + 1).toBeLessThanOrEqual(burst + (atMs / 1000) * rate);
    });
  });

  it('takes no longer than the limits ask, and about a quarter more', () => {
    const { message_rate: rate, message_burst: burst } = defaultUserLimits();
    const neededMs = ((20_000 - burst) / rate) * 1000;
    expect(schedule(20_000).at(-1)).toBeLessThan(neededMs * 1.35);
  });
});
