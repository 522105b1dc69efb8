import { describe, expect, it } from 'vitest';
import { defaultUserLimits } from '../../src/protocol/limits.ts';
import type { Refusal } from '../../src/protocol/messages.ts';
import { createAuthThrottle } from '../../src/server/rates/auth-throttle.ts';
import { MessageRate } from '../../src/server/rates/message-rate.ts';
import { TokenBucket } from '../../src/server/rates/token-bucket.ts';

describe('a token bucket', () => {
  it('gives its burst at once and then its rate', () => {
    const bucket = new TokenBucket(3, 0);
    const takes = [0, 0, 0, 0, 99, 100, 100, 200].map((nowMs) => bucket.take(10, 3, nowMs));
    expect(takes).toEqual([true, true, true, false, false, true, false, true]);
  });

  it('gives nothing at a rate of 0 and anything when unlimited', () => {
    expect(new TokenBucket(0, 0).take(0, 0, 1e9)).toBe(false);
    expect(new TokenBucket(0, 0).take(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0)).toBe(true);
  });

  it('never holds more than its burst', () => {
    const bucket = new TokenBucket(2, 0);
    const takes = [1e6, 1e6, 1e6].map((nowMs) => bucket.take(10, 2, nowMs));
    expect(takes).toEqual([true, true, false]);
  });
});

describe('the rate of a connection (PROTOCOL D `rate_limited`)', () => {
  const limits = { ...defaultUserLimits(), message_rate: 1, message_burst: 1 };
  const unlimited = new TokenBucket(Number.POSITIVE_INFINITY, 0);
  const free = { ...limits, user_message_rate: Number.POSITIVE_INFINITY };

  it('tells the refused ones at most once a second, with their count', () => {
    const rate = new MessageRate(free, 0);
    rate.take(free, unlimited, 0);
    const told: number[] = [];
    for (const nowMs of [10, 20, 500, 1100]) {
      if (!rate.take(free, unlimited, nowMs)) told.push(rate.takeUntold(nowMs));
    }
    expect(told).toEqual([1, 0, 0]);
    expect(rate.takeUntold(1200)).toBe(2);
    expect(rate.takeUntold(5000)).toBe(0);
  });

  it('is a flood after ten seconds of refusals without a pause', () => {
    const rate = new MessageRate(free, 0);
    for (let nowMs = 0; nowMs < 10_000; nowMs += 100) rate.take(free, unlimited, nowMs);
    expect(rate.isFlood()).toBe(false);
    rate.take(free, unlimited, 10_150);
    rate.take(free, unlimited, 10_160);
    expect(rate.isFlood()).toBe(true);
  });

  it('is no flood when there was a pause', () => {
    const rate = new MessageRate(free, 0);
    for (let nowMs = 0; nowMs < 6000; nowMs += 100) rate.take(free, unlimited, nowMs);
    for (let nowMs = 8000; nowMs < 14_000; nowMs += 100) rate.take(free, unlimited, nowMs);
    expect(rate.isFlood()).toBe(false);
  });

  it('also counts what the other connections of the user send', () => {
    const ofUser = new TokenBucket(1, 0);
    const both = { ...defaultUserLimits(), user_message_rate: 1 };
    expect(new MessageRate(both, 0).take(both, ofUser, 0)).toBe(true);
    expect(new MessageRate(both, 0).take(both, ofUser, 0)).toBe(false);
  });
});

describe('the throttle of wrong keys (FAULTS 24)', () => {
  const wrong: Refusal = { code: 'invalid_credentials', message: 'wrong' };

  function answersTo(throttle: ReturnType<typeof createAuthThrottle>, address: string): string[] {
    const codes: string[] = [];
    throttle.punish(address, wrong, ({ code }) => codes.push(code));
    return codes;
  }

  it('answers the first wrong keys of an address at once and delays the ones beyond', () => {
    const throttle = createAuthThrottle({ clock: () => 0, failuresPerMinute: () => 2 });
    const answers = [1, 2, 3].map(() => answersTo(throttle, '192.0.2.1'));
    expect(answers).toEqual([['invalid_credentials'], ['invalid_credentials'], []]);
    expect(answersTo(throttle, '192.0.2.2')).toEqual(['invalid_credentials']);
    throttle.close();
  });

  it('forgives with time', () => {
    let nowMs = 0;
    const throttle = createAuthThrottle({ clock: () => nowMs, failuresPerMinute: () => 1 });
    answersTo(throttle, '192.0.2.1');
    nowMs = 60_000;
    throttle.forgetQuiet();
    expect(answersTo(throttle, '192.0.2.1')).toEqual(['invalid_credentials']);
    throttle.close();
  });

  it('says auth_throttled in the end', async () => {
    const throttle = createAuthThrottle({ clock: () => 0, failuresPerMinute: () => 0, delayMs: 1 });
    const code = await new Promise((resolve) =>
      throttle.punish('192.0.2.1', wrong, (refusal) => resolve(refusal.code)),
    );
    expect(code).toBe('auth_throttled');
  });
});
