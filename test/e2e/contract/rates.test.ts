import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { opcodes, writeFrame } from '../raw-frame.ts';
import type { RawWebSocket } from '../raw-websocket.ts';
import { openRoom, settle } from './test-room.ts';
import { until } from './until.ts';

let relay: ServedRelay;
beforeAll(async () => {
  relay = await startServe();
});
afterAll(() => relay[Symbol.asyncDispose]());

/** Counts what came of `sent` messages until each was either delivered to its sender or told to be refused. */
async function account(client: RawWebSocket, sent: number): Promise<{ delivered: number[]; refused: number }> {
  const delivered: number[] = [];
  let refused = 0;
  while (delivered.length + refused < sent) {
    const message = await client.nextJson();
    if (message.status === undefined) delivered.push(Number(message.n));
    else {
      expect(message).toMatchObject({ status: 'error', code: 'rate_limited', count: expect.any(Number) });
      refused += Number(message.count);
    }
  }
  return { delivered, refused };
}

/** Sends as fast as the relay takes it until it closes with 4129; answers how many messages were told to be over the rate. */
async function floodUntilClosed(client: RawWebSocket): Promise<number> {
  const message = writeFrame({ opcode: opcodes.text, payload: `{"target":"nobody","filler":"${'x'.repeat(100)}"}` });
  const batch = Buffer.concat(Array.from({ length: 1000 }, () => message));
  let isOver = false;
  const sending = (async () => {
    while (!isOver) await client.sendBytes(batch);
  })();
  // It ends with the connection.
  sending.catch(() => {});
  let refused = 0;
  try {
    for (;;) {
      const frame = await client.nextFrame();
      if (frame.opcode === opcodes.close) {
        expect(frame.payload.readUInt16BE(0)).toBe(4129);
        return refused;
      }
      if (frame.opcode === opcodes.text) refused += Number(JSON.parse(frame.payload.toString()).count ?? 0);
    }
  } finally {
    isOver = true;
  }
}

describe('PROTOCOL D: message rates', () => {
  const flood = (client: RawWebSocket, target: string, count: number) => {
    for (let n = 0; n < count; n++) client.sendJson({ target, n });
  };

  it('a burst is taken whole', async () => {
    const room = await openRoom(relay, { message_rate: '1', message_burst: '300' });
    await using client = await room.controller('client');
    flood(client, 'client', 300);
    for (let n = 0; n < 300; n++) expect(await client.nextJson()).toStrictEqual({ target: 'client', n });
  });

  it('what is over it is not taken, is told with its count, and the connection stays open', async () => {
    const room = await openRoom(relay, { message_rate: '5', message_burst: '100' });
    await using client = await room.controller('client');
    flood(client, 'client', 400);
    const { delivered, refused } = await account(client, 400);
    expect(delivered.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(delivered).toEqual([...delivered].sort((a, b) => a - b));
    expect(refused).toBeGreaterThan(200);
    await until('a message is taken again', async () => {
      client.sendText('{"target":"client","again":true}');
      return (await client.nextJson()).again === true;
    });
  });

  it("all of a user's connections together have one too", async () => {
    const room = await openRoom(relay, {
      message_rate: 'unlimited',
      message_burst: 'unlimited',
      user_message_rate: '50',
    });
    await using first = await room.controller('first');
    await using second = await room.controller('second');
    flood(first, 'first', 1000);
    flood(second, 'second', 1000);
    const [one, two] = [await account(first, 1000), await account(second, 1000)];
    expect(one.refused + two.refused).toBeGreaterThan(0);
    const other = await openRoom(relay);
    await using undisturbed = await other.controller('undisturbed');
    flood(undisturbed, 'undisturbed', 500);
    for (let n = 0; n < 500; n++) expect(await undisturbed.nextJson()).toMatchObject({ n });
  });

  it('what is no message counts as well: errors and pings of the contract are not free', async () => {
    const room = await openRoom(relay, { message_rate: '1', message_burst: '50' });
    await using client = await room.controller('client');
    for (let n = 0; n < 100; n++) client.sendText(n % 2 === 0 ? '{"action":"ping"}' : 'nonsense');
    const limited = await until('something is refused', async () => {
      const answer = await client.nextJson();
      return answer.code === 'rate_limited' && answer;
    });
    expect(limited.count).toBeGreaterThan(0);
  });

  it('unlimited has none', async () => {
    const room = await openRoom(relay, {
      message_rate: 'unlimited',
      message_burst: 'unlimited',
      user_message_rate: 'unlimited',
    });
    await using client = await room.controller('client');
    flood(client, 'client', 15_000);
    for (let n = 0; n < 15_000; n++) expect((await client.nextJson()).n).toBe(n);
  });

  it('10 s over it without a pause closes with 4129', { timeout: 60_000 }, async () => {
    const room = await openRoom(relay, { message_rate: '10', message_burst: '10' });
    await using client = await room.controller('client');
    const flooding = setInterval(() => flood(client, 'nobody', 20), 20);
    let code: unknown;
    try {
      const close = await client.closeAfterAll();
      code = close.code;
    } finally {
      clearInterval(flooding);
    }
    expect(code).toBe(4129);
  });

  it('pings are no messages: thousands at once are told no error, and each gets its pong in the end', async () => {
    const room = await openRoom(relay);
    await using client = await room.controller('client');
    const ping = writeFrame({ opcode: opcodes.ping, payload: 'p' });
    await client.sendBytes(Buffer.concat(Array.from({ length: 5000 }, () => ping)));
    for (let pongs = 0; pongs < 5000; pongs++) {
      expect(await client.nextFrame()).toMatchObject({ opcode: opcodes.pong, payload: Buffer.from('p') });
    }
    await settle(client);
  });

  it('who sends as fast as it can is told so, read little, and closed with 4129 on every connection', {
    timeout: 60_000,
  }, async () => {
    const room = await openRoom(relay);
    const clients = await Promise.all(['one', 'two', 'three'].map((id) => room.controller(id)));
    const startMs = performance.now();
    const refused = await Promise.all(clients.map((client) => floodUntilClosed(client)));
    const seconds = (performance.now() - startMs) / 1000;
    for (const client of clients) await client[Symbol.asyncDispose]();
    expect(seconds).toBeGreaterThan(9.5);
    expect(seconds).toBeLessThan(20);
    // A relay that reads all of a flood refuses millions.
    expect(refused.reduce((sum, count) => sum + count)).toBeLessThan(20_000 * seconds);
    for (const count of refused) expect(count).toBeGreaterThan(100);
  });
});
