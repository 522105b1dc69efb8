import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/server/metrics.ts';
import type { RelaySample } from '../../src/server/metrics-sample.ts';

const quiet: RelaySample = {
  users: 1,
  devices: 2,
  rooms: 1,
  connections: 3,
  pendingConnections: 4,
  queues: 5,
  queuedMessages: 6,
  queuedBytes: 7,
  isStoreWritable: true,
  isStoreCongested: false,
  wrongKeys: 8,
  messages: { sent: 9, queue_full: 1 },
};

/** The samples of a scrape by their name with labels. */
async function scraped(metrics: ReturnType<typeof createMetrics>): Promise<ReadonlyMap<string, number>> {
  const lines = (await metrics.scrape()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

/** Keeps the event loop from everything else. */
function block(durationMs: number): void {
  const untilMs = performance.now() + durationMs;
  while (performance.now() < untilMs);
}

describe('the metrics', () => {
  it('show the relay as it is at each scrape', async () => {
    let sample = quiet;
    using metrics = createMetrics({ sample: () => sample });
    const first = await scraped(metrics);
    expect(first.get('softlab_relay_connections')).toBe(3);
    expect(first.get('softlab_relay_messages_total{state="sent"}')).toBe(9);
    expect(first.get('softlab_relay_store_writable')).toBe(1);
    sample = { ...quiet, connections: 1, isStoreWritable: false, wrongKeys: 10, messages: { sent: 20, queued: 2 } };
    const second = await scraped(metrics);
    expect(second.get('softlab_relay_connections')).toBe(1);
    expect(second.get('softlab_relay_messages_total{state="sent"}')).toBe(20);
    expect(second.get('softlab_relay_messages_total{state="queued"}')).toBe(2);
    expect(second.get('softlab_relay_wrong_keys_total')).toBe(10);
    expect(second.get('softlab_relay_store_writable')).toBe(0);
  });

  it('count logins, refusals and commits', async () => {
    using metrics = createMetrics({ sample: () => quiet });
    metrics.noteLogin();
    metrics.noteRefused('invalid_credentials');
    metrics.noteRefused('invalid_credentials');
    metrics.noteCommit(20, 64);
    metrics.noteCommit(3, 1);
    const all = await scraped(metrics);
    expect(all.get('softlab_relay_logins_total')).toBe(1);
    expect(all.get('softlab_relay_refused_connections_total{code="invalid_credentials"}')).toBe(2);
    expect(all.get('softlab_relay_store_commit_seconds_bucket{le="0.005"}')).toBe(1);
    expect(all.get('softlab_relay_store_commit_seconds_count')).toBe(2);
    expect(all.get('softlab_relay_store_operations_total')).toBe(65);
  });

  it('count closed connections by codes that are known, and all that a peer makes up as one', async () => {
    using metrics = createMetrics({ sample: () => quiet });
    for (const code of [4009, 4009, 1006, 3000, 4999]) metrics.noteGone(code);
    const closed = [...(await scraped(metrics))].filter(([name]) =>
      name.startsWith('softlab_relay_closed_connections_total'),
    );
    expect(closed).toEqual([
      ['softlab_relay_closed_connections_total{code="4009"}', 2],
      ['softlab_relay_closed_connections_total{code="1006"}', 1],
      ['softlab_relay_closed_connections_total{code="other"}', 2],
    ]);
  });

  it('tell how late the event loop was since the scrape before', async () => {
    using metrics = createMetrics({ sample: () => quiet });
    const worst = 'softlab_relay_event_loop_delay_seconds{quantile="1"}';
    expect((await scraped(metrics)).has(worst)).toBe(false);
    const late = async () => {
      block(200);
      await new Promise((resolve) => setImmediate(resolve));
      return (await scraped(metrics)).get(worst);
    };
    await expect.poll(late, { timeout: 10_000 }).toBeGreaterThan(0.1);
    await expect.poll(async () => (await scraped(metrics)).get(worst), { timeout: 10_000 }).toBeLessThan(0.1);
  });
});
