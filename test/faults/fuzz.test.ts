/**
 * FAULTS 33. FUZZ_SECONDS says how long frames and HTTP are fuzzed together (30), FUZZ_SEED is what chance starts from. Which
 * conversations are said depends on the seed alone, their timing does not.
 */
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readRssBytes } from '../bench/process-usage.ts';
import { type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { createRandom } from '../e2e/contract/random.ts';
import { openRoom, type TestRoom } from '../e2e/contract/test-room.ts';
import { until } from '../e2e/contract/until.ts';
import { openSocket } from '../e2e/raw-upgrade.ts';
import { type Chance, createChance } from './fuzz/chance.ts';
import { type FuzzIdentity, frameConversation, httpConversation } from './fuzz/conversations.ts';

const seconds = Number(process.env.FUZZ_SECONDS ?? 30);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const talkersAtOnce = 8;
const mebibyte = 1024 * 1024;
const memoryGrowthBytesMax = 64 * mebibyte;
/** What lives in the heap between two collections of garbage, at its lowest, may not grow by more. */
const heapGrowthBytesMax = 16 * mebibyte;
const heapLookEveryMs = 100;
/** The level from which on pino calls it an error: the relay logs a bug so, and nothing that comes from outside. */
const errorLevel = 50;

/** Says these bytes in some pieces, and leaves in some way. */
async function say(url: string, bytes: Buffer, chance: Chance): Promise<void> {
  const socket: Socket = await openSocket(url);
  socket.on('error', () => {});
  socket.resume();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + 1 + chance.below(bytes.length));
    socket.write(bytes.subarray(from, to));
    from = to;
    await new Promise(setImmediate);
  }
  const leaving = chance.below(3);
  if (leaving === 0) socket.destroy();
  else if (leaving === 1) socket.end();
  // Who waits for an answer does not wait longer than the relay does.
  else await Promise.race([new Promise((resolve) => socket.once('data', resolve)), closed]);
  socket.destroySoon();
  await closed;
}

/** Two clients of another user, one of which tells the other a number after each that came, until it need not go on. */
async function talkUndisturbed(room: TestRoom, goesOn: () => boolean): Promise<number> {
  await using sender = await room.controller('sender');
  await using witness = await room.device('witness');
  let n = 0;
  for (; goesOn(); n += 1) {
    sender.sendText(`{"target":"witness","n":${n}}`);
    expect(await witness.nextText()).toBe(`{"target":"witness","n":${n}}`);
    await delay(5);
  }
  return n;
}

async function gauge(relay: ServedRelay, name: string): Promise<number> {
  const text = await (await fetch(`${relay.http}/metrics`)).text();
  return Number(new RegExp(`^(?:softlab_relay_)?${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

/** The lowest that the heap was, as often as it is looked at until it need not go on: what is left when garbage is gone. */
async function lowestHeapBytes(relay: ServedRelay, goesOn: () => boolean): Promise<number> {
  let lowest = Number.POSITIVE_INFINITY;
  while (goesOn()) {
    lowest = Math.min(lowest, await gauge(relay, 'nodejs_heap_size_used_bytes'));
    await delay(heapLookEveryMs);
  }
  return lowest;
}

/** Nobody is left: neither sockets nor sessions. */
async function untilAlone(relay: ServedRelay): Promise<void> {
  await until('no connection of the fuzzer is left', async () => {
    return (await gauge(relay, 'connections')) === 0 && (await gauge(relay, 'pending_connections')) === 0;
  });
}

interface Spell {
  readonly conversations: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
}

/**
 * Talks for so long, and tells what memory the relay had then. The last conversations end seconds later (half a request is
 * closed by the relay's timeouts alone), so the time of each spell begins with it.
 */
async function fuzz(relay: ServedRelay, identity: FuzzIdentity, chance: Chance, spellMs: number): Promise<Spell> {
  const untilMs = performance.now() + spellMs;
  const lowest = lowestHeapBytes(relay, () => performance.now() < untilMs);
  let conversations = 0;
  const talkers = Array.from({ length: talkersAtOnce }, async (_, talker) => {
    const converse = talker % 2 === 0 ? frameConversation : httpConversation;
    // Each has a chance of its own, so that what it says does not depend on when the others speak.
    const own = createChance(createRandom(chance.below(2 ** 31)));
    while (performance.now() < untilMs) {
      await say(relay.url, converse(identity, own), own);
      conversations += 1;
    }
  });
  await Promise.all(talkers);
  return { conversations, rssBytes: readRssBytes(relay.process.pid), heapBytes: await lowest };
}

describe('FAULTS 33: garbage on the port', { timeout: seconds * 1000 + 120_000 }, () => {
  it(`for ${seconds} s, frames and HTTP: no crash, no bug in the log, no leak, and others notice nothing (seed ${seed})`, async () => {
    const limits = { auth_deadline: '1s', auth_failures: 'unlimited' };
    await using relay = await startServe({ limits, args: ['--log-level', 'warn'] });
    const others = await openRoom(relay);
    const own = await openRoom(relay, { connections: 'unlimited', idle_timeout: '3s' });
    const identity = { url: relay.url, authKey: own.authKey, deviceToken: await own.token('fuzz-1') };
    const chance = createChance(createRandom(seed));
    let isOver = false;
    const undisturbed = talkUndisturbed(others, () => !isOver);
    const spellMs = (seconds * 1000) / 3;
    // Compiled code and caches are there after the first of three spells.
    const warmUp = await fuzz(relay, identity, chance, spellMs);
    const early = await fuzz(relay, identity, chance, spellMs);
    const late = await fuzz(relay, identity, chance, spellMs);
    isOver = true;
    const told = await undisturbed;
    await untilAlone(relay);
    const spells = [warmUp, early, late];
    const inMebibytes = (name: 'rssBytes' | 'heapBytes') => spells.map((spell) => Math.round(spell[name] / mebibyte));
    process.stdout.write(
      `fuzz, seed ${seed}: ${spells.reduce((sum, { conversations }) => sum + conversations, 0)} conversations, ${told} messages of others; MiB after each third: RSS ${inMebibytes('rssBytes')}, heap ${inMebibytes('heapBytes')}\n`,
    );
    expect(late.rssBytes - warmUp.rssBytes).toBeLessThan(memoryGrowthBytesMax);
    expect(late.heapBytes - early.heapBytes).toBeLessThan(heapGrowthBytesMax);
    expect(await relay.stop()).toMatchObject({ code: 0 });
    const log = relay.process.stderr.text().trim().split('\n').filter(Boolean);
    expect(log.filter((line) => JSON.parse(line).level >= errorLevel)).toEqual([]);
  });
});
