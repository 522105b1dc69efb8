import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { opcodes } from '../raw-frame.ts';
import { flagged, leave, nextPing, numbered, queue } from './queueing.ts';
import { openRoom, settle } from './test-room.ts';

let relay: ServedRelay;
beforeAll(async () => {
  relay = await startServe();
});
afterAll(() => relay[Symbol.asyncDispose]());

describe('PROTOCOL A4: a queued message leaves the queue when its target has it', () => {
  it('which the pong to a ping behind the batch proves', async () => {
    const room = await openRoom(relay);
    await queue(room, 'worker', numbered('worker', 0, 3));
    const first = await room.device('worker', { answersPings: false });
    for (const text of numbered('worker', 0, 3)) expect(await first.nextText()).toBe(flagged(text));
    const ping = await nextPing(first);
    expect(await room.waiting('worker')).toBe(3);
    first.sendFrame({ opcode: opcodes.pong, payload: ping });
    await room.untilWaiting('worker', 0);
    await leave(room, first, 'worker');
    await using second = await room.device('worker');
    await settle(second);
  });

  it('not before: a connection lost without the proof means delivery again', async () => {
    const room = await openRoom(relay);
    await queue(room, 'worker', numbered('worker', 0, 3));
    const first = await room.device('worker', { answersPings: false });
    for (const text of numbered('worker', 0, 3)) expect(await first.nextText()).toBe(flagged(text));
    first.destroy();
    await room.untilPresence('worker', 'offline');
    expect(await room.waiting('worker')).toBe(3);
    await using second = await room.device('worker');
    for (const text of numbered('worker', 0, 3)) expect(await second.nextText()).toBe(flagged(text));
    await room.untilWaiting('worker', 0);
    await settle(second);
  });

  it('not by a pong that answers no ping', async () => {
    const room = await openRoom(relay);
    await queue(room, 'worker', numbered('worker', 0, 1));
    const first = await room.device('worker', { answersPings: false });
    await first.nextText();
    for (const payload of ['', '1', 'beat', '\x7f\x7f\x7f\x7f', 'heartbeat'])
      first.sendFrame({ opcode: opcodes.pong, payload });
    await settle(first);
    await leave(room, first, 'worker');
    expect(await room.waiting('worker')).toBe(1);
  });
});

describe('PROTOCOL A4: a pong confirms every ping before it', { timeout: 60_000 }, () => {
  it('so that a client may answer the latest one alone, as RFC 6455 allows', async () => {
    await using restless = await startServe({ limits: { ping_after: '200ms' } });
    const room = await openRoom(restless);
    await queue(room, 'worker', numbered('worker', 0, 3));
    await using worker = await room.device('worker', { answersPings: false });
    for (const text of numbered('worker', 0, 3)) expect(await worker.nextText()).toBe(flagged(text));
    await nextPing(worker);
    const latest = await nextPing(worker);
    worker.sendFrame({ opcode: opcodes.pong, payload: latest });
    await room.untilWaiting('worker', 0);
  });
});

describe('PROTOCOL A4: delivery without proof', () => {
  it.each([1, 2])('happens at most queue_attempts times: %i', async (attempts) => {
    const room = await openRoom(relay, { queue_attempts: String(attempts) });
    await queue(room, 'worker', numbered('worker', 0, 3));
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const worker = await room.device('worker', { answersPings: false });
      for (const text of numbered('worker', 0, 3)) expect(await worker.nextText()).toBe(flagged(text));
      await leave(room, worker, 'worker');
    }
    await using worker = await room.device('worker');
    await room.untilWaiting('worker', 0);
    await settle(worker);
  });

  it('happens three times unless said', async () => {
    const room = await openRoom(relay);
    await queue(room, 'worker', numbered('worker', 0, 1));
    for (let attempt = 1; attempt <= 3; attempt++) {
      const worker = await room.device('worker', { answersPings: false });
      expect(await worker.nextJson()).toMatchObject({ n: 0, _offline_queued: true });
      await leave(room, worker, 'worker');
    }
    await using worker = await room.device('worker');
    await room.untilWaiting('worker', 0);
    await settle(worker);
  });
});

describe('PROTOCOL A4: what is handed over and not confirmed', () => {
  it('does not hold up live messages, once all that waited is handed over', async () => {
    const room = await openRoom(relay);
    await queue(room, 'worker', numbered('worker', 0, 2));
    await using sender = await room.controller('sender');
    await using worker = await room.device('worker', { answersPings: false });
    for (const text of numbered('worker', 0, 2)) expect(await worker.nextText()).toBe(flagged(text));
    sender.sendText('{"target":"worker","live":true}');
    expect(await worker.nextText()).toBe('{"target":"worker","live":true}');
    expect(await room.waiting('worker')).toBe(2);
  });

  it('counts towards the capacity', async () => {
    const room = await openRoom(relay, { queue_messages: '2', send_buffer_bytes: '1KiB' });
    const texts = ['a', 'b'].map((name) => JSON.stringify({ target: 'worker', name, x: 'x'.repeat(800) }));
    await queue(room, 'worker', texts);
    await using sender = await room.controller('sender');
    await using worker = await room.device('worker', { answersPings: false });
    expect(await worker.nextJson()).toMatchObject({ name: 'a', _offline_queued: true });
    // The second one does not fit into the same batch, so that something waits that has not been handed over.
    sender.sendText('{"target":"worker","name":"c"}');
    expect(await sender.nextJson()).toMatchObject({ code: 'queue_full', target: 'worker' });
    worker.answersPings = true;
    worker.sendFrame({ opcode: opcodes.pong, payload: await nextPing(worker) });
    expect(await worker.nextJson()).toMatchObject({ name: 'b', _offline_queued: true });
    await room.untilWaiting('worker', 0);
  });

  it('does not expire meanwhile', async () => {
    const room = await openRoom(relay, { queue_ttl: '400ms' });
    await using sender = await room.controller('sender');
    sender.sendText('{"target":"worker","n":1}');
    await room.untilWaiting('worker', 1);
    await using worker = await room.controller('worker', { answersPings: false });
    expect(await worker.nextJson()).toMatchObject({ n: 1, _offline_queued: true });
    // What was queued after it ends after it: when that is gone, its own time is over too.
    sender.sendText('{"target":"nobody"}');
    await room.untilWaiting('nobody', 1);
    await room.untilWaiting('nobody', 0);
    expect(await room.waiting('worker')).toBe(1);
    worker.sendFrame({ opcode: opcodes.pong, payload: await nextPing(worker) });
    await room.untilWaiting('worker', 0);
  });

  it('is followed by the rest, and by what came since, in order', async () => {
    const room = await openRoom(relay, { send_buffer_bytes: '1KiB' });
    const big = (name: string) => JSON.stringify({ target: 'worker', name, x: 'x'.repeat(800) });
    await queue(room, 'worker', [big('a'), big('b')]);
    await using sender = await room.controller('sender');
    await using worker = await room.device('worker', { answersPings: false });
    expect(await worker.nextJson()).toMatchObject({ name: 'a' });
    sender.sendText('{"target":"worker","name":"c"}');
    await settle(sender);
    worker.answersPings = true;
    worker.sendFrame({ opcode: opcodes.pong, payload: await nextPing(worker) });
    for (const name of ['b', 'c']) expect(await worker.nextJson()).toMatchObject({ name, _offline_queued: true });
    await room.untilWaiting('worker', 0);
  });

  it('is at most send_buffer_bytes at a time', async () => {
    const room = await openRoom(relay, { send_buffer_bytes: '64KiB' });
    const texts = Array.from({ length: 12 }, (_, n) => JSON.stringify({ target: 'worker', n, x: 'x'.repeat(20_000) }));
    await queue(room, 'worker', texts);
    await using worker = await room.device('worker', { answersPings: false });
    let received = 0;
    let unconfirmedBytes = 0;
    while (received < texts.length) {
      const frame = await worker.nextFrame();
      if (frame.opcode === opcodes.text) {
        received += 1;
        unconfirmedBytes += frame.payload.length;
        expect(unconfirmedBytes).toBeLessThanOrEqual(64 * 1024);
      }
      if (frame.opcode === opcodes.ping) {
        worker.sendFrame({ opcode: opcodes.pong, payload: frame.payload });
        unconfirmedBytes = 0;
      }
    }
  });
});
