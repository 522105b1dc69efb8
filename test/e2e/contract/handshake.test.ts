import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { opcodes } from '../raw-frame.ts';
import { openRawWebSocket, type RawWebSocket } from '../raw-websocket.ts';
import { callApiOk } from './http-api.ts';
import { openRoom, settle, type TestRoom } from './test-room.ts';

describe('PROTOCOL A2: the first message must be credentials', () => {
  let relay: ServedRelay;
  let room: TestRoom;
  beforeAll(async () => {
    relay = await startServe({ limits: { auth_failures: 'unlimited' } });
    room = await openRoom(relay);
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  async function authenticate(credentials: unknown): Promise<string> {
    await using client = await openRawWebSocket(relay.url);
    client.sendText(typeof credentials === 'string' ? credentials : JSON.stringify(credentials));
    return await client.nextText();
  }

  /** Sends a first message and expects one error and the close that belongs to it. */
  async function expectRefusal(send: (client: RawWebSocket) => void, code: string, close: number): Promise<string> {
    await using client = await openRawWebSocket(relay.url);
    send(client);
    const error = await client.nextJson();
    expect(error).toMatchObject({ status: 'error', code, message: expect.any(String) });
    expect((await client.nextClose()).code).toBe(close);
    await client.gone;
    return String(error.message);
  }

  it('a controller names itself and is told its name, in these two keys and no other', async () => {
    const answer = await authenticate({ auth_key: room.authKey, sender: 'my_controller_id' });
    expect(JSON.parse(answer)).toStrictEqual({ status: 'authenticated', client_id: 'my_controller_id' });
  });

  it('a device is told the id that was assigned with its token', async () => {
    const answer = await authenticate({ device_token: await room.token('my-device') });
    expect(JSON.parse(answer)).toStrictEqual({ status: 'authenticated', client_id: 'my-device' });
  });

  it('a device cannot name itself: its sender is not looked at', async () => {
    const answer = await authenticate({ device_token: await room.token('named'), sender: 'somebody,else' });
    expect(JSON.parse(answer)).toStrictEqual({ status: 'authenticated', client_id: 'named' });
  });

  it('a device_token wins over an auth_key beside it', async () => {
    const device_token = await room.token('winner');
    const answer = await authenticate({ auth_key: room.authKey, sender: 'loser', device_token });
    expect(JSON.parse(answer)).toStrictEqual({ status: 'authenticated', client_id: 'winner' });
    const wrong = JSON.stringify({ auth_key: room.authKey, sender: 'loser', device_token: 'wrong' });
    await expectRefusal((client) => client.sendText(wrong), 'invalid_credentials', 4003);
  });

  it.each([
    ['escapes', '"\\u0061uth_key"'],
    ['other fields around', '"x":{"auth_key":1},"auth_key"'],
    ['white space around', ' \r\n\t"auth_key" '],
  ])('credentials may have %s', async (_, key) => {
    const answer = await authenticate(`{${key}:${JSON.stringify(room.authKey)},"sender":"c"}`);
    expect(JSON.parse(answer)).toStrictEqual({ status: 'authenticated', client_id: 'c' });
  });

  it('credentials may come in fragments', async () => {
    await using client = await openRawWebSocket(relay.url);
    const text = JSON.stringify({ auth_key: room.authKey, sender: 'fragments' });
    client.sendFrame({ opcode: opcodes.text, payload: text.slice(0, 20), fin: false });
    client.sendFrame({ opcode: opcodes.ping, payload: 'in between' });
    client.sendFrame({ opcode: opcodes.continuation, payload: text.slice(20) });
    expect(await client.nextJson()).toStrictEqual({ status: 'authenticated', client_id: 'fragments' });
  });

  it('what follows the credentials at once is handled after them, in order', async () => {
    await using client = await openRawWebSocket(relay.url);
    client.sendJson({ auth_key: room.authKey, sender: 'eager' });
    for (let n = 0; n < 10; n++) client.sendJson({ target: 'eager', n });
    expect(await client.nextJson()).toStrictEqual({ status: 'authenticated', client_id: 'eager' });
    for (let n = 0; n < 10; n++) expect(await client.nextJson()).toStrictEqual({ target: 'eager', n });
  });

  it('no credentials are looked at afterwards', async () => {
    await using client = await room.controller('once');
    client.sendJson({ target: 'once', auth_key: 'wrong', device_token: 'wrong', sender: 'somebody else' });
    const message = await client.nextJson();
    expect(message).toStrictEqual({
      target: 'once',
      auth_key: 'wrong',
      device_token: 'wrong',
      sender: 'somebody else',
    });
    client.sendJson({ auth_key: 'wrong', sender: 'once' });
    expect(await client.nextJson()).toMatchObject({ status: 'error', code: 'missing_target' });
    await settle(client);
  });

  it.each(['[]', '"text"', '1', 'null', 'true', 'hello', '{', '{"auth_key":', '\ufeff{}', '{} {}', ''])(
    'a first message that is no JSON object is a bad_message: %j',
    async (text) => {
      await expectRefusal((client) => client.sendText(text), 'bad_message', 4000);
    },
  );

  it('a binary first message is a bad_message', async () => {
    const payload = JSON.stringify({ auth_key: room.authKey, sender: 'c' });
    await expectRefusal((client) => client.sendFrame({ opcode: opcodes.binary, payload }), 'bad_message', 4000);
  });

  it.each([
    '{}',
    '{"sender":"c"}',
    '{"auth_key":"KEY"}',
    '{"auth_key":"KEY","sender":null}',
    '{"auth_key":"KEY","sender":7}',
    '{"auth_key":null,"sender":"c"}',
    '{"auth_key":["KEY"],"sender":"c"}',
    '{"device_token":null}',
    '{"device_token":7,"auth_key":"KEY","sender":"c"}',
    '{"__proto__":{"auth_key":"KEY","sender":"c"}}',
    '{"credentials":{"auth_key":"KEY","sender":"c"}}',
    '{"action":"ping"}',
    '{"target":"c","n":1}',
  ])('what is missing or no string is missing_credentials: %s', async (template) => {
    const text = template.replace('KEY', room.authKey);
    await expectRefusal((client) => client.sendText(text), 'missing_credentials', 4001);
  });

  it.each([
    ['no key at all', () => ''],
    ['a key that was never made', () => 'rly_master_0000000000000000_0000000000000000000000000000000000000000000'],
    ['a key of another shape', () => 'password'],
    [
      'a right key with its last character changed',
      () => room.authKey.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    ],
    ['a right key with something behind it', () => `${room.authKey} `],
    ['a right key in other letters', () => room.authKey.toUpperCase()],
    ['an admin key', () => relay.bootstrap?.adminKey],
    ['a device token', () => room.token('token-as-key')],
  ])('as auth_key, %s is invalid_credentials', async (_, key) => {
    const text = JSON.stringify({ auth_key: await key(), sender: 'c' });
    await expectRefusal((client) => client.sendText(text), 'invalid_credentials', 4003);
  });

  it.each([
    ['no token at all', () => ''],
    ['a token that was never made', () => 'rly_device_0000000000000000_0000000000000000000000000000000000000000000'],
    ['a master key', () => room.authKey],
    ['an admin key', () => relay.bootstrap?.adminKey],
  ])('as device_token, %s is invalid_credentials', async (_, token) => {
    const text = JSON.stringify({ device_token: token() });
    await expectRefusal((client) => client.sendText(text), 'invalid_credentials', 4003);
  });

  it('the answer is the same for an unknown and a revoked token', async () => {
    const revoked = await room.token('revoked');
    await callApiOk(relay, '/api/devices/revoked', { method: 'DELETE', key: room.authKey });
    const unknown = 'rly_device_0000000000000000_0000000000000000000000000000000000000000000';
    const [first, second] = await Promise.all(
      [revoked, unknown].map((device_token) =>
        expectRefusal((client) => client.sendJson({ device_token }), 'invalid_credentials', 4003),
      ),
    );
    expect(first).toBe(second);
    expect(first).not.toContain(revoked);
  });

  it.each([
    'x',
    'x'.repeat(128),
    'é'.repeat(64),
    '🙂'.repeat(32),
    'a b',
    'a/b?c=d&e#f',
    '../..',
    '__proto__',
    'constructor',
    '"',
    '\\',
    '日本',
  ])('a client id may be %j', async (sender) => {
    const answer = await authenticate({ auth_key: room.authKey, sender });
    expect(JSON.parse(answer)).toStrictEqual({ status: 'authenticated', client_id: sender });
  });

  it.each([
    '',
    ' ',
    ' a',
    'a ',
    'a,b',
    ',',
    'a\nb',
    '\u0000',
    'a\u007f',
    'a\u0085',
    'x'.repeat(129),
    'é'.repeat(65),
    '🙂'.repeat(33),
    '\ud800',
  ])('a client id may not be %j', async (sender) => {
    await expectRefusal((client) => client.sendJson({ auth_key: room.authKey, sender }), 'invalid_client_id', 4004);
  });

  it('what is refused is never forwarded, nor what comes behind it', async () => {
    await using witness = await room.controller('witness');
    await using client = await openRawWebSocket(relay.url);
    client.sendJson({ target: 'witness', from: 'a stranger' });
    client.sendJson({ auth_key: room.authKey, sender: 'late' });
    client.sendJson({ target: 'witness', from: 'a latecomer' });
    expect(await client.nextJson()).toMatchObject({ code: 'missing_credentials' });
    expect((await client.nextClose()).code).toBe(4001);
    await client.gone;
    expect(await room.presence('late')).toEqual({ late: 'offline' });
    await settle(witness);
  });
});
