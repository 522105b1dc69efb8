import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelayHttp } from '../../src/client/http.ts';
import { ask, startServer } from './http-script.ts';
import { inboxOf, type OwnRoom, startOwnRoom } from './own-room.ts';

const sent = { status: 'sent', target: 'mouse', _id: 'c-1' };
const queued = {
  seq: 3,
  from: 'desk',
  _id: undefined,
  queued_at: '2026-01-01T00:00:00.000Z',
  expires_at: null,
  attempts: 0,
  handed: false,
  payload: '{"n":1.0}',
};

describe('messages and queues over HTTP', () => {
  it('are sent as they are, and waited for', async () => {
    expect(await ask([202, sent], (http) => http.sendMessage('{"target":"mouse","_id":"c-1"}'))).toEqual({
      request: 'POST /api/messages/',
      body: { target: 'mouse', _id: 'c-1' },
      value: sent,
    });
    const delivered = { status: 'delivered', target: 'mouse' };
    expect(
      await ask([200, delivered], (http) => http.sendMessage('{}', { wait: 'delivered', timeoutMs: 1500 })),
    ).toMatchObject({ request: 'POST /api/messages/?wait=delivered&timeout=1500ms', value: delivered });
  });

  it('end in vain, or are refused', async () => {
    const expired = { status: 'expired', target: 'mouse' };
    expect(await ask([409, expired], (http) => http.sendMessage('{}', { wait: 'delivered' }))).toMatchObject({
      value: expired,
    });
    const full = { status: 'error', code: 'queue_full', message: '50 wait', target: 'mouse' };
    await expect(ask([409, full], (http) => http.sendMessage('{}'))).rejects.toMatchObject({
      status: 409,
      code: 'queue_full',
      message: '50 wait',
    });
    await expect(ask([409, { status: 'lost' }], (http) => http.sendMessage('{}'))).rejects.toMatchObject({
      problem: 'not_a_relay',
    });
  });

  it('may be waited for longer than other requests', async () => {
    const answers: (() => void)[] = [];
    const started = Promise.withResolvers<void>();
    await using server = await startServer((_request, response) => {
      answers.push(() => response.end(JSON.stringify(sent)));
      started.resolve();
    });
    await using http = createRelayHttp({ url: server.url, timeoutMs: 100 });
    const answer = http.sendMessage('{}', { timeoutMs: 20_000 });
    await started.promise;
    await expect(http.health()).rejects.toMatchObject({ problem: 'timeout' });
    for (const give of answers) give();
    expect(await answer).toEqual(sent);
  });

  it('are listed, shown, purged and cancelled', async () => {
    const summary = { target: 'mouse', waiting: 1, bytes: 9 };
    expect(await ask([200, { queues: [summary] }], (http) => http.queues())).toMatchObject({
      request: 'GET /api/queue/',
      value: [summary],
    });
    const detail = { ...summary, messages: [queued] };
    expect(await ask([200, detail], (http) => http.queue('a/b'))).toMatchObject({
      request: 'GET /api/queue/a%2Fb',
      value: detail,
    });
    const purged = { target: 'mouse', cancelled: 2, attempted: 1 };
    expect(await ask([200, purged], (http) => http.purgeQueue('mouse'))).toMatchObject({
      request: 'DELETE /api/queue/mouse',
      value: { cancelled: 2, attempted: 1 },
    });
    const cancelled = { target: 'mouse', seq: 3, cancelled: 1, attempts: 2 };
    expect(await ask([200, cancelled], (http) => http.cancelQueued('mouse', 3))).toMatchObject({
      request: 'DELETE /api/queue/mouse/3',
      value: { attempts: 2 },
    });
  });
});

describe('messages over the HTTP side of our own relay', () => {
  let room: OwnRoom;

  beforeAll(async () => {
    room = await startOwnRoom();
  });

  afterAll(() => room[Symbol.asyncDispose]());

  it('are delivered by proof, every digit of them, without a session', async () => {
    await using gate = await room.connect('gate');
    const messages = inboxOf(gate, 'message');
    const text = '{"target":"gate","_id":"c-1","n":12345678901234567890}';
    expect(await room.http.sendMessage(text, { wait: 'delivered' })).toEqual({
      status: 'delivered',
      target: 'gate',
      _id: 'c-1',
    });
    expect((await messages.next()).text).toBe(text);
    const { outcomes } = await room.http.device('gate');
    expect(outcomes.at(-1)).toMatchObject({ state: 'delivered', _id: 'c-1', count: 1 });
  });

  it('wait, are seen, and are cancelled while somebody waits for their end', async () => {
    expect(await room.http.sendMessage('{"target":"away","n":1}')).toEqual({ status: 'queued', target: 'away' });
    const patient = room.http.sendMessage('{"target":"away","n":2}', { wait: 'delivered', timeoutMs: 20_000 });
    await expect
      .poll(async () => (await room.http.queue('away')).messages.map(({ payload }) => payload), { timeout: 10_000 })
      .toEqual(['{"target":"away","n":1}', '{"target":"away","n":2}']);
    expect(await room.http.purgeQueue('away')).toEqual({ cancelled: 2, attempted: 0 });
    expect(await patient).toEqual({ status: 'cancelled', target: 'away' });
    expect(await room.http.purgeQueue('away')).toEqual({ cancelled: 0, attempted: 0 });
    const refused = room.http.sendMessage('{"target":"away","_ttl":0}');
    await expect(refused).rejects.toMatchObject({ status: 409, code: 'target_offline' });
    await expect(room.http.sendMessage('[1]')).rejects.toMatchObject({ status: 400, code: 'bad_message' });
  });

  it('say how often they were handed over when they are cancelled', async () => {
    await room.http.sendMessage('{"target":"late","n":1}');
    const { messages } = await room.http.queue('late');
    const seq = messages[0]?.seq ?? 0;
    {
      await using late = await room.connect('late', ['acks']);
      await inboxOf(late, 'message').next();
    }
    // Until its session is gone the message is in its hands.
    await expect.poll(async () => (await room.http.queue('late')).messages[0]?.handed).toBe(false);
    expect(await room.http.cancelQueued('late', seq)).toEqual({ attempts: 1 });
  });

  it('say how many were handed over before when all are purged, and to who waits for the end that it may have arrived', async () => {
    const patient = room.http.sendMessage('{"target":"later","n":1}', { wait: 'delivered', timeoutMs: 20_000 });
    const end = expect(patient).rejects.toMatchObject({ status: 409, code: 'unconfirmed' });
    await expect.poll(async () => (await room.http.queue('later')).messages.length).toBe(1);
    {
      await using later = await room.connect('later', ['acks']);
      await inboxOf(later, 'message').next();
    }
    await expect.poll(async () => (await room.http.queue('later')).messages[0]?.handed).toBe(false);
    await room.http.sendMessage('{"target":"later","n":2}');
    expect(await room.http.purgeQueue('later')).toEqual({ cancelled: 2, attempted: 1 });
    await end;
  });

  it('without an _id have none in the history of their target', async () => {
    await using plain = await room.connect('plain');
    const messages = inboxOf(plain, 'message');
    expect(await room.http.sendMessage('{"target":"plain"}', { wait: 'delivered' })).toEqual({
      status: 'delivered',
      target: 'plain',
    });
    await messages.next();
    await room.http.sendMessage('{"target":"plain"}', { wait: 'delivered' });
    const { outcomes } = await room.http.device('plain');
    expect(outcomes.map(({ state, _id, count }) => ({ state, _id, count }))).toEqual([
      { state: 'delivered', _id: undefined, count: 2 },
    ]);
  });

  it('cannot be cancelled once they are handed over', async () => {
    await room.http.sendMessage('{"target":"slow","n":1}');
    await using slow = await room.connect('slow', ['acks']);
    const { seq = 0 } = await inboxOf(slow, 'message').next();
    await expect(room.http.cancelQueued('slow', seq)).rejects.toMatchObject({ status: 409, code: 'conflict' });
    await expect(room.http.purgeQueue('slow')).rejects.toMatchObject({ code: 'conflict' });
    await slow.ack(seq);
    await expect.poll(async () => (await room.http.queues()).map(({ target }) => target)).not.toContain('slow');
  });
});
