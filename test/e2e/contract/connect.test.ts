import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { opcodes, writeFrame } from '../raw-frame.ts';
import { openSocket, readHead, writeUpgrade } from '../raw-upgrade.ts';
import { openRawWebSocket, type RawWebSocket } from '../raw-websocket.ts';
import { callApi } from './http-api.ts';

describe('PROTOCOL A1: one endpoint for everyone', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe();
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  const credentials = (sender: string) => ({ auth_key: relay.bootstrap?.authKey, sender });
  async function expectLogin(client: RawWebSocket, sender: string): Promise<void> {
    client.sendJson(credentials(sender));
    expect(await client.nextJson()).toEqual({ status: 'authenticated', client_id: sender });
  }

  it.each([
    ['with its trailing slash', '/ws/connect/'],
    ['without its trailing slash', '/ws/connect'],
    ['with a query string, which is ignored', '/ws/connect/?token=x&sender=y'],
    ['without the slash and with a query string', '/ws/connect?x'],
  ])('is reached %s', async (_, path) => {
    await using client = await openRawWebSocket(relay.http.replace('http', 'ws') + path);
    await expectLogin(client, 'c');
  });

  it.each(['/', '/ws/', '/ws/connect/more', '/ws/connects/', '/healthz'])('is not at %s', async (path) => {
    const opened = openRawWebSocket(relay.http.replace('http', 'ws') + path);
    await expect(opened).rejects.toMatchObject({ name: 'UpgradeRefusedError', status: 404 });
  });

  it('uses no subprotocol, also when one is offered', async () => {
    await using client = await openRawWebSocket(relay.url, { headers: { 'Sec-WebSocket-Protocol': 'mqtt, x' } });
    expect(client.headers['sec-websocket-protocol']).toBeUndefined();
    await expectLogin(client, 'c');
  });

  it('uses no compression, also when it is offered', async () => {
    const offer = 'permessage-deflate; client_max_window_bits';
    await using client = await openRawWebSocket(relay.url, { headers: { 'Sec-WebSocket-Extensions': offer } });
    expect(client.headers['sec-websocket-extensions']).toBeUndefined();
    await expectLogin(client, 'c');
  });

  it.each(['http://evil.example', 'null', 'file://', 'http://127.0.0.1'])('takes any Origin: %s', async (Origin) => {
    await using client = await openRawWebSocket(relay.url, { headers: { Origin } });
    await expectLogin(client, 'c');
  });

  it.each([
    ['an unknown version', { 'Sec-WebSocket-Version': '12' }],
    ['no version', { 'Sec-WebSocket-Version': undefined }],
    ['no key', { 'Sec-WebSocket-Key': undefined }],
    ['a key of the wrong length', { 'Sec-WebSocket-Key': 'AAAA' }],
  ])('refuses an upgrade with %s', async (_, headers) => {
    const refused: unknown = await openRawWebSocket(relay.url, { headers }).catch((error) => error);
    expect(refused).toMatchObject({ name: 'UpgradeRefusedError' });
    expect(refused).toHaveProperty(
      'status',
      expect.toSatisfy((status: number) => status >= 400 && status < 500),
    );
  });

  it('answers a request without an upgrade with an error in JSON', async () => {
    const answer = await callApi(relay, '/ws/connect/');
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body).toMatchObject({ status: 'error', code: expect.any(String), message: expect.any(String) });
  });

  it('loses nothing that comes in one packet with the upgrade', async () => {
    const socket = await openSocket(relay.url);
    const upgrade = Buffer.from(writeUpgrade(relay.url).text);
    const first = writeFrame({ opcode: opcodes.text, payload: JSON.stringify(credentials('c')) });
    const second = writeFrame({ opcode: opcodes.text, payload: '{"target":"c","n":1}' });
    socket.write(Buffer.concat([upgrade, first, second]));
    const chunks: Buffer[] = [(await readHead(socket)).rest];
    const received = () => Buffer.concat(chunks).toString();
    for await (const chunk of socket) {
      chunks.push(chunk);
      if (received().includes('"n":1}')) break;
    }
    expect(received()).toMatch(/"status":"authenticated".*\{"target":"c","n":1\}/s);
    socket.destroy();
  });

  it('takes what comes byte by byte', async () => {
    await using client = await openRawWebSocket(relay.url);
    const payload = JSON.stringify(credentials('c'));
    for (const byte of writeFrame({ opcode: opcodes.text, payload })) await client.sendBytes(Buffer.from([byte]));
    expect(await client.nextJson()).toEqual({ status: 'authenticated', client_id: 'c' });
  });
});

describe('PROTOCOL A1: a relay that was given a list of origins', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe({ args: ['--origin', 'https://a.example', '--origin', 'https://b.example'] });
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it.each(['https://a.example', 'https://b.example'])('takes %s', async (Origin) => {
    await using client = await openRawWebSocket(relay.url, { headers: { Origin } });
    expect(client.headers.upgrade?.toLowerCase()).toBe('websocket');
  });

  it.each(['https://c.example', 'http://a.example', 'https://a.example:444', 'https://a.example.evil.example', 'null'])(
    'refuses %s with 403',
    async (Origin) => {
      const opened = openRawWebSocket(relay.url, { headers: { Origin } });
      await expect(opened).rejects.toMatchObject({ name: 'UpgradeRefusedError', status: 403 });
    },
  );
});
