import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { opcodes } from '../raw-frame.ts';
import { callApi, callApiOk } from './http-api.ts';
import { openRoom } from './test-room.ts';

describe('PROTOCOL A5 and C: presence', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe();
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it('a client is online while its session is open', async () => {
    const room = await openRoom(relay);
    await room.token('worker');
    expect(await room.presence('worker')).toStrictEqual({ worker: 'offline' });
    await using worker = await room.device('worker');
    expect(await room.presence('worker')).toStrictEqual({ worker: 'online' });
    worker.sendClose(1000);
    await room.untilPresence('worker', 'offline');
  });

  it('a client that drops its connection is offline', async () => {
    const room = await openRoom(relay);
    const worker = await room.device('worker');
    worker.destroy();
    await room.untilPresence('worker', 'offline');
  });

  it('answers what was asked for, ids that do not exist included', async () => {
    const room = await openRoom(relay);
    await using commander = await room.controller('commander');
    const answer = await room.presence('commander', 'never-seen', '日本 🙂', '__proto__', 'a/b&c');
    expect(Object.entries(answer).sort()).toEqual([
      ['__proto__', 'offline'],
      ['a/b&c', 'offline'],
      ['commander', 'online'],
      ['never-seen', 'offline'],
      ['日本 🙂', 'offline'],
    ]);
    expect(commander.pingsReceived).toBe(0);
  });

  it('answers all known clients of the room when asked for none: registered, connected, or with something waiting', async () => {
    const room = await openRoom(relay);
    const stranger = await openRoom(relay);
    await using other = await stranger.controller('of another room');
    await room.token('registered');
    await using commander = await room.controller('commander');
    commander.sendText('{"target":"awaited"}');
    await room.untilWaiting('awaited', 1);
    expect(await room.presence()).toStrictEqual({ registered: 'offline', commander: 'online', awaited: 'offline' });
    expect(other.pingsReceived).toBe(0);
  });

  it('ids of another room are offline like those that do not exist', async () => {
    const [red, blue] = [await openRoom(relay), await openRoom(relay)];
    await using client = await blue.device('blue-device');
    expect(await red.presence('blue-device', 'nobody')).toStrictEqual({ 'blue-device': 'offline', nobody: 'offline' });
    expect(await red.presence()).toStrictEqual({});
    client.destroy();
  });

  it.each([
    ['/api/presence/?devices=a,b', { a: 'offline', b: 'offline' }],
    ['/api/presence?devices=a,b', { a: 'offline', b: 'offline' }],
    ['/api/presence/?devices=a%2Cb', { a: 'offline', b: 'offline' }],
    ['/api/presence/?devices=a', { a: 'offline' }],
    ['/api/presence/?devices=%E6%97%A5', { 日: 'offline' }],
    ['/api/presence', {}],
  ])('may be asked as %s', async (path, expected) => {
    const room = await openRoom(relay);
    expect(await callApiOk(relay, path, { key: room.authKey })).toStrictEqual(expected);
  });

  it('may be asked with a device token', async () => {
    const room = await openRoom(relay);
    await using worker = await room.device('worker');
    const answer = await callApiOk(relay, '/api/presence/?devices=worker', { key: await room.token('worker') });
    expect(answer).toStrictEqual({ worker: 'online' });
    worker.destroy();
  });

  it.each([
    ['no key', {}],
    ['a wrong key', { key: 'wrong' }],
    ['a key in another scheme', { headers: { authorization: 'Basic eDp5' } }],
  ])('is not told with %s', async (_, request) => {
    const answer = await callApi(relay, '/api/presence/?devices=a', request);
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ status: 'error', code: expect.any(String), message: expect.any(String) });
  });
});

describe('PROTOCOL A5: who is silent', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe({ limits: { ping_after: '200ms', silent_after: '500ms' } });
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it('is pinged, is offline while nothing is heard, and online again with its next word', async () => {
    const room = await openRoom(relay);
    await using worker = await room.device('worker', { answersPings: false });
    expect((await worker.nextFrame()).opcode).toBe(opcodes.ping);
    await room.untilPresence('worker', 'offline');
    worker.sendText('{"target":"nobody"}');
    await room.untilPresence('worker', 'online');
  });

  it.each([
    ['a pong that nobody asked for', { opcode: opcodes.pong }],
    ['a ping', { opcode: opcodes.ping }],
    ['a mistake', { opcode: opcodes.text, payload: 'nonsense' }],
    ['binary', { opcode: opcodes.binary, payload: 'nonsense' }],
    ['the first part of a message', { opcode: opcodes.text, payload: '{"target":', fin: false }],
  ])('is heard by %s', async (_, frame) => {
    const room = await openRoom(relay);
    await using worker = await room.device('worker', { answersPings: false });
    await room.untilPresence('worker', 'offline');
    worker.sendFrame(frame);
    await room.untilPresence('worker', 'online');
  });
});
