import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { flagged, numbered, queue } from '../e2e/contract/queueing.ts';
import { openRoom, settle } from '../e2e/contract/test-room.ts';
import { opcodes, readClose } from '../e2e/raw-frame.ts';
import { openRawWebSocket, type RawWebSocket } from '../e2e/raw-websocket.ts';

const racers = 500;

let relay: ServedRelay;
beforeAll(async () => {
  relay = await startServe();
});
afterAll(() => relay[Symbol.asyncDispose]());

/** Reads until the close, or until a message that ends the test. */
async function readUntilEnd(
  client: RawWebSocket,
): Promise<{ readonly texts: readonly string[]; readonly close?: number }> {
  const texts: string[] = [];
  for (;;) {
    const frame = await client.nextFrame();
    if (frame.opcode === opcodes.close) return { texts, close: readClose(frame).code };
    if (frame.opcode !== opcodes.text) continue;
    const text = frame.payload.toString();
    if (text.includes('"last":true')) return { texts };
    texts.push(text);
  }
}

describe('FAULTS 13: a second login with the same id', () => {
  it('gets what waits, also where the older one had it and did not confirm it, and gets it once', async () => {
    const room = await openRoom(relay);
    await queue(room, 'same', numbered('same', 0, 5));
    await using first = await room.device('same', { answersPings: false });
    for (const text of numbered('same', 0, 5)) expect(await first.nextText()).toBe(flagged(text));
    await using second = await room.device('same');
    for (const text of numbered('same', 0, 5)) expect(await second.nextText()).toBe(flagged(text));
    await room.untilWaiting('same', 0);
    await settle(second);
    expect(await first.nextJson()).toMatchObject({ code: 'replaced' });
    expect((await first.nextClose()).code).toBe(4009);
  });

  it(`${racers} that race leave one session, and what waited is with one of them, in order, and with the last complete`, async () => {
    // Every session that is replaced counts as a delivery without proof.
    const room = await openRoom(relay, { queue_attempts: 'unlimited' });
    const token = await room.token('same');
    await queue(room, 'same', numbered('same', 0, 20));
    const clients = await Promise.all(Array.from({ length: racers }, () => openRawWebSocket(relay.url)));
    for (const client of clients) client.sendJson({ device_token: token });
    const endings = clients.map(readUntilEnd);
    const replaced = endings.map(async (ending) => (await ending).close === 4009);
    // The last one is told from the others by what it gets: their close is on its way, or here.
    await room.untilWaiting('same', 0);
    await using sender = await room.controller('sender');
    sender.sendText('{"target":"same","last":true}');
    expect((await Promise.all(replaced)).filter(Boolean)).toHaveLength(racers - 1);
    const all = await Promise.all(endings);
    const expected = numbered('same', 0, 20).map(flagged);
    const got = new Set<string>();
    for (const { texts } of all) {
      const queued = texts.filter((text) => text.includes('"n":'));
      for (const text of queued) got.add(text);
      // A part of the queue from somewhere on, nothing left out and nothing twice.
      const from = expected.indexOf(queued[0] ?? '');
      expect(queued).toEqual(queued.length === 0 ? [] : expected.slice(from, from + queued.length));
    }
    expect([...got].sort()).toEqual([...expected].sort());
    for (const client of clients) client.destroy();
  });
});
