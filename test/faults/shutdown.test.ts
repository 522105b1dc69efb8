import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTemporaryFolder, type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { callApi } from '../e2e/contract/http-api.ts';
import { flagged, numbered } from '../e2e/contract/queueing.ts';
import { openRoom, roomOf, settle } from '../e2e/contract/test-room.ts';
import { until } from '../e2e/contract/until.ts';
import { openRawWebSocket } from '../e2e/raw-websocket.ts';
import { load, openReceiptSender, roomy } from './receipts.ts';

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

  it('answers who waits over HTTP for a delivery with what is known', async () => {
    const room = await openRoom(relay);
    const asked = ['first', 'second'].map((n) =>
      callApi(relay, '/api/messages/?wait=delivered&timeout=60s', {
        key: room.authKey,
        method: 'POST',
        body: { target: 'away', n },
      }),
    );
    await room.untilWaiting('away', 2);
    const stopped = relay.stop('SIGTERM');
    for (const answer of await Promise.all(asked)) {
      expect(answer).toEqual({ status: 200, body: { status: 'queued', target: 'away' } });
    }
    expect(await stopped).toMatchObject({ code: 0 });
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

  it('under load: exits 0 within 10 s, every client is told 1001, and no queued receipt is without its message', async () => {
    const room = await openRoom(relay, roomy);
    const senders = await Promise.all(Array.from({ length: 20 }, (_, n) => openReceiptSender(room, `sender-${n}`)));
    const queued = new Set<string>();
    const busy = Promise.withResolvers<void>();
    const loads = senders.map((sender, n) =>
      load(sender, `${n}`, {
        targets: [`away-${n % 4}`],
        window: 50,
        text: 'x'.repeat(300),
        onTold({ id, state }) {
          expect(state).toBe('queued');
          queued.add(id);
          if (queued.size === 2000) busy.resolve();
        },
      }),
    );
    await busy.promise;
    const startedMs = performance.now();
    expect(await relay.stop('SIGTERM')).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(await Promise.all(loads)).toEqual(senders.map(() => 1001));

    await using next = await startServe({ dataDir });
    const kept = new Set<string>();
    for (let n = 0; n < 4; n += 1) {
      const after = roomOf(next, room.user, room.authKey);
      await using client = await after.controller(`away-${n}`);
      client.sendJson({ target: `away-${n}`, _id: 'last' });
      for (let { _id } = await client.nextJson(); _id !== 'last'; { _id } = await client.nextJson())
        kept.add(String(_id));
    }
    expect([...queued.difference(kept)]).toEqual([]);
  });
});
