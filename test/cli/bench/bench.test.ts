import { describe, expect, it } from 'vitest';
import { measureLatencies, percentile } from '../../../src/cli/bench/measure-latencies.ts';
import { measureThroughput } from '../../../src/cli/bench/measure-throughput.ts';
import { isPaced, probeIntervalMs, rateLimitsOf, sentMax, underWayMax } from '../../../src/cli/bench/pace.ts';
import { RelaySendError } from '../../../src/client/errors.ts';
import { defaultUserLimits } from '../../../src/protocol/limits.ts';

/** A pair whose messages arrive a moment later, until its connection breaks. */
function createPair({ breaksAt = Number.POSITIVE_INFINITY } = {}) {
  let sent = 0;
  let received = 0;
  let underWay = 0;
  let mostUnderWay = 0;
  const pair = {
    onArrival: () => undefined,
    get sent() {
      return sent;
    },
    get received() {
      return received;
    },
    mostUnderWay: () => mostUnderWay,
    async send() {
      sent += 1;
      if (sent === breaksAt) throw new RelaySendError('connection_lost', 'the connection was lost');
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      setImmediate(() => {
        underWay -= 1;
        received += 1;
        pair.onArrival();
      });
    },
  };
  return pair;
}

const slow = { ...defaultUserLimits(), message_rate: 10, message_burst: 5 };
const unlimited = {
  message_rate: Number.POSITIVE_INFINITY,
  message_burst: Number.POSITIVE_INFINITY,
  user_message_rate: Number.POSITIVE_INFINITY,
};

describe('the latency', () => {
  it('is measured one message after the other, and sorted', async () => {
    const pair = createPair();
    const latencies = await measureLatencies(pair, { durationMs: 100, intervalMs: 0 });
    expect(latencies.length).toBeGreaterThan(0);
    expect(latencies).toEqual(latencies.toSorted((one, other) => one - other));
    expect(latencies.every((latency) => latency > 0)).toBe(true);
    expect(pair.mostUnderWay()).toBe(1);
    expect(pair.received).toBe(pair.sent);
  });

  it('is told by nearest rank', () => {
    const sorted = Array.from({ length: 200 }, (_, index) => index + 1);
    expect([0.5, 0.99, 1].map((share) => percentile(sorted, share))).toEqual([100, 198, 200]);
    expect(percentile([7], 0.5)).toBe(7);
  });

  it('ends with the connection', async () => {
    const measured = measureLatencies(createPair({ breaksAt: 3 }), { durationMs: 60_000, intervalMs: 0 });
    await expect(measured).rejects.toThrow('the connection was lost');
  });
});

describe('the throughput', () => {
  it('is what arrives of what is sent, and no more is under way than may be', async () => {
    const pairs = [createPair(), createPair()];
    const options = { durationMs: 50, sentMax: () => Number.POSITIVE_INFINITY, underWayMax: 8 };
    const { sent, received, elapsedMs } = await measureThroughput(pairs, options);
    expect(sent).toBe(pairs.reduce((sum, pair) => sum + pair.sent, 0));
    expect(received).toBe(sent);
    expect(elapsedMs).toBeGreaterThan(0);
    for (const pair of pairs) expect(pair.mostUnderWay()).toBeLessThanOrEqual(8);
  });

  it('keeps to what all pairs together may send', async () => {
    const pairs = [createPair(), createPair()];
    const { sent } = await measureThroughput(pairs, { durationMs: 50, sentMax: () => 10, underWayMax: 8 });
    expect(sent).toBe(10);
  });

  it('ends with the connection', async () => {
    const options = { durationMs: 60_000, sentMax: () => Number.POSITIVE_INFINITY, underWayMax: 8 };
    await expect(measureThroughput([createPair({ breaksAt: 3 })], options)).rejects.toMatchObject({ exitCode: 4 });
  });
});

describe('the pace of a bench', () => {
  it('leaves half of the rate to others while the latency is measured', () => {
    expect(probeIntervalMs(rateLimitsOf(undefined))).toBe(2);
    expect(probeIntervalMs(slow)).toBe(200);
    expect(probeIntervalMs(unlimited)).toBe(2);
  });

  it('lets the last messages go within a tenth of a second', () => {
    expect([slow, defaultUserLimits(), unlimited].map(underWayMax)).toEqual([1, 100, 256]);
  });

  it('knows when a limit held it back', () => {
    expect(isPaced(slow, 1, 15, 1_000)).toBe(true);
    expect(isPaced(slow, 2, 15, 1_000)).toBe(false);
    expect(isPaced(unlimited, 1, 1_000_000, 1_000)).toBe(false);
    const ofUser = { ...unlimited, user_message_rate: 100 };
    expect(sentMax(ofUser, 1_000)).toBe(120);
    expect(isPaced(ofUser, 1, 120, 1_000)).toBe(true);
  });
});
