import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { numbered, queue } from '../e2e/contract/queueing.ts';
import { login, openRoom, roomOf, type TestRoom } from '../e2e/contract/test-room.ts';
import { until } from '../e2e/contract/until.ts';
import { makeTemporaryFolder } from '../e2e/watched-process.ts';
import { hasTool } from '../tools.ts';
import { openReceiptSender } from './receipts.ts';
import { buildShim } from './shims.ts';

const hourMs = 3_600_000;
/** Messages wait for 24 hours unless said. */
const dayAndHourMs = 25 * hourMs;

let folder: string;
let clock: string;
beforeEach(() => {
  folder = makeTemporaryFolder();
  clock = join(folder, 'clock');
  writeFileSync(clock, Buffer.alloc(8));
  return () => rmSync(folder, { recursive: true, force: true });
});

/** Sets the wall clock of the relay so far from this machine's. */
function setClock(offsetMs: number): void {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(offsetMs));
  // In place, because the relay has the file in its memory.
  writeFileSync(clock, bytes, { flag: 'r+', flush: true });
}

const start = () =>
  startServe({
    dataDir: join(folder, 'data'),
    env: { LD_PRELOAD: buildShim('clock', folder), CLOCK_OFFSET: clock },
  });

/** Resolves when the relay itself shows that time; it looks at its clock for that once a second. */
async function untilWallClock(relay: ServedRelay, offsetMs: number): Promise<void> {
  await until('the relay shows the time that was set', async () => {
    const { headers } = await fetch(`${relay.http}/healthz`);
    const shownMs = Date.parse(headers.get('date') ?? '');
    return Math.abs(shownMs - Date.now() - offsetMs) < 10_000;
  });
}

/** Resolves when the relay has looked for what is past its time, and found a message of one second that was sent now. */
async function untilSwept(room: TestRoom): Promise<void> {
  const credentials = { auth_key: room.authKey, sender: 'canary', extensions: ['receipts', 'ttl'] };
  await using canary = await login(room.relay.url, credentials);
  canary.sendJson({ target: 'nobody', _id: 'short', _ttl: 1 });
  expect(await canary.nextJson()).toMatchObject({ status: 'queued' });
  expect(await canary.nextJson()).toMatchObject({ status: 'expired', _id: 'short' });
}

async function expectDelivered(room: TestRoom, target: string, count: number): Promise<void> {
  const credentials = { auth_key: room.authKey, sender: target, extensions: ['age'] };
  await using client = await login(room.relay.url, credentials);
  for (let n = 0; n < count; n += 1) {
    const message = await client.nextJson();
    expect(message).toMatchObject({ n, _offline_queued: true });
    expect(message._age_ms).toBeGreaterThanOrEqual(0);
    expect(message._age_ms).toBeLessThan(hourMs);
  }
}

describe.runIf(hasTool('cc'))('FAULTS 9: the wall clock of a running relay is set', () => {
  it.each([
    ['forward a day', dayAndHourMs],
    ['back an hour', -hourMs],
  ])(
    '%s: nothing expires that should not, what should expires in its time, the order is kept',
    async (_how, offsetMs) => {
      await using relay = await start();
      const room = await openRoom(relay);
      await queue(room, 'pump', numbered('pump', 0, 10));
      setClock(offsetMs);
      await untilWallClock(relay, offsetMs);
      await untilSwept(room);
      expect(await room.waiting('pump')).toBe(10);
      await queue(room, 'pump', numbered('pump', 10, 20));
      setClock(0);
      await queue(room, 'pump', numbered('pump', 20, 30));
      await untilSwept(room);
      await expectDelivered(room, 'pump', 30);
    },
  );
});

describe.runIf(hasTool('cc'))('FAULTS 9: across a restart the wall clock counts', () => {
  it('what waited less than its time by then is there, in order; what waited longer is gone', async () => {
    const first = await start();
    const { user, authKey } = await openRoom(first);
    await queue(roomOf(first, user, authKey), 'pump', numbered('pump', 0, 10));
    await queue(roomOf(first, user, authKey), 'gate', numbered('gate', 0, 10));
    await first.stop();

    setClock(-hourMs);
    const earlier = await start();
    await untilSwept(roomOf(earlier, user, authKey));
    await expectDelivered(roomOf(earlier, user, authKey), 'pump', 10);
    expect(await roomOf(earlier, user, authKey).waiting('gate')).toBe(10);
    await earlier.stop();

    setClock(dayAndHourMs);
    await using later = await start();
    await roomOf(later, user, authKey).untilWaiting('gate', 0);
    await using sender = await openReceiptSender(roomOf(later, user, authKey));
    sender.send('gate', 'new');
    expect(await sender.nextTold()).toEqual({ id: 'new', state: 'queued' });
  });
});
