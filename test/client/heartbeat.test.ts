import { describe, expect, it } from 'vitest';
import { RelaySendError } from '../../src/client/errors.ts';
import { createHeartbeat } from '../../src/client/heartbeat.ts';
import { createFakeClock } from './fake-clock.ts';

const everyMs = 30_000;
const timeoutMs = 10_000;
const graceMs = 1_000;

function setUp() {
  const clock = createFakeClock();
  const seen = { pings: 0, bytes: 0, dead: 0, roundTrips: [] as number[] };
  const heartbeat = createHeartbeat(
    {
      clock,
      sendPing: async () => {
        seen.pings++;
      },
      receivedBytes: () => seen.bytes,
      onDead: () => seen.dead++,
      onRoundTrip: (durationMs) => seen.roundTrips.push(durationMs),
    },
    { everyMs, timeoutMs },
  );
  return { clock, seen, heartbeat };
}

/** Lets the promises that are settled already tell it. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the heartbeat', () => {
  it('pings at its interval and measures the way there and back', async () => {
    const { clock, seen, heartbeat } = setUp();
    clock.advance(everyMs - 1);
    expect(seen.pings).toBe(0);
    clock.advance(1);
    expect(seen.pings).toBe(1);
    clock.advance(22);
    heartbeat.handlePong();
    await settled();
    expect(seen.roundTrips).toEqual([22]);
    clock.advance(everyMs);
    expect(seen.pings).toBe(2);
  });

  it('calls a connection dead that shows no byte after a ping', () => {
    const { clock, seen } = setUp();
    clock.advance(everyMs + timeoutMs);
    expect(seen.dead).toBe(0);
    clock.advance(graceMs);
    expect(seen.dead).toBe(1);
  });

  it('looks at the network once more when the timer itself was late', () => {
    const { clock, seen } = setUp();
    clock.advance(everyMs + timeoutMs);
    // The event loop was blocked: the bytes had come in time and are read only after the timer spoke.
    seen.bytes += 17;
    clock.advance(graceMs);
    expect(seen.dead).toBe(0);
  });

  it('takes any byte for a sign of life, an answer that waits behind a long message too', async () => {
    const { clock, seen, heartbeat } = setUp();
    clock.advance(everyMs + timeoutMs - 1);
    seen.bytes += 1;
    clock.advance(graceMs + 1);
    expect(seen.dead).toBe(0);
    // The late answer belongs to the ping that nobody waits for any more, not to the next one.
    const next = heartbeat.ping();
    heartbeat.handlePong();
    clock.advance(5);
    heartbeat.handlePong();
    expect(await next).toBe(5);
  });

  it('does not shift the answers for ever when the relay did not take a ping', async () => {
    const { clock, seen, heartbeat } = setUp();
    clock.advance(everyMs);
    seen.bytes += 1;
    clock.advance(everyMs);
    expect(seen.pings).toBe(2);
    clock.advance(7);
    heartbeat.handlePong();
    await settled();
    expect(seen.roundTrips).toEqual([7]);
  });

  it('rejects a ping that has no answer in time', async () => {
    const { clock, seen, heartbeat } = setUp();
    const answer = heartbeat.ping();
    seen.bytes += 1;
    clock.advance(timeoutMs);
    await expect(answer).rejects.toMatchObject({ name: 'RelaySendError', code: 'no_answer' });
  });

  it('passes no verdict and sends no ping while nothing is read', async () => {
    const { clock, seen, heartbeat } = setUp();
    const answer = heartbeat.ping();
    heartbeat.rest(true);
    clock.advance(5 * everyMs);
    expect(seen).toMatchObject({ pings: 1, dead: 0 });
    await expect(answer).rejects.toMatchObject({ code: 'no_answer' });
    heartbeat.rest(false);
    clock.advance(everyMs + timeoutMs + graceMs);
    expect(seen).toMatchObject({ pings: 2, dead: 1 });
  });

  it('lets 64 pings wait and no more', async () => {
    const { heartbeat } = setUp();
    const answers = Array.from({ length: 65 }, () => heartbeat.ping());
    await expect(answers[64]).rejects.toMatchObject({ code: 'backlog' });
    for (let pong = 0; pong < 64; pong++) heartbeat.handlePong();
    expect(await Promise.all(answers.slice(0, 64))).toHaveLength(64);
  });

  it('leaves no timer and nobody waiting when it stops', async () => {
    const { clock, heartbeat } = setUp();
    const answer = heartbeat.ping();
    heartbeat.stop(new RelaySendError('connection_lost', 'gone'));
    await expect(answer).rejects.toMatchObject({ code: 'connection_lost' });
    expect(clock.running).toBe(0);
  });
});
