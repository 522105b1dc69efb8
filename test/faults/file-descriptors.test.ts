import { describe, expect, it } from 'vitest';
import { startServe } from '../e2e/built-relay.ts';
import { flagged, numbered } from '../e2e/contract/queueing.ts';
import { openRoom, settle } from '../e2e/contract/test-room.ts';
import { until } from '../e2e/contract/until.ts';
import { openSocket } from '../e2e/raw-upgrade.ts';
import { openRawWebSocket, type RawWebSocket } from '../e2e/raw-websocket.ts';

const descriptors = 120;

describe('FAULTS 26: a relay that may have 120 file descriptors', () => {
  it('serves who is connected while it can take nobody else, and takes everybody again when there is room', async () => {
    await using relay = await startServe({ through: ['prlimit', `--nofile=${descriptors}`] });
    const room = await openRoom(relay);
    await using sender = await room.controller('sender');
    await using worker = await room.device('worker');

    const crowd = await Promise.allSettled(Array.from({ length: 3 * descriptors }, () => openRawWebSocket(relay.url)));
    const inside: RawWebSocket[] = [];
    for (const one of crowd) if (one.status === 'fulfilled') inside.push(one.value);
    expect(inside.length).toBeGreaterThan(20);
    expect(inside.length).toBeLessThan(descriptors);
    await expect(openRawWebSocket(relay.url)).rejects.toThrow();

    sender.sendText('{"target":"worker","n":1}');
    expect(await worker.nextText()).toBe('{"target":"worker","n":1}');
    // What is queued must be written, without a descriptor to open anything.
    for (const text of numbered('away', 0, 50)) sender.sendText(text);
    await settle(sender);

    for (const client of inside) client.destroy();
    await Promise.all(inside.map((client) => client.gone));
    await using away = await until('somebody can log in again', () => room.controller('away').catch(() => undefined));
    for (const text of numbered('away', 0, 50)) expect(await away.nextText()).toBe(flagged(text));
    await room.untilWaiting('away', 0);
    await settle(worker);
    expect(await relay.stop()).toMatchObject({ code: 0 });
  });

  /** Resolves when the relay has ended the connection. */
  async function openSilent(url: string): Promise<unknown> {
    const socket = await openSocket(url);
    socket.on('error', () => {}).resume();
    return new Promise((resolve) => socket.once('close', resolve));
  }

  it.each([
    ['say nothing', async (url: string) => ({ gone: openSilent(url).catch(() => {}) })],
    ['upgrade and say nothing more', openRawWebSocket],
  ])('and is met by sockets that %s has them all back in time', async (_, open) => {
    const limits = { auth_deadline: '1s' };
    await using relay = await startServe({ limits, through: ['prlimit', `--nofile=${descriptors}`] });
    const room = await openRoom(relay);
    const silent = await Promise.allSettled(Array.from({ length: 2 * descriptors }, () => open(relay.url)));
    let left = 0;
    for (const one of silent) {
      if (one.status === 'rejected') continue;
      left += 1;
      one.value.gone.then(() => {
        left -= 1;
      });
    }
    expect(left).toBeGreaterThan(20);
    await until('the relay has closed them all', () => left === 0);
    await using client = await room.controller('client');
    await settle(client);
  });
});
