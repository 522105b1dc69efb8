import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { nextPing } from '../e2e/contract/queueing.ts';
import { createRandom } from '../e2e/contract/random.ts';
import { openRoom } from '../e2e/contract/test-room.ts';
import { opcodes } from '../e2e/raw-frame.ts';
import type { RawWebSocket } from '../e2e/raw-websocket.ts';
import { load, openReceiptSender, roomy } from './receipts.ts';

const seed = Number(process.env.DRAIN_SEED ?? Date.now() % 1_000_000);
const messages = 2000;

let relay: ServedRelay;
beforeAll(async () => {
  relay = await startServe();
});
afterAll(() => relay[Symbol.asyncDispose]());

/** The next message; pings before it are answered. */
async function nextAnsweringPings(client: RawWebSocket): Promise<Readonly<Record<string, unknown>>> {
  for (;;) {
    const { opcode, payload } = await client.nextFrame();
    if (opcode === opcodes.ping) client.sendFrame({ opcode: opcodes.pong, payload });
    else return JSON.parse(payload.toString());
  }
}

const numberOf = (id: unknown) => Number(String(id).split('-')[1]);

describe('FAULTS 14: a queue that is handed over', () => {
  it('is followed by what comes live meanwhile, in the order sent', async () => {
    const room = await openRoom(relay, roomy);
    await using sender = await openReceiptSender(room);
    let sent = 0;
    await load(sender, 'm', { targets: ['pump'], window: 200, text: 'x'.repeat(500), goesOn: () => sent++ < messages });
    await using pump = await room.controller('pump');
    for (let n = messages; n < messages + 500; n += 1) sender.send('pump', `m-${n}`);
    let flaggedUntil = -1;
    let liveFrom = Number.POSITIVE_INFINITY;
    for (let n = 0; n < messages + 500; n += 1) {
      const message = await pump.nextJson();
      expect(numberOf(message._id)).toBe(n);
      if (message._offline_queued === true) flaggedUntil = n;
      else liveFrom = Math.min(liveFrom, n);
    }
    expect(flaggedUntil).toBeLessThan(liveFrom);
    expect(flaggedUntil).toBeGreaterThanOrEqual(messages - 1);
  });

  it(`goes on at the next login where its socket died: nothing missing, in order, every time (seed ${seed})`, async () => {
    const random = createRandom(seed);
    const room = await openRoom(relay, { ...roomy, queue_attempts: 'unlimited' });
    await using sender = await openReceiptSender(room);
    let sent = 0;
    await load(sender, 'm', { targets: ['pump'], window: 200, text: 'x'.repeat(500), goesOn: () => sent++ < messages });
    let next = 0;
    let deaths = 0;
    while (next < messages) {
      // Pings are answered where they are read, so that what was not read is not confirmed either.
      const pump = await room.controller('pump', { answersPings: false });
      const reads = 1 + Math.floor(random() * 400);
      let expected: number | undefined;
      for (let n = 0; n < reads && next < messages; n += 1) {
        const message = await nextAnsweringPings(pump);
        const number = numberOf(message._id);
        // It begins at the latest with the first that nobody has had, and leaves nothing out.
        if (expected === undefined) expect(number).toBeLessThanOrEqual(next);
        else expect(number).toBe(expected);
        expect(message._offline_queued).toBe(true);
        expected = number + 1;
        next = Math.max(next, expected);
      }
      deaths += 1;
      if (next < messages) pump.destroy();
      else {
        pump.sendFrame({ opcode: opcodes.pong, payload: await nextPing(pump) });
        await room.untilWaiting('pump', 0);
      }
      await pump[Symbol.asyncDispose]();
    }
    expect(deaths).toBeGreaterThan(5);
  });
});
