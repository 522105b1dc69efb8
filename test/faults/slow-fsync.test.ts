import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { openRoom, type TestRoom } from '../e2e/contract/test-room.ts';
import { makeTemporaryFolder } from '../e2e/watched-process.ts';
import { hasTool } from '../tools.ts';
import { load, openReceiptSender, roomy } from './receipts.ts';
import { buildShim } from './shims.ts';

/** Messages under way at a time: as many can share one fsync. */
const window = 500;
const messages = 5000;
const targets = ['t0', 't1', 't2', 't3'];
const p99MsMax = 20;
/** The figure is about the relay: of a machine that is busy with other things, the quietest try counts. */
const triesMax = 5;
/** What a machine that is busy with other things may add between two measurements. */
const machineMs = 10;

let folder: string;
beforeEach(() => {
  folder = makeTemporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A number of `GET /metrics`; the event loop's are those since the last time that it was asked for. */
async function readMetrics(relay: ServedRelay): Promise<(name: string) => number> {
  const text = await (await fetch(`${relay.http}/metrics`)).text();
  return (name) => {
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
    if (line === undefined) throw new Error(`there is no metric ${name}`);
    return Number(line.slice(name.length + 1));
  };
}

/** One live message after another to oneself, until told to stop; the times that they took, in milliseconds. */
async function pingThroughRoom(room: TestRoom, goesOn: () => boolean): Promise<number[]> {
  await using client = await room.controller('live');
  const timesMs: number[] = [];
  while (goesOn()) {
    const startedMs = performance.now();
    client.sendText('{"target":"live"}');
    expect(await client.nextText()).toBe('{"target":"live"}');
    timesMs.push(performance.now() - startedMs);
  }
  return timesMs.sort((one, other) => one - other);
}

interface Measured {
  readonly eventLoopP99Ms: number;
  readonly liveP99Ms: number;
  readonly commits: number;
}

/** Queues messages with receipts at full speed, while live messages pass in the same room. */
async function measure(relay: ServedRelay): Promise<Measured> {
  const room = await openRoom(relay, roomy);
  await using sender = await openReceiptSender(room);
  const before = await readMetrics(relay);
  let told = 0;
  const live = pingThroughRoom(room, () => told < messages);
  await load(sender, 'm', {
    targets,
    window,
    onTold({ state }) {
      expect(state).toBe('queued');
      told += 1;
    },
    goesOn: () => told < messages - window,
  });
  told = messages;
  const timesMs = await live;
  const after = await readMetrics(relay);
  const commits = 'softlab_relay_store_commit_seconds_count';
  return {
    eventLoopP99Ms: after('softlab_relay_event_loop_delay_seconds{quantile="0.99"}') * 1000,
    liveP99Ms: timesMs[Math.floor(timesMs.length * 0.99)] ?? Number.POSITIVE_INFINITY,
    commits: after(commits) - before(commits),
  };
}

/** The same load on a disk that is not slow, and on the slow one. */
interface Try {
  readonly control: Measured;
  readonly measured: Measured;
}

/** Whether the event loop and live messages are hardly later than on a disk that is not slow, at the least in some tries. */
function isQuiet(tries: readonly Try[]): boolean {
  return [(one: Measured) => one.eventLoopP99Ms, (one: Measured) => one.liveP99Ms].every((figure) => {
    const least = (which: (one: Try) => Measured) => Math.min(...tries.map((one) => figure(which(one))));
    return least((one) => one.measured) < Math.max(p99MsMax, least((one) => one.control) + machineMs);
  });
}

describe.runIf(hasTool('cc'))('FAULTS 12: a disk whose fsync is slow', () => {
  it.each([5, 50])('%i ms: live messages pass undisturbed, receipts share commits', async (delayMs) => {
    const env = { LD_PRELOAD: buildShim('disk', folder), FSYNC_DELAY_MS: String(delayMs) };
    await using slow = await startServe({ env });
    await using quick = await startServe();
    const tries: Try[] = [];
    while (!isQuiet(tries)) {
      if (tries.length === triesMax) expect.fail(`late in every try: ${JSON.stringify(tries)}`);
      const [control, measured] = [await measure(quick), await measure(slow)];
      // A commit holds what came while the one before it was synced: here all that may be under way, or nearly.
      expect(measured.commits).toBeLessThan(messages / (window / 10));
      tries.push({ control, measured });
    }
  });
});
