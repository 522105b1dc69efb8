import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTemporaryFolder, type ServedRelay, startServe } from '../built-relay.ts';
import { openRawWebSocket } from '../raw-websocket.ts';
import { flagged, numbered } from './queueing.ts';
import { openRoom, roomOf, settle } from './test-room.ts';
import { until } from './until.ts';

let folder: string;
let dataDir: string;
beforeEach(() => {
  folder = makeTemporaryFolder();
  dataDir = join(folder, 'data');
  return () => rmSync(folder, { recursive: true, force: true });
});

describe('FAULTS 16: SIGTERM', { timeout: 60_000 }, () => {
  let relay: ServedRelay;
  beforeEach(async () => {
    relay = await startServe({ dataDir });
  });
  afterEach(() => relay[Symbol.asyncDispose]());

  it('closes every client with 1001 and exits 0', async () => {
    const room = await openRoom(relay);
    const clients = [
      await room.controller('controller'),
      await room.device('device'),
      await openRawWebSocket(relay.url),
    ];
    const closes = clients.map((client) => client.nextClose());
    const exit = await relay.stop('SIGTERM');
    expect((await Promise.all(closes)).map((close) => close.code)).toEqual([1001, 1001, 1001]);
    expect(exit).toMatchObject({ code: 0, signal: null });
  });

  it('commits first what was taken from the clients', async () => {
    const room = await openRoom(relay, { queue_messages: 'unlimited', message_rate: 'unlimited' });
    const sender = await room.controller('sender');
    for (const text of numbered('away', 0, 2000)) sender.sendText(text);
    await settle(sender);
    expect(await relay.stop('SIGTERM')).toMatchObject({ code: 0 });

    await using next = await startServe({ dataDir });
    await using away = await roomOf(next, room.user, room.authKey).controller('away');
    for (const text of numbered('away', 0, 2000)) expect(await away.nextText()).toBe(flagged(text));
  });

  it('takes nothing in half: what is under way is there in full and in order, or not at all', async () => {
    const room = await openRoom(relay, { queue_messages: 'unlimited', message_rate: 'unlimited' });
    const sender = await room.controller('sender');
    for (const text of numbered('away', 0, 5000)) sender.sendText(text);
    expect(await relay.stop('SIGTERM')).toMatchObject({ code: 0 });

    await using next = await startServe({ dataDir });
    const after = roomOf(next, room.user, room.authKey);
    const waiting = await after.waiting('away');
    await using away = await after.controller('away');
    for (const text of numbered('away', 0, waiting)) expect(await away.nextText()).toBe(flagged(text));
    await after.untilWaiting('away', 0);
    await settle(away);
  });

  it('says that it is not ready and takes no new sockets while it drains', async () => {
    const room = await openRoom(relay);
    expect((await fetch(`${relay.http}/readyz`)).status).toBe(200);
    // Who does not answer the close keeps the relay draining for a moment.
    await using stubborn = await room.controller('stubborn', { answersClose: false });
    relay.process.kill('SIGTERM');
    expect((await stubborn.nextClose()).code).toBe(1001);
    const answer = await fetch(`${relay.http}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ status: 'error', message: expect.any(String) });
    await expect(openRawWebSocket(relay.url)).rejects.toMatchObject({ name: 'UpgradeRefusedError', status: 503 });
    expect(await relay.process.exited).toMatchObject({ code: 0 });
  });

  it('sent twice exits at once', async () => {
    const room = await openRoom(relay, { idle_timeout: 'unlimited' });
    await using stubborn = await room.controller('stubborn', { answersClose: false });
    relay.process.kill('SIGTERM');
    expect((await stubborn.nextClose()).code).toBe(1001);
    relay.process.kill('SIGTERM');
    await until('a new relay can have the folder, or the first exited', async () => {
      await relay.process.exited;
      return true;
    });
    await using next = await startServe({ dataDir });
    expect(next.bootstrap).toBeUndefined();
  });

  it('leaves a folder that a new relay goes on with: users, keys and tokens are those of before', async () => {
    const room = await openRoom(relay);
    const token = await room.token('device');
    await relay.stop('SIGTERM');
    await using next = await startServe({ dataDir });
    expect(next.bootstrap).toBeUndefined();
    const after = roomOf(next, room.user, room.authKey);
    await using controller = await after.controller('controller');
    await using device = await openRawWebSocket(next.url);
    device.sendJson({ device_token: token });
    expect(await device.nextJson()).toStrictEqual({ status: 'authenticated', client_id: 'device' });
    controller.sendText('{"target":"device"}');
    expect(await device.nextText()).toBe('{"target":"device"}');
  });
});
