import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelayClient } from '../../src/client/relay-client.ts';
import { inboxOf, type OwnRoom, startOwnRoom } from './own-room.ts';

let room: OwnRoom;

beforeAll(async () => {
  room = await startOwnRoom();
});

afterAll(() => room[Symbol.asyncDispose]());

describe('a tracked message', () => {
  it('is delivered, by proof, to others and to oneself', async () => {
    await using desk = await room.connect('desk', ['receipts']);
    await using gate = await room.connect('gate');
    const messages = inboxOf(gate, 'message');
    const receipts = inboxOf(desk, 'receipt');
    const delivery = desk.sendTracked('gate', '{"n":12345678901234567890}');
    expect(await delivery.accepted).toEqual({ status: 'delivered' });
    expect(await delivery.final).toEqual({ status: 'delivered' });
    expect(await receipts.next()).toEqual({ status: 'delivered', _id: delivery.id, target: 'gate' });
    const { text, id } = await messages.next();
    expect(id).toBe(delivery.id);
    expect(text).toBe(`{"n":12345678901234567890,"target":"gate","sender":"desk","_id":"${delivery.id}"}`);

    const own = inboxOf(desk, 'message');
    expect(await desk.sendTracked('desk', { n: 1 }, { id: 'to-me' }).final).toEqual({ status: 'delivered' });
    expect(await own.next()).toMatchObject({ id: 'to-me', from: 'desk' });
    expect(own.size).toBe(0);
  });

  it('waits, and is delivered when its target comes', async () => {
    await using desk = await room.connect('desk', ['receipts']);
    const deliveries = [1, 2, 3].map((n) => desk.sendTracked('late', { n }));
    for (const delivery of deliveries) expect(await delivery.accepted).toEqual({ status: 'queued' });
    await using late = createRelayClient({
      url: room.relay.url,
      credentials: { authKey: room.authKey, sender: 'late' },
      extensions: ['from', 'age', 'acks'],
    });
    const messages = inboxOf(late, 'message');
    let lastSeq = 0;
    for (const n of [1, 2, 3]) {
      const { payload, from, ageMs, seq, offlineQueued } = await messages.next();
      expect({ n: payload.n, from, offlineQueued }).toEqual({ n, from: 'desk', offlineQueued: true });
      expect(ageMs).toBeGreaterThanOrEqual(0);
      expect(seq).toBeGreaterThan(lastSeq);
      lastSeq = seq ?? 0;
    }
    // With acks only the acknowledgement is a proof.
    await late.ping();
    expect((await room.http.queue('late')).messages).toHaveLength(3);
    await Promise.all([late.ack(lastSeq - 2), late.ack(lastSeq - 1), late.ack(lastSeq)]);
    for (const delivery of deliveries) expect(await delivery.final).toEqual({ status: 'delivered' });
    expect((await room.http.queue('late')).messages).toEqual([]);
  });

  it('is cancelled in the queue, expires there, or is refused at once', async () => {
    await using desk = await room.connect('desk', ['receipts', 'ttl']);
    const refused = desk.sendTracked('away', { n: 0 }, { ttlMs: 999 });
    expect(await refused.final).toMatchObject({ status: 'error', code: 'target_offline' });
    expect(await refused.accepted).toBe(await refused.final);
    const expiring = desk.sendTracked('away', { n: 1 }, { ttlMs: 1500 });
    const cancelled = desk.sendTracked('away', { n: 2 });
    expect([await expiring.accepted, await cancelled.accepted]).toEqual([{ status: 'queued' }, { status: 'queued' }]);
    expect(await room.http.queues()).toContainEqual(expect.objectContaining({ target: 'away', waiting: 2 }));
    const { messages } = await room.http.queue('away');
    expect(messages.map((message) => [message.from, message._id, message.handed])).toEqual([
      ['desk', expiring.id, false],
      ['desk', cancelled.id, false],
    ]);
    await room.http.cancelQueued('away', messages[1]?.seq ?? 0);
    expect(await cancelled.final).toEqual({ status: 'cancelled' });
    await expect(room.http.cancelQueued('away', messages[1]?.seq ?? 0)).rejects.toMatchObject({ code: 'not_found' });
    expect(await expiring.final).toEqual({ status: 'expired' });
  });

  it('is unconfirmed when its target goes before the proof', async () => {
    await using desk = await room.connect('desk', ['receipts']);
    const deaf = await room.connect('deaf');
    deaf.pause();
    const delivery = desk.sendTracked('deaf', { n: 1 });
    await delivery.sent;
    await desk.ping();
    await using heir = await room.connect('deaf');
    expect(await delivery.final).toMatchObject({ status: 'error', code: 'unconfirmed' });
    expect(heir.state.phase).toBe('authenticated');
    await deaf.close();
  });

  it('is refused for a reason that the relay says', async () => {
    await using desk = await room.connect('desk', ['receipts']);
    await using gate = await room.connect('gate', ['from']);
    expect(gate.session?.extensions.from).toBe(true);
    const errors = inboxOf(desk, 'refused');
    const delivery = desk.sendTracked('gate', { _from: 'somebody else', _id: 'forged' });
    expect(delivery.id).toBe('forged');
    expect(await delivery.final).toMatchObject({ status: 'error', code: 'reserved_field' });
    expect(await errors.next()).toMatchObject({ code: 'reserved_field', _id: 'forged', target: 'gate' });
  });

  it('is not sent when it cannot be right', async () => {
    await using desk = await room.connect('desk', ['receipts']);
    const limit = desk.session?.limits?.message_bytes ?? 0;
    const cases = [
      [desk.sendTracked('gate', { fill: 'ü'.repeat(limit / 2) }), 'message_too_big'],
      [desk.sendTracked('a,b', {}), 'invalid_target'],
      [desk.sendTracked('gate', '[1]'), 'invalid_payload'],
      [desk.sendTracked('gate', { target: 'other' }), 'invalid_payload'],
      [desk.sendTracked('gate', { _id: 7 }), 'invalid_payload'],
      [desk.sendTracked('gate', { _id: 'a' }, { id: 'b' }), 'invalid_payload'],
      [desk.sendTracked('gate', {}, { id: '' }), 'invalid_payload'],
      [desk.sendTracked('gate', {}, { ttlMs: 5000 }), 'unsupported'],
    ] as const;
    for (const [delivery, code] of cases) {
      await delivery.sent;
      expect(await delivery.final).toMatchObject({ status: 'error', code });
    }
    await desk.ping();
    expect((await room.http.devices()).map(({ device }) => device)).not.toContain('a,b');
  });
});
