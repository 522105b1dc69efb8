import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { opcodes } from '../raw-frame.ts';
import { openRoom, settle } from './test-room.ts';
import { until } from './until.ts';

describe('PROTOCOL A4: a target that is connected but does not read', { timeout: 60_000 }, () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe();
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  const filler = 'x'.repeat(8000);
  const unlimited = { message_rate: 'unlimited', user_message_rate: 'unlimited', queue_bytes: 'unlimited' };

  it('gets what came meanwhile from its queue, in order and complete, as soon as it reads', async () => {
    const room = await openRoom(relay, { ...unlimited, queue_messages: 'unlimited', send_buffer_bytes: '256KiB' });
    await using sender = await room.controller('sender');
    await using worker = await room.device('worker');
    worker.pause();
    // Far more than the buffers of the system and of the relay hold together.
    const total = 2000;
    for (let n = 0; n < total; n++) sender.sendJson({ target: 'worker', n, filler });
    await settle(sender);
    expect(await room.waiting('worker')).toBeGreaterThan(0);
    worker.resume();
    const flags: boolean[] = [];
    for (let n = 0; n < total; n++) {
      const message = await worker.nextJson();
      expect(message.n).toBe(n);
      flags.push(message._offline_queued === true);
    }
    // Live at first, and from the queue once it did not read.
    expect(flags[0]).toBe(false);
    expect(flags.lastIndexOf(false)).toBeLessThan(flags.indexOf(true));
    await room.untilWaiting('worker', 0);
    sender.sendText('{"target":"worker","live":true}');
    expect(await worker.nextText()).toBe('{"target":"worker","live":true}');
  });

  it('fills its queue and no more: the sender is told what was refused', async () => {
    const room = await openRoom(relay, { ...unlimited, queue_messages: '10', send_buffer_bytes: '64KiB' });
    await using sender = await room.controller('sender');
    await using worker = await room.device('worker');
    worker.pause();
    const total = 2000;
    for (let n = 0; n < total; n++) sender.sendJson({ target: 'worker', n, filler });
    let refused = 0;
    sender.sendText('{"action":"ping"}');
    for (let answer = await sender.nextJson(); answer.status !== 'pong'; answer = await sender.nextJson()) {
      expect(answer).toMatchObject({ status: 'error', code: 'queue_full', target: 'worker' });
      refused += 1;
    }
    expect(refused).toBeGreaterThan(0);
    worker.resume();
    const received: number[] = [];
    while (received.length < total - refused) received.push(Number((await worker.nextJson()).n));
    expect(received).toEqual([...received].sort((a, b) => a - b));
    await room.untilWaiting('worker', 0);
    await settle(worker);
  });

  it('disturbs nobody else', async () => {
    const room = await openRoom(relay, { ...unlimited, queue_messages: 'unlimited', send_buffer_bytes: '64KiB' });
    await using sender = await room.controller('sender');
    await using stuck = await room.device('stuck');
    await using worker = await room.device('worker');
    stuck.pause();
    for (let n = 0; n < 1000; n++) {
      sender.sendJson({ target: 'stuck', n, filler });
      sender.sendJson({ target: 'worker', n });
    }
    for (let n = 0; n < 1000; n++) expect(await worker.nextJson()).toStrictEqual({ target: 'worker', n });
  });
});

describe('PROTOCOL A4 and A5: a target that has been silent', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe({ limits: { ping_after: '200ms', silent_after: '600ms' } });
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it('is treated like an offline one, and gets its queue when it is heard again', async () => {
    const room = await openRoom(relay);
    await using sender = await room.controller('sender');
    await using worker = await room.device('worker', { answersPings: false });
    await room.untilPresence('worker', 'offline');
    sender.sendText('{"target":"worker","n":1}');
    sender.sendText('{"target":"worker","n":2}');
    await room.untilWaiting('worker', 2);
    worker.answersPings = true;
    worker.sendText('{"action":"ping"}');
    // Its own answer comes first: whoever speaks is heard before anything is handed over.
    expect(await worker.nextText()).toBe('{"status":"pong"}');
    expect(await worker.nextText()).toBe('{"target":"worker","n":1,"_offline_queued":true}');
    expect(await worker.nextText()).toBe('{"target":"worker","n":2,"_offline_queued":true}');
    await room.untilPresence('worker', 'online');
    await room.untilWaiting('worker', 0);
    sender.sendText('{"target":"worker","n":3}');
    expect(await worker.nextText()).toBe('{"target":"worker","n":3}');
  });

  it('is heard by a pong to any ping', async () => {
    const room = await openRoom(relay);
    await using worker = await room.device('worker', { answersPings: false });
    await room.untilPresence('worker', 'offline');
    for (let frame = await worker.nextFrame(); ; frame = await worker.nextFrame()) {
      if (frame.opcode !== opcodes.ping) continue;
      worker.sendFrame({ opcode: opcodes.pong, payload: frame.payload });
      break;
    }
    await room.untilPresence('worker', 'online');
  });

  it('is not who answers pings and says nothing else', async () => {
    const room = await openRoom(relay);
    await using sender = await room.controller('sender');
    await using worker = await room.device('worker');
    await using silent = await room.device('silent', { answersPings: false });
    // The one that does not answer goes offline; whoever answered since before that stays online.
    await room.untilPresence('silent', 'offline');
    expect(await room.presence('worker', 'silent')).toEqual({ worker: 'online', silent: 'offline' });
    expect(worker.pingsReceived).toBeGreaterThan(0);
    expect(silent.pingsReceived).toBeGreaterThan(0);
    sender.sendText('{"target":"worker","n":1}');
    expect(await worker.nextText()).toBe('{"target":"worker","n":1}');
  });
});

describe('PROTOCOL A4: silence before the socket is closed', { timeout: 60_000 }, () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe({ limits: { ping_after: '200ms', silent_after: '500ms', idle_timeout: '1500ms' } });
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it('ends with 4100 after idle_timeout, and not for who answers', async () => {
    const room = await openRoom(relay);
    await using answering = await room.device('answering');
    await using silent = await room.device('silent', { answersPings: false });
    expect((await silent.closeAfterAll()).code).toBe(4100);
    await silent.gone;
    await settle(answering);
  });

  it('keeps what was handed over and not confirmed for the next login', async () => {
    const room = await openRoom(relay);
    await using sender = await room.controller('sender');
    sender.sendText('{"target":"worker","n":1}');
    await room.untilWaiting('worker', 1);
    await using first = await room.device('worker', { answersPings: false });
    expect(await first.nextJson()).toMatchObject({ n: 1, _offline_queued: true });
    expect((await first.closeAfterAll()).code).toBe(4100);
    await first.gone;
    await using second = await room.device('worker');
    expect(await second.nextJson()).toMatchObject({ n: 1, _offline_queued: true });
    await room.untilWaiting('worker', 0);
  });

  it('ends a connection that does not read either', async () => {
    const room = await openRoom(relay, { message_rate: 'unlimited', queue_messages: 'unlimited' });
    await using sender = await room.controller('sender');
    await using worker = await room.device('worker');
    worker.pause();
    const filler = 'x'.repeat(8000);
    for (let n = 0; n < 2000; n++) sender.sendJson({ target: 'worker', n, filler });
    // A master key cannot have the id of a live device session (PROTOCOL A2), so that it tells when that session is over.
    const asWorker = () => room.controller('worker').catch(() => undefined);
    await using next = await until('the session is over', asWorker);
    expect(await next.nextJson()).toHaveProperty('_offline_queued', true);
    worker.resume();
    const end = await worker.closeAfterAll().catch((error: Error) => error.message);
    expect(end).toSatisfy((seen) => typeof seen === 'string' || seen.code === 4100);
    await worker.gone;
  });
});
