import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { opcodes } from '../raw-frame.ts';
import { openRawWebSocket, type RawWebSocket } from '../raw-websocket.ts';
import { settle } from './test-room.ts';

describe('PROTOCOL A2: the first message is at most 4 KiB', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe();
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  function credentialsOf(bytes: number): string {
    const start = `{"auth_key":${JSON.stringify(relay.bootstrap?.authKey)},"sender":"c","x":"`;
    return `${start.padEnd(bytes - 2, 'x')}"}`;
  }

  it('exactly so many bytes are taken', async () => {
    await using client = await openRawWebSocket(relay.url);
    client.sendText(credentialsOf(4096));
    expect(await client.nextJson()).toStrictEqual({ status: 'authenticated', client_id: 'c' });
  });

  it.each([
    ['one byte more', (client: RawWebSocket) => client.sendText(credentialsOf(4097))],
    [
      'fragments of more together',
      (client: RawWebSocket) => {
        client.sendFrame({ opcode: opcodes.text, payload: 'x'.repeat(4000), fin: false });
        client.sendFrame({ opcode: opcodes.continuation, payload: 'x'.repeat(97) });
      },
    ],
  ])('%s closes with 1009', async (_, send) => {
    await using client = await openRawWebSocket(relay.url);
    send(client);
    expect((await client.closeAfterAll()).code).toBe(1009);
    await client.gone;
  });
});

describe('PROTOCOL A2: the authentication deadline', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe({ limits: { auth_deadline: '300ms' } });
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it.each([
    ['says nothing', () => {}],
    ['sends pings only', (client: RawWebSocket) => client.sendFrame({ opcode: opcodes.ping })],
    [
      'sends half a message',
      (client: RawWebSocket) => client.sendFrame({ opcode: opcodes.text, payload: '{', fin: false }),
    ],
    [
      'sends half a frame',
      (client: RawWebSocket) => client.sendFrame({ opcode: opcodes.text, payload: '{', declaredLength: 100n }),
    ],
  ])('ends with auth_timeout and 4108 for who %s', async (_, send) => {
    await using client = await openRawWebSocket(relay.url);
    send(client);
    expect(await client.nextJson()).toMatchObject({ status: 'error', code: 'auth_timeout' });
    expect((await client.nextClose()).code).toBe(4108);
  });

  it('does not end who is authenticated', async () => {
    await using client = await openRawWebSocket(relay.url);
    await using silent = await openRawWebSocket(relay.url);
    client.sendJson({ auth_key: relay.bootstrap?.authKey, sender: 'c' });
    expect(await client.nextJson()).toMatchObject({ status: 'authenticated' });
    // The other one was opened later; when its deadline has passed, this one's has too.
    expect((await silent.closeAfterAll()).code).toBe(4108);
    await settle(client);
  });
});
