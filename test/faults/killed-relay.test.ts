/**
 * FAULTS 1 and 7, PROTOCOL A4: what the committed depth of a queue has shown is there after SIGKILL. KILL_ROUNDS says how many
 * times the relay is killed (20 unless said), KILL_SEED makes the moments of a run that failed come again.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTemporaryFolder, type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { flagged, numbered, queue } from '../e2e/contract/queueing.ts';
import { createRandom } from '../e2e/contract/random.ts';
import { openRoom, roomOf, type TestRoom } from '../e2e/contract/test-room.ts';
import type { RawWebSocket } from '../e2e/raw-websocket.ts';
import { drainQueue } from './drain-queue.ts';

const rounds = Number(process.env.KILL_ROUNDS ?? 20);
const seed = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);

const limits = { queue_messages: 'unlimited', message_rate: 'unlimited', user_message_rate: 'unlimited' };
const targets = ['target-0', 'target-1', 'target-2', 'target-3'];

/** Sends numbered messages to every target, a few at a time, until the relay is gone. */
async function load(sender: RawWebSocket): Promise<void> {
  for (let n = 0; ; n += 5) {
    for (const target of targets) for (const text of numbered(target, n, n + 5)) sender.sendText(text);
    // The pong says that the relay took these; a relay that was killed says nothing any more.
    sender.sendJson({ action: 'ping' });
    const answer = await sender.nextText().catch(() => undefined);
    if (answer === undefined) return;
  }
}

let folder: string;
beforeAll(() => {
  folder = makeTemporaryFolder();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('FAULTS 1: SIGKILL under load', () => {
  async function killUnderLoad(
    room: TestRoom,
    relay: ServedRelay,
    looks: number,
  ): Promise<ReadonlyMap<string, number>> {
    const sender = await room.controller('sender');
    const loading = load(sender);
    const shown = new Map<string, number>();
    for (let look = 0; look < looks; look++) {
      for (const target of targets) shown.set(target, await room.waiting(target));
    }
    await relay.stop('SIGKILL');
    await loading;
    return shown;
  }

  it(`${rounds} times: nothing is missing that the depth had shown, and the order is kept (seed ${seed})`, {
    timeout: 60_000 + rounds * 10_000,
  }, async () => {
    const random = createRandom(seed);
    const dataDir = join(folder, 'data');
    let relay = await startServe({ dataDir });
    const { user, authKey } = await openRoom(relay, limits);
    let shownAtAll = 0;
    for (let round = 0; round < rounds; round++) {
      const shown = await killUnderLoad(roomOf(relay, user, authKey), relay, 1 + Math.floor(random() * 12));
      relay = await startServe({ dataDir });
      const room = roomOf(relay, user, authKey);
      for (const target of targets) {
        const received = (await drainQueue(room, target)).map(({ n }) => Number(n));
        const depth = shown.get(target) ?? 0;
        shownAtAll += depth;
        expect(received.length, `${target} in round ${round}`).toBeGreaterThanOrEqual(depth);
        expect(received).toEqual(Array.from({ length: received.length }, (_, n) => n));
      }
    }
    await relay[Symbol.asyncDispose]();
    expect(shownAtAll).toBeGreaterThan(rounds);
  });

  it('users, keys and tokens that were answered are there', async () => {
    const dataDir = join(folder, 'directory');
    const relay = await startServe({ dataDir });
    const room = await openRoom(relay, { queue_messages: '7' });
    const token = await room.token('device');
    await relay.stop('SIGKILL');
    await using next = await startServe({ dataDir });
    const after = roomOf(next, room.user, room.authKey);
    await using controller = await after.controller('controller');
    const presence = await fetch(`${next.http}/api/presence/`, { headers: { authorization: `Bearer ${token}` } });
    expect(await presence.json()).toStrictEqual({ controller: 'online', device: 'offline' });
    for (const text of numbered('away', 0, 8)) controller.sendText(text);
    expect(await controller.nextJson()).toMatchObject({ code: 'queue_full' });
  });
});

describe('FAULTS 7: killed between delivery and deletion', () => {
  it('messages are delivered again and flagged, never missing', async () => {
    const dataDir = join(folder, 'between');
    const relay = await startServe({ dataDir });
    const room = await openRoom(relay);
    await queue(room, 'worker', numbered('worker', 0, 10));
    const first = await room.controller('worker', { answersPings: false });
    for (const text of numbered('worker', 0, 10)) expect(await first.nextText()).toBe(flagged(text));
    await relay.stop('SIGKILL');
    await using next = await startServe({ dataDir });
    const after = roomOf(next, room.user, room.authKey);
    await using second = await after.controller('worker');
    for (const text of numbered('worker', 0, 10)) expect(await second.nextText()).toBe(flagged(text));
    await after.untilWaiting('worker', 0);
  });

  it('attempts are counted across restarts: a message that kills its reader does not come for ever', async () => {
    const dataDir = join(folder, 'attempts');
    let relay = await startServe({ dataDir });
    const room = await openRoom(relay, { queue_attempts: '2' });
    const { user, authKey } = room;
    await queue(room, 'worker', numbered('worker', 0, 1));
    for (let attempt = 0; attempt < 2; attempt++) {
      const worker = await roomOf(relay, user, authKey).controller('worker', { answersPings: false });
      expect(await worker.nextJson()).toMatchObject({ n: 0, _offline_queued: true });
      await relay.stop('SIGKILL');
      relay = await startServe({ dataDir });
    }
    expect(await drainQueue(roomOf(relay, user, authKey), 'worker')).toEqual([]);
    await relay[Symbol.asyncDispose]();
  });

  it('what was confirmed does not come again', async () => {
    const dataDir = join(folder, 'confirmed');
    const relay = await startServe({ dataDir });
    const room = await openRoom(relay);
    await queue(room, 'worker', numbered('worker', 0, 10));
    const worker = await room.controller('worker');
    for (const text of numbered('worker', 0, 10)) expect(await worker.nextText()).toBe(flagged(text));
    await room.untilWaiting('worker', 0);
    await relay.stop('SIGKILL');
    await using next = await startServe({ dataDir });
    expect(await drainQueue(roomOf(next, room.user, room.authKey), 'worker')).toEqual([]);
  });
});
