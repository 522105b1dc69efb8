/** FAULTS 19, over HTTP: who asks without a pause waits for the answers. Times are lower bounds, which a busy machine only exceeds. */
import { rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates } from '../../client/certificates.ts';
import { hasTool } from '../../tools.ts';
import { makeTemporaryFolder, type ServedRelay, startServe } from '../built-relay.ts';
import { opcodes, writeFrame } from '../raw-frame.ts';
import { openSocket, writeUpgrade } from '../raw-upgrade.ts';
import { openRoom } from './test-room.ts';

let relay: ServedRelay;
beforeAll(async () => {
  relay = await startServe();
});
afterAll(() => relay[Symbol.asyncDispose]());

/**
 * At the rate that is answered as it comes half a second has 1,250 requests; each 16 of the rest waited a tenth of a second.
 */
const durationMsMin = 500;
const atOnce = 16;
const oneRequest = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';

/** Reads the statuses of so many answers, or of those that come before the connection ends. */
async function readStatuses(socket: Socket, count: number): Promise<number[]> {
  const statuses: number[] = [];
  let text = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += chunk.toString('latin1');
    statuses.splice(0, Infinity, ...[...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status)));
    if (statuses.length >= count) break;
  }
  return statuses;
}

/** Sends these requests on one connection, as many at once as may be; their statuses, and how long all of them took. */
async function ask(request: string, count: number) {
  const socket = await openSocket(relay.url);
  const startMs = performance.now();
  const statuses: number[] = [];
  while (statuses.length < count) {
    socket.write(request.repeat(atOnce));
    statuses.push(...(await readStatuses(socket, atOnce)));
  }
  socket.destroy();
  return { statuses, durationMs: performance.now() - startMs };
}

describe('requests without a pause', () => {
  it('are all answered, and not as fast as they come', async () => {
    const room = await openRoom(relay);
    const list = `GET /api/devices/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${room.authKey}\r\n\r\n`;
    const { statuses, durationMs } = await ask(list, 1600);
    expect(statuses).toEqual(Array(1600).fill(200));
    expect(durationMs).toBeGreaterThan(durationMsMin);
    // Messages do not wait for those who ask.
    await using sender = await room.controller('sender');
    await using pump = await room.controller('pump');
    sender.sendText('{"target":"pump","n":1}');
    expect(await pump.nextText()).toBe('{"target":"pump","n":1}');
  });

  it('for messages over the rate are told so, and not as fast as they come', async () => {
    const room = await openRoom(relay, { user_message_rate: '1' });
    const body = '{"target":"nobody"}';
    const post = `POST /api/messages/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${room.authKey}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const { statuses, durationMs } = await ask(post, 1600);
    expect(statuses).toHaveLength(1600);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(durationMs).toBeGreaterThan(durationMsMin);
  });
});

describe('requests at once on one connection', () => {
  it(`are answered, up to ${atOnce} of them, and so are more behind the answers`, async () => {
    const { statuses } = await ask(oneRequest, 3 * atOnce);
    expect(statuses).toEqual(Array(3 * atOnce).fill(200));
  });

  /** Sends one more than may be, and reads what comes until the end of the connection. */
  async function expectRefusal(socket: Socket): Promise<void> {
    socket.write(oneRequest.repeat(atOnce + 1));
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    expect(answer).toMatch(/^HTTP\/1\.1 429 /);
    const message = expect.stringContaining('more than 16 requests at once');
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
    expect(body).toEqual({ status: 'error', code: 'rate_limited', message });
  }

  it('beyond that are refused together, in words, by the end of the connection', async () => {
    await expectRefusal(await openSocket(relay.url));
  });

  it.runIf(hasTool('openssl'))('beyond that are refused over TLS as well', async () => {
    const { ca, cert, key } = makeCertificates(['IP:127.0.0.1']);
    const folder = makeTemporaryFolder();
    for (const [name, text] of Object.entries({ cert, key })) writeFileSync(join(folder, name), text);
    await using overTls = await startServe({
      args: ['--tls-cert', join(folder, 'cert'), '--tls-key', join(folder, 'key')],
    });
    await expectRefusal(await openSocket(overTls.url, ca));
    rmSync(folder, { recursive: true });
  });

  it('are counted as requests, not as what is in a message', async () => {
    const room = await openRoom(relay);
    await using pump = await room.controller('pump');
    const message = JSON.stringify({ target: 'pump', lines: Array(100).fill('GET / HTTP/1.1\r\n') });
    const headers = { authorization: `Bearer ${room.authKey}` };
    const answer = await fetch(`${relay.http}/api/messages/`, { method: 'POST', headers, body: message });
    expect(answer.status).toBe(200);
    expect(await pump.nextText()).toBe(message);
  });

  it('may be followed by an upgrade, and then by whatever bytes, since those are no HTTP', async () => {
    const room = await openRoom(relay, { message_rate: 'unlimited', user_message_rate: 'unlimited' });
    await using pump = await room.controller('pump');
    const { text } = writeUpgrade(relay.url);
    const socket = await openSocket(relay.url);
    socket.write(oneRequest.repeat(atOnce));
    expect(await readStatuses(socket, atOnce)).toEqual(Array(atOnce).fill(200));
    socket.write(text);
    expect(await readStatuses(socket, 1)).toEqual([101]);
    const login = writeFrame({
      opcode: opcodes.text,
      payload: JSON.stringify({ auth_key: room.authKey, sender: 'desk' }),
    });
    socket.write(login);
    const send = (payload: string) =>
      socket.write(writeFrame({ opcode: opcodes.text, payload, maskingKey: Buffer.alloc(4) }));
    send(`{"target":"pump",${'HTTP/1.1\r\n'.repeat(100)}}`);
    // For longer than a connection is kept that is to be ended.
    for (const startMs = performance.now(); performance.now() - startMs < 700; ) {
      send('{"target":"pump"}');
      expect(await pump.nextText()).toBe('{"target":"pump"}');
    }
    socket.destroy();
  });
});
