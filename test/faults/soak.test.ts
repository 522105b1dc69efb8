/**
 * Issue "nothing lost": fifty clients that come and go, restarts in between, and a ledger that accounts for every `_id`. SOAK_SECONDS
 * says how long (20), SOAK_SEED is what chance starts from.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRssBytes } from '../bench/process-usage.ts';
import { makeTemporaryFolder, type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { callApiOk } from '../e2e/contract/http-api.ts';
import { createRandom } from '../e2e/contract/random.ts';
import { openRoom, roomOf, type TestRoom } from '../e2e/contract/test-room.ts';
import { until } from '../e2e/contract/until.ts';
import { hasTool } from '../tools.ts';
import { buildShim } from './shims.ts';
import { SoakLedger } from './soak/ledger.ts';
import { createPerson, type Person } from './soak/person.ts';

const seconds = Number(process.env.SOAK_SECONDS ?? 20);
const seed = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 31));
const peopleCount = 50;
/** Lives of the relay; the last one stays for the end. A third of an hour has enough of them, and memory needs time to be seen to grow. */
const lives = Math.min(30, Math.max(4, Math.round(seconds / 10)));
const lifeMs = (seconds * 1000) / lives;
const looksPerLife = 30;
/** Every fsync takes so long: a receipt that does not wait for it is then told of a message that a kill loses. */
const fsyncDelayMs = 20;
const mebibyte = 1024 * 1024;
/** What a relay that has just started may still take: compiled code, and the first garbage. */
const warmUpBytes = 48 * mebibyte;

const ids = Array.from({ length: peopleCount }, (_, n) => `person-${n}`);
/** No attempt is the last, so that whatever was queued must arrive. */
const limits = { queue_messages: '100', queue_attempts: 'unlimited', user_message_rate: 'unlimited' };

let folder: string;
let shim: string | undefined;
beforeEach(() => {
  folder = makeTemporaryFolder();
  shim = hasTool('cc') ? buildShim('disk', folder) : undefined;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The relay on a slow disk; without a compiler on the machine's own, where few messages are on their way to it at any moment. */
function serve(port = 0): Promise<ServedRelay> {
  const env = shim === undefined ? {} : { LD_PRELOAD: shim, FSYNC_DELAY_MS: String(fsyncDelayMs) };
  return startServe({ dataDir: join(folder, 'data'), port, env, args: ['--log-level', 'warn'] });
}

/** Resident memory of a life of the relay, at even distances. */
async function watchMemory(relay: ServedRelay): Promise<readonly number[]> {
  const looks: number[] = [];
  for (let look = 0; look < looksPerLife; look += 1) {
    await delay(lifeMs / looksPerLife);
    looks.push(readRssBytes(relay.process.pid));
  }
  return looks;
}

/** Kills or stops the relay by turns, and starts the next on the same folder and port; answers the last and what all took. */
async function liveThrough(first: ServedRelay): Promise<{ relay: ServedRelay; memory: (readonly number[])[] }> {
  const memory = [await watchMemory(first)];
  let relay = first;
  while (memory.length < lives) {
    const isKilled = memory.length % 2 === 1;
    const { code, signal } = await relay.stop(isKilled ? 'SIGKILL' : 'SIGTERM');
    expect(isKilled ? signal : code).toBe(isKilled ? 'SIGKILL' : 0);
    relay = await serve(first.port);
    memory.push(await watchMemory(relay));
  }
  return { relay, memory };
}

/** Everybody stays until nothing waits for anybody. */
async function emptyQueues(room: TestRoom, people: readonly Person[]): Promise<void> {
  const sockets = await Promise.all(people.map((person) => person.stay()));
  await until('no queue holds anything', async () => {
    const { queues } = await callApiOk<{ queues: { waiting: number }[] }>(room.relay, '/api/queue/', {
      key: room.authKey,
    });
    return queues.every(({ waiting }) => waiting === 0);
  });
  const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  for (const socket of sockets) socket.close();
  await Promise.all(closed);
}

const inMebibytes = (bytes: number) => Math.round(bytes / mebibyte);

describe('a soak', { timeout: seconds * 1000 + 120_000 }, () => {
  it(`of ${seconds} s with ${peopleCount} clients that come and go loses nothing, doubles nothing without its flag, tells no two final states, and needs no more memory (seed ${seed})`, async () => {
    await using first = await serve();
    const { user, authKey } = await openRoom(first, limits);
    const ledger = new SoakLedger();
    const random = createRandom(seed);
    const people = ids.map((id) => {
      return createPerson({ url: first.url, authKey, id, ids, ledger, random: createRandom(random() * 2 ** 31) });
    });
    let isOver = false;
    const lived = Promise.all(people.map((person) => person.live(() => !isOver)));
    const { relay, memory } = await liveThrough(first).finally(() => {
      isOver = true;
    });
    await using last = relay;
    await lived;
    await emptyQueues(roomOf(last, user, authKey), people);

    const counts = JSON.stringify(ledger.counts());
    const rss = memory.map((looks) => [0, 9, 19, 29].map((look) => inMebibytes(looks[look] ?? 0)).join(' '));
    process.stdout.write(`soak, seed ${seed}: ${counts}; RSS in MiB, start to end of each life: ${rss.join(' | ')}\n`);
    expect(ledger.complaints()).toEqual([]);
    for (const looks of memory) {
      const [early, late] = [looks[9] ?? 0, looks.at(-1) ?? 0];
      expect(late - early, 'growth of memory after the first third of a life').toBeLessThan(warmUpBytes);
    }
    expect(ledger.counts().arrived).toBeGreaterThan(seconds * 50);
  });
});
