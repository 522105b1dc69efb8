import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { openRoom, type TestRoom } from '../e2e/contract/test-room.ts';
import { until } from '../e2e/contract/until.ts';
import { openReceiptSender, type ReceiptSender, roomy, type Told } from './receipts.ts';
import { canMakeSmallDisks, makeSmallDisk, type SmallDisk } from './small-disk.ts';

const text = 'x'.repeat(10_000);

describe.runIf(canMakeSmallDisks())('FAULTS 4: the disk of a relay is full', () => {
  let disk: SmallDisk;
  let relay: ServedRelay;
  let room: TestRoom;
  let sender: ReceiptSender;
  beforeEach(async () => {
    disk = makeSmallDisk(24);
    relay = await startServe({ dataDir: join(disk.path, 'data') });
    room = await openRoom(relay, roomy);
    sender = await openReceiptSender(room);
  });
  afterEach(async () => {
    await sender[Symbol.asyncDispose]();
    await relay[Symbol.asyncDispose]();
    disk.remove();
  });

  /** What is told of this message first; the later states of others are passed over. */
  async function send(target: string, id: string): Promise<Told> {
    sender.send(target, id, text);
    for (;;) {
      const told = await sender.nextTold();
      if (told.id === id) return told;
    }
  }

  /** Queues until it is refused; the ids that were taken. */
  async function fillUp(target: string): Promise<string[]> {
    const queued: string[] = [];
    for (;;) {
      const told = await send(target, `${target}-${queued.length}`);
      if (told.state === 'queued') queued.push(told.id);
      else {
        expect(told.state).toBe('store_unavailable');
        return queued;
      }
    }
  }

  const status = async (path: string) => (await fetch(relay.http + path)).status;

  it('live messages go on, queueing is refused, deliveries still free space, and it recovers without a restart', async () => {
    const ballast = disk.fill();
    const queued = await fillUp('pump');
    expect(await status('/readyz')).toBe(503);
    expect(await status('/healthz')).toBe(200);

    await using gate = await room.controller('gate');
    expect(await send('gate', 'live')).toEqual({ id: 'live', state: 'delivered' });
    expect(await gate.nextJson()).toMatchObject({ _id: 'live' });

    await using pump = await room.controller('pump');
    for (const id of queued) expect(await pump.nextJson()).toMatchObject({ _id: id, _offline_queued: true });
    await room.untilWaiting('pump', 0);
    expect((await send('valve', 'refused')).state).toBe('store_unavailable');

    rmSync(ballast);
    await until('messages are queued again', async () => (await send('valve', 'later')).state === 'queued');
    expect(await status('/readyz')).toBe(200);
    expect(relay.process.stderr.text()).toMatch(/"event":"disk-full".*\n(.*\n)*.*"event":"disk-relieved"/);
  });

  it('full of messages alone: what was delivered makes room for more, and nothing that was acknowledged is missing', async () => {
    const queued = await fillUp('pump');
    expect(queued.length).toBeGreaterThan(300);
    const pump = await room.controller('pump');
    for (const id of queued) expect(await pump.nextJson()).toMatchObject({ _id: id });
    await room.untilWaiting('pump', 0);
    await pump[Symbol.asyncDispose]();
    await room.untilPresence('pump', 'offline');
    await until('messages are queued again', async () => (await send('pump', 'again')).state === 'queued');
    await relay.stop('SIGTERM');
    expect((await relay.process.exited).code).toBe(0);
  });

  it('a backup is refused where it would take the room that messages need, and no piece of it stays', async () => {
    for (let n = 0; n < 800; n += 1) expect((await send('pump', `m-${n}`)).state).toBe('queued');
    const headers = { authorization: `Bearer ${relay.bootstrap?.adminKey}` };
    const answer = await fetch(`${relay.http}/api/admin/backup`, { method: 'POST', headers });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/^no backup was made: a copy takes \d+ bytes, and only \d+ are free/),
    });
    expect((await send('pump', 'after')).state).toBe('queued');
  });
});
