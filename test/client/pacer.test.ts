import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RelaySendError } from '../../src/client/errors.ts';
import { createPacer, type Pace, type Pacer, paceOf } from '../../src/client/pacer.ts';
import { defaultUserLimits, type UserLimits } from '../../src/protocol/limits.ts';
import { TokenBucket } from '../../src/server/rates/token-bucket.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';

const { message_rate: rate, message_burst: burst } = defaultUserLimits();

/** A pacer whose probes are answered at once. */
function createPaced(pace: Pace | undefined) {
  const clock = createFakeClock();
  return { clock, pacer: createPacer({ clock, probe: () => Promise.resolve() }, pace) };
}

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

/** Lets what waits for promises happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}

/** Lets time pass as it does for a program: what was promised happens in between. */
async function pass(clock: FakeClock, durationMs: number): Promise<void> {
  for (let passedMs = 0; passedMs < durationMs; passedMs += 10) {
    await settle();
    clock.advance(Math.min(10, durationMs - passedMs));
  }
  await settle();
}

function limited(limits: Partial<UserLimits>): UserLimits {
  return { ...defaultUserLimits(), ...limits };
}

describe('the pace', () => {
  it('is that of the contract where the relay told no limits', () => {
    expect(paceOf(undefined)).toEqual(paceOf(defaultUserLimits()));
  });

  it('keeps to the strictest of the limits, and to none where there is none', () => {
    expect(paceOf(limited({ user_message_rate: 100 }))).toEqual({ burst: 90, perSecond: 99 });
    expect(paceOf(limited({ message_burst: 10 }))).toEqual({ burst: 9, perSecond: 990 });
    const free = { message_rate: Number.POSITIVE_INFINITY };
    expect(paceOf(limited(free))).toEqual({ burst: 9000, perSecond: 9900 });
    expect(paceOf(limited({ message_burst: Number.POSITIVE_INFINITY }))).toEqual({ burst: 9000, perSecond: 9900 });
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
    const { clock, pacer } = createPaced(paceOf(undefined));
    expect(schedule(pacer, clock, 1800)).toHaveLength(1800);
    expect(clock.running).toBe(0);
  });

  it('lets 20,000 messages go within the limits, and takes no longer than they ask', async () => {
    const { clock, pacer } = createPaced(paceOf(undefined));
    const wentAtMs = schedule(pacer, clock, 20_000);
    await pass(clock, 30_000);
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
    { burst: 1, perSecond: 100 },
    { burst: 3, perSecond: 40 },
    { burst: 64, perSecond: 40 },
    { burst: 800, perSecond: 990 },
  ])('keeps up with its pace and never goes beyond it: %j', async (pace) => {
    const { clock, pacer } = createPaced(pace);
    const count = Math.ceil(pace.burst + pace.perSecond * 10);
    const wentAtMs = schedule(pacer, clock, count);
    await pass(clock, 15_000);
    expect(wentAtMs).toHaveLength(count);
    wentAtMs.forEach((atMs, index) => {
      expect(index + 1).toBeLessThanOrEqual(pace.burst + (atMs / 1000) * pace.perSecond + 1e-6);
    });
    // A clock of whole milliseconds makes messages that go one by one late.
    expect(wentAtMs.at(-1)).toBeLessThan(11_000);
  });

  it('keeps the order whatever is scheduled when', async () => {
    const step = fc.record({
      waitMs: fc.nat(50),
      messages: fc.nat(5),
      cost: fc.constantFrom<0 | 1>(0, 1),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step), async (planned) => {
        const { clock, pacer } = createPaced({ burst: 3, perSecond: 100 });
        const went: number[] = [];
        let scheduled = 0;
        for (const { waitMs, messages, cost } of planned) {
          clock.advance(waitMs);
          for (let n = 0; n < messages; n++) {
            const number = scheduled++;
            pacer.schedule({ bytes: 1, cost, start: () => went.push(number), drop: () => undefined });
          }
        }
        await pass(clock, 1_000);
        expect(went).toEqual(Array.from({ length: scheduled }, (_, index) => index));
        expect(pacer.waitingBytes).toBe(0);
      }),
    );
  });

  it('counts what went without a turn', () => {
    const { clock, pacer } = createPaced({ burst: 2, perSecond: 1 });
    pacer.spend();
    const wentAtMs = schedule(pacer, clock, 2);
    expect(wentAtMs).toEqual([0]);
    clock.advance(1_000);
    expect(wentAtMs).toEqual([0, 1_000]);
  });

  it('pauses for more than a second when the relay says that its rate was exceeded', async () => {
    const { clock, pacer } = createPaced(paceOf(undefined));
    expect(schedule(pacer, clock, 1)).toEqual([0]);
    pacer.hold();
    const wentAtMs = schedule(pacer, clock, 2000);
    await pass(clock, 1_000);
    pacer.hold();
    await pass(clock, 1_000);
    expect(wentAtMs).toEqual([]);
    await pass(clock, 5_000);
    expect(wentAtMs).toHaveLength(2000);
    expect(wentAtMs[0]).toBeGreaterThan(2_000);
    expect(wentAtMs.filter((atMs) => atMs < 3_000).length).toBeLessThan(2 * rate);
  });

  it('drops what waits when it is stopped, with the reason, and nothing else', async () => {
    const { clock, pacer } = createPaced({ burst: 1, perSecond: 1 });
    const reason = new RelaySendError('not_connected', 'gone');
    const dropped: unknown[] = [];
    let started = 0;
    for (let n = 0; n < 3; n++) {
      pacer.schedule({ bytes: 10, cost: 1, start: () => started++, drop: (why) => dropped.push(why) });
    }
    expect(pacer.waitingBytes).toBeGreaterThan(20);
    pacer.stop(reason);
    await pass(clock, 5_000);
    expect([started, dropped, pacer.waitingBytes, clock.running]).toEqual([1, [reason, reason], 0, 0]);
  });

  it('goes on when a probe gets no answer', async () => {
    const clock = createFakeClock();
    const probes: PromiseWithResolvers<void>[] = [];
    const probe = () => {
      probes.push(Promise.withResolvers<void>());
      return probes.at(-1)?.promise ?? Promise.reject(new Error('no probe'));
    };
    const pacer = createPacer({ clock, probe }, { burst: 100, perSecond: 1000 });
    const wentAtMs = schedule(pacer, clock, 150);
    await pass(clock, 10_000);
    expect(wentAtMs).toHaveLength(100);
    expect(clock.running).toBe(0);
    for (const answer of probes) answer.reject(new Error('no answer'));
    // They may have arrived as late as that.
    await pass(clock, 50);
    expect(wentAtMs).toHaveLength(150);
  });
});

/** A network that keeps the order and holds everything back for as long as it likes, before a relay with its own bucket. */
function createNetwork(clock: FakeClock, limits: UserLimits) {
  const bucket = new TokenBucket(limits.message_burst, clock.uptimeMs());
  let line: { arrivesAtMs: number; arrive: () => void }[] = [];
  let lastArrivalMs = 0;
  let refused = 0;

  function transmit(delayMs: number, arrive: () => void): void {
    lastArrivalMs = Math.max(lastArrivalMs, clock.uptimeMs() + delayMs);
    line.push({ arrivesAtMs: lastArrivalMs, arrive });
  }

  return {
    transmit,
    count(): void {
      if (!bucket.take(limits.message_rate, limits.message_burst, clock.uptimeMs())) refused++;
    },
    deliver(): void {
      const due = line.filter((entry) => entry.arrivesAtMs <= clock.uptimeMs());
      line = line.filter((entry) => entry.arrivesAtMs > clock.uptimeMs());
      for (const entry of due) entry.arrive();
    },
    get refused() {
      return refused;
    },
  };
}

describe('a pacer before a relay behind a bad network', () => {
  it('never sends what is over the rate when it arrives, whatever was held back on the way', async () => {
    const stalls = fc.array(fc.constantFrom(0, 0, 0, 1, 40, 300, 2500), { minLength: 40, maxLength: 40 });
    const limits = { ...defaultUserLimits(), message_burst: 100, message_rate: 200 };
    await fc.assert(
      fc.asyncProperty(stalls, fc.integer({ min: 0, max: 60 }), async (delaysMs, idle) => {
        const clock = createFakeClock();
        const network = createNetwork(clock, limits);
        const delayMs = (): number => delaysMs[Math.floor(clock.uptimeMs() / 250) % delaysMs.length] ?? 0;
        const probe = (): Promise<void> => {
          pacer.spend();
          return new Promise((resolve) => {
            network.transmit(delayMs(), () => {
              network.count();
              resolve();
            });
          });
        };
        const pacer = createPacer({ clock, probe }, paceOf(limits));
        const start = () => network.transmit(delayMs(), network.count);
        for (let tick = 0; tick < 1000; tick++) {
          if (tick % 100 >= idle) for (let n = 0; n < 4; n++) pacer.schedule({ bytes: 1, cost: 1, start, drop: start });
          clock.advance(10);
          network.deliver();
          await settle();
        }
        expect(network.refused).toBe(0);
      }),
      { numRuns: 30 },
    );
  });
});
