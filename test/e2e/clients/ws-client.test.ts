/**
 * Clients written with recent versions of the library ws end a connection on which 60 pings wait for the answers that the library
 * gives by itself: whoever reads much at once must not meet more of them (PROTOCOL A4: any client answers by itself).
 */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { login, openRoom, settle, type TestRoom } from '../contract/test-room.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
let room: TestRoom;
beforeAll(async () => {
  relay = await startServe();
  room = await openRoom(relay, { queue_messages: '5000', message_rate: 'unlimited', message_burst: 'unlimited' });
});
afterAll(() => relay[Symbol.asyncDispose]());

/** A client as its user would write it; `received` counts messages, `closed` says how it ended. */
async function connect(id: string, extensions?: readonly string[]) {
  const socket = new WebSocket(relay.url);
  const texts: string[] = [];
  let waiter: { readonly count: number; resolve(): void } | undefined;
  socket.on('message', (data) => {
    texts.push(String(data));
    if (waiter !== undefined && texts.length >= waiter.count) waiter.resolve();
  });
  const closed = once(socket, 'close').then(([code]) => Number(code));
  await once(socket, 'open');
  socket.send(
    JSON.stringify({ auth_key: room.authKey, sender: id, ...(extensions === undefined ? {} : { extensions }) }),
  );
  return {
    socket,
    texts,
    /** Resolves with the texts when there are so many; rejects when the connection ends before. */
    async until(count: number): Promise<readonly string[]> {
      const enough = Promise.withResolvers<void>();
      waiter = { count, resolve: enough.resolve };
      if (texts.length >= count) enough.resolve();
      const ended = closed.then((code) => {
        throw new Error(`closed with ${code} after ${texts.length} messages`);
      });
      await Promise.race([enough.promise, ended]);
      return texts;
    },
    async close(): Promise<void> {
      socket.close();
      await closed;
    },
  };
}

describe('a client written with ws', () => {
  it.each([
    ['the published contract', undefined],
    ['acks', ['acks']],
  ])('reads a long queue in one go, with %s', async (_, extensions) => {
    const messages = 3000;
    const id = `reader-${extensions?.[0] ?? 'plain'}`;
    await using sender = await room.controller('filler');
    for (let n = 0; n < messages; n++) sender.sendText(`{"target":"${id}","n":${n}}`);
    await room.untilWaiting(id, messages);
    const client = await connect(id, extensions);
    const texts = await client.until(1 + messages);
    expect(texts.slice(1).map((text) => JSON.parse(text).n)).toEqual(Array.from({ length: messages }, (_, n) => n));
    await client.close();
  });

  it('was busy while messages with receipts came one by one, and reads them then', async () => {
    const messages = 300;
    const client = await connect('busy');
    await client.until(1);
    client.socket.pause();
    await using sender = await login(relay.url, { auth_key: room.authKey, sender: 'asker', extensions: ['receipts'] });
    for (let n = 0; n < messages; n++) {
      sender.sendJson({ target: 'busy', _id: `m-${n}` });
      // The answer comes in another tick, so that each message has one of its own.
      await settle(sender);
    }
    client.socket.resume();
    await client.until(1 + messages);
    for (let n = 0; n < messages; n++)
      expect(await sender.nextJson()).toMatchObject({ status: 'delivered', _id: `m-${n}` });
    await client.close();
  });
});
