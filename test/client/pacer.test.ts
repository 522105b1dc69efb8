import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RelaySendError } from '../../src/client/errors.ts';
import { createPacer, type Pacer, paceOf } from '../../src/client/pacer.ts';
import { defaultUserLimits, type UserLimits } from '../../src/protocol/limits.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';

const { message_rate: rate, message_burst: burst } = defaultUserLimits();

/** Schedules messages and writes down at which millisecond each went. */
function schedule(pacer: Pacer, clock: FakeClock, count: number): number[] {
  const wentAtMs: number[] = [];
  for (let n = 0; n < count; n++) {
    pacer.schedule({
      bytes: 100,
      cost: 1,
      start: () => wentAtMs.push(clock.uptimeMs()),
      drop: () => undefined,
    });
  }
  return wentAtMs;
}

function limited(limits: Partial<UserLimits>): UserLimits {
  return { ...defaultUserLimits(), ...limits };
}

describe('the pace', () => {
  it('is that of the contract where the relay told no limits', () => {
    expect(paceOf(undefined)).toEqual(paceOf(defaultUserLimits()));
  });

  it('keeps to the strictest of the limits, and to none where there is none', () => {
    expect(paceOf(limited({ user_message_rate: 100 }))).toEqual({ burst: 80, perSecond: 99 });
    expect(paceOf(limited({ message_burst: 10 }))).toEqual({ burst: 8, perSecond: 990 });
    const free = { message_rate: Number.POSITIVE_INFINITY };
    expect(paceOf(limited(free))).toEqual({ burst: 8000, perSecond: 9900 });
    expect(paceOf(limited({ message_burst: Number.POSITIVE_INFINITY }))).toEqual({ burst: 8000, perSecond: 9900 });
    expect(paceOf(limited({ ...free, user_message_rate: Number.POSITIVE_INFINITY }))).toBeUndefined();
  });

  it('does not wait for ever where nothing may be sent: the relay says why not', () => {
    expect(paceOf(limited({ message_rate: 0 }))).toBeUndefined();
    expect(paceOf(limited({ message_burst: 0 }))).toBeUndefined();
    expect(paceOf(limited({ message_burst: 1, message_rate: 1 }))).toEqual({ burst: 1, perSecond: 0.99 });
  });
});

describe('a pacer', () => {
  it('lets a burst go at once', () => {
    const clock = createFakeClock();
    const wentAtMs = schedule(createPacer(clock, paceOf(undefined)), clock, 1600);
    expect(wentAtMs).toHaveLength(1600);
    expect(clock.running).toBe(0);
  });

  it('lets 20,000 messages go within the limits, and takes no longer than they ask', () => {
    const clock = createFakeClock();
    const wentAtMs = schedule(createPacer(clock, paceOf(undefined)), clock, 20_000);
    clock.advance(60_000);
    expect(wentAtMs).toHaveLength(20_000);
    wentAtMs.forEach((atMs, index) => {
      expect(index + 1).toBeLessThanOrEqual(burst + (atMs / 1000) * rate);
    });
    const askedMs = ((20_000 - burst) / rate) * 1000;
    expect(wentAtMs.at(-1)).toBeLessThan(askedMs * 1.05);
    expect(clock.running).toBe(0);
  });

  it.each([
    { burst: 1, perSecond: 0.99 },
    { burst: 1, perSecond: 990 },
    { burst: 3, perSecond: 40 },
    { burst: 8000, perSecond: 9900 },
  ])('keeps up with its pace and never beyond it: %j', (pace) => {
    const clock = createFakeClock();
    const count = Math.ceil(pace.burst + pace.perSecond * 10);
    const wentAtMs = schedule(createPacer(clock, pace), clock, count);
    clock.advance(20_000);
    expect(wentAtMs).toHaveLength(count);
    wentAtMs.forEach((atMs, index) => {
      expect(index + 1).toBeLessThanOrEqual(pace.burst + (atMs / 1000) * pace.perSecond + 1e-6);
    });
    // A timer of this clock has whole milliseconds, so that each message can be late by one.
    expect(wentAtMs.at(-1)).toBeLessThan(10_000 + 10 * Math.min(1000, pace.perSecond) + 2000);
  });

  it('keeps the order whatever is scheduled when', () => {
    const steps = fc.array(
      fc.record({ waitMs: fc.nat(50), messages: fc.nat(5), cost: fc.constantFrom(0 as const, 1 as const) }),
    );
    fc.assert(
      fc.property(steps, (planned) => {
        const clock = createFakeClock();
        const pacer = createPacer(clock, { burst: 3, perSecond: 100 });
        const went: number[] = [];
        let scheduled = 0;
        for (const { waitMs, messages, cost } of planned) {
          clock.advance(waitMs);
          for (let n = 0; n < messages; n++) {
            const number = scheduled++;
            pacer.schedule({ bytes: 1, cost, start: () => went.push(number), drop: () => undefined });
          }
        }
        clock.advance(60_000);
        expect(went).toEqual(Array.from({ length: scheduled }, (_, index) => index));
        expect(pacer.waitingBytes).toBe(0);
      }),
    );
  });

  it('counts what went without a turn', () => {
    const clock = createFakeClock();
    const pacer = createPacer(clock, { burst: 2, perSecond: 1 });
    pacer.spend();
    const wentAtMs = schedule(pacer, clock, 2);
    expect(wentAtMs).toEqual([0]);
    clock.advance(1_000);
    expect(wentAtMs).toEqual([0, 1_000]);
  });

  it('pauses for more than a second when the relay says that its rate was exceeded', () => {
    const clock = createFakeClock();
    const pacer = createPacer(clock, paceOf(undefined));
    expect(schedule(pacer, clock, 1)).toEqual([0]);
    pacer.hold();
    const wentAtMs = schedule(pacer, clock, 2000);
    clock.advance(1_000);
    pacer.hold();
    clock.advance(1_000);
    expect(wentAtMs).toEqual([]);
    clock.advance(5_000);
    expect(wentAtMs).toHaveLength(2000);
    expect(wentAtMs[0]).toBeGreaterThan(2_000);
    expect(wentAtMs.filter((atMs) => atMs < 3_000).length).toBeLessThan(2 * rate);
  });

  it('drops what waits when it is stopped, with the reason, and nothing else', () => {
    const clock = createFakeClock();
    const pacer = createPacer(clock, { burst: 1, perSecond: 1 });
    const reason = new RelaySendError('not_connected', 'gone');
    const dropped: unknown[] = [];
    let started = 0;
    for (let n = 0; n < 3; n++) {
      pacer.schedule({ bytes: 10, cost: 1, start: () => started++, drop: (why) => dropped.push(why) });
    }
    expect(pacer.waitingBytes).toBeGreaterThan(20);
    pacer.stop(reason);
    clock.advance(60_000);
    expect([started, dropped, pacer.waitingBytes, clock.running]).toEqual([1, [reason, reason], 0, 0]);
  });
});
