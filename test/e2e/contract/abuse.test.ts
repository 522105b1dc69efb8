import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { closePayload, type FrameOptions, opcodes, writeFrame } from '../raw-frame.ts';
import { openSocket, writeUpgrade } from '../raw-upgrade.ts';
import { openRawWebSocket, type RawWebSocket } from '../raw-websocket.ts';
import { openRoom, settle, type TestRoom } from './test-room.ts';

let relay: ServedRelay;
let room: TestRoom;
let witness: RawWebSocket;
beforeAll(async () => {
  relay = await startServe();
  room = await openRoom(relay, { message_rate: 'unlimited', user_message_rate: 'unlimited' });
  witness = await room.controller('witness');
});
afterAll(() => relay[Symbol.asyncDispose]());

/** Whatever was done to the relay: it serves others, and none of it reached them. */
async function expectUndisturbed(): Promise<void> {
  await settle(witness);
}

describe('FAULTS 20: sizes', () => {
  it.each([2n ** 63n, 2n ** 63n - 1n, 2n ** 64n - 1n, 2n ** 32n, 262_145n])(
    'a frame that declares %i bytes is 1009 by its header alone',
    async (declaredLength) => {
      await using client = await room.controller('client');
      client.sendFrame({ opcode: opcodes.text, declaredLength });
      expect((await client.closeAfterAll()).code).toBe(1009);
      await client.gone;
      await expectUndisturbed();
    },
  );

  it('the same before the credentials', async () => {
    await using client = await openRawWebSocket(relay.url);
    client.sendFrame({ opcode: opcodes.text, declaredLength: 2n ** 63n });
    expect((await client.closeAfterAll()).code).toBe(1009);
    await client.gone;
  });

  it('2,000 fragments of one byte are 1008', async () => {
    await using client = await room.controller('client');
    const text = '{"target":"witness","x":"'.padEnd(2000, 'x');
    client.sendFrame({ opcode: opcodes.text, payload: text.slice(0, 1), fin: false });
    for (const payload of text.slice(1)) client.sendFrame({ opcode: opcodes.continuation, payload, fin: false });
    expect((await client.closeAfterAll()).code).toBe(1008);
    await client.gone;
    await expectUndisturbed();
  });
});

describe('FAULTS 21: what RFC 6455 forbids', () => {
  const mistakes: readonly (readonly [string, readonly FrameOptions[], number])[] = [
    ['a frame without a mask', [{ opcode: opcodes.text, payload: '{"target":"witness"}', masked: false }], 1002],
    ['RSV1 without compression', [{ opcode: opcodes.text, payload: '{"target":"witness"}', rsv: 4 }], 1002],
    ['RSV2', [{ opcode: opcodes.text, payload: '{"target":"witness"}', rsv: 2 }], 1002],
    ['RSV3', [{ opcode: opcodes.text, payload: '{"target":"witness"}', rsv: 1 }], 1002],
    ['RSV in a ping', [{ opcode: opcodes.ping, rsv: 4 }], 1002],
    ['an opcode that is no data', [{ opcode: 3, payload: '{"target":"witness"}' }], 1002],
    ['an opcode that is no control', [{ opcode: 15 }], 1002],
    ['a ping of 126 bytes', [{ opcode: opcodes.ping, payload: 'x'.repeat(126) }], 1002],
    ['a ping in fragments', [{ opcode: opcodes.ping, fin: false }], 1002],
    ['a continuation of nothing', [{ opcode: opcodes.continuation, payload: '{"target":"witness"}' }], 1002],
    [
      'a text inside a fragmented text',
      [
        { opcode: opcodes.text, payload: '{"target":', fin: false },
        { opcode: opcodes.text, payload: '{"target":"witness"}' },
      ],
      1002,
    ],
    ['a close of one byte', [{ opcode: opcodes.close, payload: 'x' }], 1002],
    ['a close with 999', [{ opcode: opcodes.close, payload: closePayload(999) }], 1002],
    ['a close with 1005', [{ opcode: opcodes.close, payload: closePayload(1005) }], 1002],
    ['a close with 65535', [{ opcode: opcodes.close, payload: closePayload(65_535) }], 1002],
    [
      'a close whose reason is no UTF-8',
      [{ opcode: opcodes.close, payload: Buffer.concat([closePayload(1000), Buffer.from([0xff])]) }],
      1007,
    ],
    ['a byte that is never UTF-8', [{ opcode: opcodes.text, payload: Buffer.from([0xff]) }], 1007],
    ['a surrogate in UTF-8', [{ opcode: opcodes.text, payload: Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]) }], 1007],
    ['an overlong slash', [{ opcode: opcodes.text, payload: Buffer.from([0x22, 0xc0, 0xaf, 0x22]) }], 1007],
    ['a character cut off at the end', [{ opcode: opcodes.text, payload: Buffer.from([0x22, 0xe2, 0x82]) }], 1007],
  ];

  it.each(mistakes)('%s closes the connection and goes to nobody', async (_, frames, code) => {
    await using client = await room.controller('client');
    for (const frame of frames) client.sendFrame(frame);
    expect((await client.closeAfterAll()).code).toBe(code);
    await client.gone;
    await expectUndisturbed();
  });

  it('a message whose text is cut inside a character by its fragments is whole', async () => {
    await using client = await room.controller('client');
    const bytes = Buffer.from('{"target":"client","s":"🙂"}');
    client.sendFrame({ opcode: opcodes.text, payload: bytes.subarray(0, 26), fin: false });
    client.sendFrame({ opcode: opcodes.continuation, payload: bytes.subarray(26) });
    expect(await client.nextText()).toBe(bytes.toString());
  });

  it('a byte order mark is a bad_message', async () => {
    await using client = await room.controller('client');
    client.sendFrame({ opcode: opcodes.text, payload: Buffer.from('\ufeff{"target":"witness"}') });
    expect(await client.nextJson()).toMatchObject({ code: 'bad_message' });
    await expectUndisturbed();
  });

  it('a close is answered with a close, and nothing behind it is taken', async () => {
    await using client = await room.controller('client');
    client.sendClose(1000, 'done');
    client.sendText('{"target":"witness"}');
    expect((await client.nextClose()).code).toBe(1000);
    await client.gone;
    await expectUndisturbed();
  });

  it('a ping is answered with its own payload', async () => {
    await using client = await room.controller('client');
    client.sendFrame({ opcode: opcodes.ping, payload: 'x'.repeat(125) });
    for (let frame = await client.nextFrame(); ; frame = await client.nextFrame()) {
      if (frame.opcode !== opcodes.pong) continue;
      expect(frame.payload.toString()).toBe('x'.repeat(125));
      break;
    }
  });
});

/** Sends these bytes and resolves with everything that came until the relay closed the connection. */
async function talk(socket: Socket, bytes: string): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  socket.write(bytes);
  if (!socket.closed) await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}

describe('FAULTS 22: HTTP that is too much or too slow', { timeout: 60_000 }, () => {
  const slowIsClosedWithinMs = 5000;

  it('2,000 headers are 431', async () => {
    const headers = Array.from({ length: 2000 }, (_, n) => `X-${n}: ${n}\r\n`).join('');
    const answer = await talk(await openSocket(relay.url), `GET /ws/connect/ HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    await expectUndisturbed();
  });

  it.each([
    ['says nothing', ''],
    ['sends half a request', 'GET /ws/connect/ HTTP/1.1\r\nHost: x\r\n'],
    ['sends half a body', 'POST /api/devices/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{'],
  ])('who %s is closed within 5 s', async (_, bytes) => {
    const startedMs = performance.now();
    const answer = await talk(await openSocket(relay.url), bytes);
    expect(performance.now() - startedMs).toBeLessThan(slowIsClosedWithinMs);
    expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    await expectUndisturbed();
  });

  it('who drips bytes is closed within 5 s too', async () => {
    const startedMs = performance.now();
    const socket = await openSocket(relay.url);
    const dripping = setInterval(() => socket.write('X-Slow: 1\r\n'), 50);
    const answer = await talk(socket, 'GET /ws/connect/ HTTP/1.1\r\nHost: x\r\n').finally(() =>
      clearInterval(dripping),
    );
    expect(performance.now() - startedMs).toBeLessThan(slowIsClosedWithinMs);
    expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    await expectUndisturbed();
  });

  it.each([
    ['garbage', '\u0000\u0001\u0002\u0003 garbage\r\n\r\n'],
    ['another protocol', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001'],
    ['a version of HTTP that does not exist', 'GET / HTTP/9.9\r\n\r\n'],
    ['a length that is none', 'POST /api/devices/ HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
  ])('%s is answered with 400 or not at all', async (_, bytes) => {
    const answer = await talk(await openSocket(relay.url), bytes);
    expect(answer).toMatch(/^(HTTP\/1\.1 (400|505) |$)/);
    await expectUndisturbed();
  });

  it.each(['/api/devices/', '/api/devices/x/token', '/api/messages/', '/api/admin/users/', '/api/admin/backup/', '/x'])(
    'a body for %s without a key is refused before it comes',
    async (path) => {
      const socket = await openSocket(relay.url);
      socket.on('error', () => {});
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{`,
      );
      const [answer]: unknown[] = await once(socket, 'data');
      socket.destroy();
      expect(String(answer)).toMatch(/^HTTP\/1\.1 401 /);
    },
  );

  it('a body that is larger than any request needs is 413', async () => {
    const response = await fetch(`${relay.http}/api/devices/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${room.authKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ device: 'x'.repeat(200_000) }),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ status: 'error' });
  });
});

describe('FAULTS 19: a sender that never reads its answers', { timeout: 60_000 }, () => {
  /** Whether the bytes leave for the relay while it answers somebody else two hundred times. */
  async function areTaken(client: RawWebSocket, bytes: Buffer): Promise<boolean> {
    let taken = false;
    const sending = client.sendBytes(bytes).then(() => {
      taken = true;
    });
    sending.catch(() => {});
    for (let turn = 0; turn < 200 && !taken; turn++) await settle(witness);
    return taken;
  }

  it('is not read any more until it does, and then misses none of them', async () => {
    await using client = await room.controller('client');
    client.pause();
    const mistake = writeFrame({ opcode: opcodes.text, payload: JSON.stringify({ target: 'x'.repeat(1000) }) });
    const batch = Buffer.concat(Array.from({ length: 100 }, () => mistake));
    const batchesMax = 2000;
    let batches = 1;
    while (batches < batchesMax && (await areTaken(client, batch))) batches += 1;
    expect(batches).toBeLessThan(batchesMax);
    client.resume();
    for (let answers = 0; answers < batches * 100; answers++) {
      expect((await client.nextJson()).code).toBe('invalid_target');
    }
    await settle(client);
  });
});

describe('many at once', () => {
  it('connections that come and go in every state leave nothing behind', async () => {
    const before = await fetch(`${relay.http}/healthz`);
    expect(before.status).toBe(200);
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        Array.from({ length: 40 }, async (_, n) => {
          const socket = await openSocket(relay.url);
          socket.on('error', () => {});
          if (n % 4 === 1) socket.write('GET /ws/');
          if (n % 4 === 2) socket.write(writeUpgrade(relay.url).text);
          if (n % 4 === 3) {
            const client = await room.controller(`client-${n}`);
            client.sendFrame({ opcode: opcodes.text, payload: '{', fin: false });
            client.destroy();
          }
          socket.destroy();
        }),
      );
      await expectUndisturbed();
    }
    for (let n = 3; n < 40; n += 4) await room.untilPresence(`client-${n}`, 'offline');
  });
});
