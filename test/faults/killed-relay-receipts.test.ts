/**
 * PROTOCOL A4 and B `receipts`, FAULTS 1: what a receipt said is true after SIGKILL, too. KILL_ROUNDS says how many times the
 * relay is killed (20 unless said), KILL_SEED makes the moments of a run that failed come again.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTemporaryFolder, type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { createRandom } from '../e2e/contract/random.ts';
import { login, openRoom, roomOf, type TestRoom } from '../e2e/contract/test-room.ts';
import type { RawWebSocket } from '../e2e/raw-websocket.ts';
import { drainQueue } from './drain-queue.ts';

const rounds = Number(process.env.KILL_ROUNDS ?? 20);
const seed = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);

const limits = { queue_messages: 'unlimited', message_rate: 'unlimited', user_message_rate: 'unlimited' };
const away = ['away-0', 'away-1', 'away-2'];
const worker = 'worker';
/** Messages under way without a word of the relay, so that its store always has something to commit. */
const windowMessages = 200;
/** A round ends after so many receipts at most. */
const receiptsMax = 2000;

interface Receipts {
  readonly queued: Set<string>;
  readonly delivered: Set<string>;
}

/** Sends until the relay is gone, and reads every receipt; `onReceipts` hears their number. */
async function load(sender: RawWebSocket, round: number, onReceipts: (count: number) => void): Promise<Receipts> {
  const receipts: Receipts = { queued: new Set(), delivered: new Set() };
  const targets = [...away, worker];
  let sent = 0;
  let received = 0;
  for (;;) {
    for (; sent < received + windowMessages; sent++) {
      const target = targets[sent % targets.length];
      sender.sendText(JSON.stringify({ target, _id: `${round}.${sent}`, fill: 'x'.repeat(200) }));
    }
    const text = await sender.nextText().catch(() => undefined);
    if (text === undefined) return receipts;
    const { status, _id } = JSON.parse(text);
    if (status !== 'queued' && status !== 'delivered') throw new Error(`the relay said ${text}`);
    receipts[status as keyof Receipts].add(_id);
    received += 1;
    onReceipts(received);
  }
}

/** Reads what comes until the connection ends. */
async function readAll(client: RawWebSocket): Promise<Set<string>> {
  const ids = new Set<string>();
  for (;;) {
    const text = await client.nextText().catch(() => undefined);
    if (text === undefined) return ids;
    ids.add(JSON.parse(text)._id);
  }
}

const numberOf = (id: string) => Number(id.split('.')[1]);

describe('FAULTS 1: receipts under SIGKILL', () => {
  let folder: string;
  beforeAll(() => {
    folder = makeTemporaryFolder();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function killAfter(relay: ServedRelay, room: TestRoom, round: number, receiptsMin: number) {
    const credentials = { auth_key: room.authKey, sender: 'sender', extensions: ['receipts'] };
    const working = await room.controller(worker);
    const reading = readAll(working);
    const sender = await login(relay.url, credentials);
    let stopped: Promise<unknown> | undefined;
    const receipts = await load(sender, round, (count) => {
      if (count >= receiptsMin) stopped ??= relay.stop('SIGKILL');
    });
    await stopped;
    return { receipts, read: await reading };
  }

  it(`${rounds} times: no queued receipt without its message, no delivered one unread (seed ${seed})`, {
    timeout: 60_000 + rounds * 10_000,
  }, async () => {
    const random = createRandom(seed);
    const dataDir = join(folder, 'data');
    let relay = await startServe({ dataDir });
    const { user, authKey } = await openRoom(relay, limits);
    let queuedAtAll = 0;
    for (let round = 0; round < rounds; round++) {
      const receiptsMin = 1 + Math.floor(random() * receiptsMax);
      const { receipts, read } = await killAfter(relay, roomOf(relay, user, authKey), round, receiptsMin);
      queuedAtAll += receipts.queued.size;
      expect([...receipts.delivered].filter((id) => !read.has(id))).toEqual([]);
      relay = await startServe({ dataDir });
      const room = roomOf(relay, user, authKey);
      const kept = new Set<string>();
      for (const target of [...away, worker]) {
        const received = (await drainQueue(room, target)).map(({ _id }) => String(_id));
        expect(received.map(numberOf), `the order of ${target} in round ${round}`).toEqual(
          received.map(numberOf).toSorted((one, other) => one - other),
        );
        for (const id of received) kept.add(id);
      }
      expect(
        [...receipts.queued].filter((id) => !kept.has(id) && !read.has(id)),
        `round ${round}`,
      ).toEqual([]);
    }
    await relay[Symbol.asyncDispose]();
    expect(queuedAtAll).toBeGreaterThan(rounds);
  });
});
