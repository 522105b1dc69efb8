import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { opcodes, writeFrame } from './raw-frame.ts';
import { openRawWebSocket, type RawWebSocket } from './raw-websocket.ts';

/** The instrument of the contract tests is held against a server of known manners. */
describe('the raw WebSocket client', () => {
  let server: WebSocketServer;
  let client: RawWebSocket;
  let peer: WebSocket;

  beforeEach(async () => {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1', verifyClient });
    await once(server, 'listening');
    const connected = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
    client = await openRawWebSocket(address());
    peer = await connected;
    peer.on('error', () => {});
  });
  afterEach(async () => {
    await client[Symbol.asyncDispose]();
    server.close();
  });

  const verifyClient = (info: { req: IncomingMessage }) => info.req.url !== '/refused';
  const address = (path = '/') => `ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const nextAtPeer = () =>
    new Promise<string>((resolve) => peer.once('message', (data: Buffer) => resolve(data.toString())));

  it('sends masked text of every length that has a header of its own', async () => {
    for (const length of [0, 1, 125, 126, 65_535, 65_536, 200_000]) {
      const received = nextAtPeer();
      client.sendText('é'.repeat(length / 2));
      expect(await received).toBe('é'.repeat(length / 2));
    }
  });

  it('reads text of every length, in fragments and with pings in between', async () => {
    for (const length of [0, 125, 126, 65_536]) {
      peer.send('x'.repeat(length));
      expect(await client.nextText()).toHaveLength(length);
    }
    peer.send('{"a":', { fin: false });
    peer.ping();
    peer.send('1}', { fin: true });
    expect(await client.nextJson()).toEqual({ a: 1 });
  });

  it('answers pings by itself until told not to, and shows them', async () => {
    const pong = new Promise<string>((resolve) => peer.once('pong', (data) => resolve(data.toString())));
    peer.ping('first');
    expect(await pong).toBe('first');
    client.answersPings = false;
    peer.ping('second');
    expect((await client.nextFrame()).payload.toString()).toBe('first');
    expect(await client.nextFrame()).toMatchObject({ opcode: opcodes.ping, payload: Buffer.from('second') });
    expect(client.pingsReceived).toBe(2);
  });

  it('sends wrong frames as wrong as they are', async () => {
    const mistakes: readonly (readonly [Parameters<typeof writeFrame>[0], number])[] = [
      [{ opcode: opcodes.text, payload: 'x', masked: false }, 1002],
      [{ opcode: opcodes.text, payload: 'x', rsv: 1 }, 1002],
      [{ opcode: 3, payload: 'x' }, 1002],
      [{ opcode: opcodes.ping, payload: 'x'.repeat(126) }, 1002],
      [{ opcode: opcodes.text, payload: Buffer.from([0xff]) }, 1007],
      [{ opcode: opcodes.text, declaredLength: 2n ** 63n - 1n }, 1009],
    ];
    for (const [mistake, code] of mistakes) {
      const connected = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
      await using wrong = await openRawWebSocket(address());
      (await connected).on('error', () => {});
      wrong.sendFrame(mistake);
      expect(await wrong.nextClose()).toMatchObject({ code });
    }
  });

  it('tells a close with its code and reason, and a message that comes instead', async () => {
    peer.send('last words');
    peer.close(4009, 'by another');
    await expect(client.nextClose()).rejects.toThrow('last words');
    expect(await client.nextClose()).toEqual({ code: 4009, reason: 'by another' });
    await client.gone;
    await expect(client.nextText()).rejects.toThrow('the connection is gone');
  });

  it('tells a connection that ends without a close', async () => {
    peer.terminate();
    await expect(client.nextText()).rejects.toThrow('the connection is gone');
  });

  it('tells a refused upgrade with its status', async () => {
    await expect(openRawWebSocket(address('/refused'))).rejects.toMatchObject({ status: 401, body: 'Unauthorized' });
  });

  it('takes no frame that a server may not send', async () => {
    const socket = Reflect.get(peer, '_socket');
    socket.write(writeFrame({ opcode: opcodes.text, payload: 'masked' }));
    await expect(client.nextText()).rejects.toThrow('only clients mask');
  });
});
