import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import type { RawWebSocket } from '../raw-websocket.ts';
import { flagged, numbered, queue } from './queueing.ts';
import { openRoom, settle } from './test-room.ts';

let relay: ServedRelay;
beforeAll(async () => {
  relay = await startServe();
});
afterAll(() => relay[Symbol.asyncDispose]());

describe('PROTOCOL A4: a message to a target that is not online', () => {
  it('is delivered at its next login, after the answer to the credentials, in order and flagged', async () => {
    const room = await openRoom(relay);
    await queue(room, 'worker', numbered('worker', 0, 20));
    await using worker = await room.device('worker');
    for (const text of numbered('worker', 0, 20)) expect(await worker.nextText()).toBe(flagged(text));
  });

  it.each([
    ['at the end', '{"target":"away","n":1}', '{"target":"away","n":1,"_offline_queued":true}'],
    ['before white space that ends the message', '{"target":"away"}\n ', '{"target":"away","_offline_queued":true}\n '],
    ['behind white space before the brace', '{"target":"away"\n}', '{"target":"away"\n,"_offline_queued":true}'],
    [
      'once, where a payload ends in braces',
      '{"target":"away","a":{}}',
      '{"target":"away","a":{},"_offline_queued":true}',
    ],
    [
      'in place of what its sender wrote',
      '{"_offline_queued":false,"target":"away"}',
      '{"_offline_queued":true,"target":"away"}',
    ],
    [
      'in place of an object, with its white space left',
      '{"_offline_queued" : {"a":[1,"}"]} ,"target":"away"}',
      '{"_offline_queued" : true ,"target":"away"}',
    ],
    [
      'in place of a key with escapes',
      '{"target":"away","\\u005foffline_queued":"no"}',
      '{"target":"away","\\u005foffline_queued":true}',
    ],
    [
      'at the top alone',
      '{"target":"away","a":{"_offline_queued":false}}',
      '{"target":"away","a":{"_offline_queued":false},"_offline_queued":true}',
    ],
  ])('gets its flag %s and is otherwise as it was sent', async (_, sent, delivered) => {
    const room = await openRoom(relay);
    await queue(room, 'away', [sent]);
    await using away = await room.controller('away');
    expect(await away.nextText()).toBe(delivered);
  });

  it('has one meaning of the flag, also where its sender wrote it twice', async () => {
    const room = await openRoom(relay);
    await queue(room, 'away', ['{"_offline_queued":1,"target":"away","_offline_queued":false}']);
    await using away = await room.controller('away');
    const text = await away.nextText();
    expect(text.match(/_offline_queued/g)).toHaveLength(2);
    expect(JSON.parse(text)).toStrictEqual({ target: 'away', _offline_queued: true });
  });

  it('waits for any client id, registered or never seen', async () => {
    const room = await openRoom(relay);
    for (const id of ['never-seen', 'a b', '日本 🙂', '__proto__', '"\\']) {
      await queue(room, id, numbered(id, 0, 1));
      await using client = await room.controller(id);
      expect(await client.nextText()).toBe(flagged(numbered(id, 0, 1)[0] ?? ''));
    }
  });

  it('is not answered where it was taken', async () => {
    const room = await openRoom(relay);
    await using sender = await room.controller('sender');
    for (const text of numbered('away', 0, 10)) sender.sendText(text);
    await room.untilWaiting('away', 10);
    await settle(sender);
  });

  it('is followed by live messages, which carry no flag', async () => {
    const room = await openRoom(relay);
    await queue(room, 'worker', numbered('worker', 0, 3));
    await using sender = await room.controller('sender');
    await using worker = await room.device('worker');
    for (const text of numbered('worker', 0, 3)) expect(await worker.nextText()).toBe(flagged(text));
    await room.untilWaiting('worker', 0);
    sender.sendText('{"target":"worker","live":true}');
    expect(await worker.nextText()).toBe('{"target":"worker","live":true}');
  });

  it('keeps its order with everything else for that target while it comes and goes', async () => {
    const room = await openRoom(relay, { queue_messages: 'unlimited', message_rate: 'unlimited' });
    await using sender = await room.controller('sender');
    let next = 0;
    const send = (count: number) => {
      for (const end = next + count; next < end; next++) sender.sendJson({ target: 'worker', n: next });
    };
    const received: { n: number; flagged: boolean }[] = [];
    const receive = async (worker: RawWebSocket) => {
      const message = await worker.nextJson().catch(() => undefined);
      if (message !== undefined) received.push({ n: Number(message.n), flagged: message._offline_queued === true });
      return message !== undefined;
    };
    const mustArrive: number[] = [];

    for (let round = 0; round < 8; round++) {
      const worker = await room.device('worker');
      for (let count = 0; count < 60; count++) {
        send(3);
        await receive(worker);
      }
      worker.destroy();
      await worker.gone;
      // What it had taken and answered for before it went has arrived as well.
      for (let isMore = true; isMore; ) isMore = await receive(worker);
      await room.untilPresence('worker', 'offline');
      mustArrive.push(...Array.from({ length: 50 }, (_, index) => next + index));
      send(50);
    }
    await using worker = await room.device('worker');
    while (received.at(-1)?.n !== next - 1) await receive(worker);

    const firstDeliveries = [...new Set(received.map((message) => message.n))];
    expect(firstDeliveries).toEqual([...firstDeliveries].sort((a, b) => a - b));
    expect(mustArrive.filter((n) => !firstDeliveries.includes(n)).join()).toBe('');
    const repeated = received.filter((message, at) => received.findIndex((other) => other.n === message.n) < at);
    expect(repeated.filter((message) => !message.flagged)).toEqual([]);
  });
});

describe('PROTOCOL A4: what waits too long', () => {
  it('is gone after queue_ttl', async () => {
    const room = await openRoom(relay, { queue_ttl: '300ms' });
    await using sender = await room.controller('sender');
    for (const text of numbered('away', 0, 3)) sender.sendText(text);
    await settle(sender);
    await room.untilWaiting('away', 0);
    await using away = await room.controller('away');
    await settle(away);
  });
});
