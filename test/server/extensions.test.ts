import { describe, expect, it } from 'vitest';
import { createRig } from './switchboard-rig.ts';

describe('ttl (PROTOCOL B)', () => {
  it('lets a message wait for so many seconds', async () => {
    const rig = createRig();
    const pc = rig.join('pc', { extensions: ['receipts', 'ttl'] });
    pc.send('pump', { _id: 'a', _ttl: 2 });
    await rig.settle();
    await rig.pass(1999);
    expect(pc.received()).toHaveLength(1);
    await rig.pass(1);
    expect(pc.received().at(-1)).toMatchObject({ status: 'expired' });
  });

  it('is clamped to the limit of the user', async () => {
    const rig = createRig({ queue_ttl: 1000 });
    const pc = rig.join('pc', { extensions: ['receipts', 'ttl'] });
    pc.send('pump', { _id: 'a', _ttl: 99_999 });
    await rig.settle();
    await rig.pass(1000);
    expect(pc.received().at(-1)).toMatchObject({ status: 'expired' });
  });

  it('of 0 means now or not at all', async () => {
    const rig = createRig();
    const pc = rig.join('pc', { extensions: ['ttl'] });
    pc.send('pump', { _ttl: 0 });
    expect(pc.received()).toMatchObject([{ code: 'target_offline', target: 'pump' }]);
    const pump = rig.join('pump');
    pc.send('pump', { _ttl: 0 });
    expect(pump.received()).toHaveLength(1);
  });

  it.each([-1, 1.5, '5', null, 1e300])('refuses %j', (_ttl) => {
    const rig = createRig();
    const pc = rig.join('pc', { extensions: ['ttl'] });
    pc.send('pump', { _ttl });
    expect(pc.received()).toMatchObject([{ code: 'bad_message' }]);
  });
});

describe('fields for the receiver (PROTOCOL B)', () => {
  it('stand before the final brace in their order', async () => {
    const rig = createRig();
    rig.join('pc').send('pump', { n: 1 });
    await rig.settle();
    await rig.pass(1500);
    const pump = rig.join('pump', { extensions: ['from', 'acks', 'age'] });
    await rig.settle();
    const text = pump.link.texts[0] ?? '';
    expect(text).toMatch(/^\{"target":"pump","n":1,"_from":"pc","_seq":\d+,"_age_ms":1500,"_offline_queued":true\}$/);
  });

  it('name the sender of a live message', () => {
    const rig = createRig();
    const pump = rig.join('pump', { extensions: ['from'] });
    rig.join('pc').send('pump', { n: 1 });
    expect(pump.link.texts).toEqual(['{"target":"pump","n":1,"_from":"pc"}']);
  });

  it('cannot be forged: live they are refused, in the queue they are replaced', async () => {
    const rig = createRig();
    const pc = rig.join('pc');
    pc.send('pump', { _from: 'boss' });
    await rig.settle();
    const pump = rig.join('pump', { extensions: ['from'] });
    await rig.settle();
    expect(pump.received()).toMatchObject([{ _from: 'pc' }]);
    pc.send('pump', { _from: 'boss' });
    expect(pc.received()).toMatchObject([{ code: 'reserved_field', target: 'pump' }]);
  });

  it('pass untouched to who did not negotiate them', () => {
    const rig = createRig();
    const pump = rig.join('pump');
    rig.join('pc').send('pump', { _from: 'boss', _seq: 1 });
    expect(pump.link.texts).toEqual(['{"target":"pump","_from":"boss","_seq":1}']);
  });
});

describe('acks (PROTOCOL B)', () => {
  async function threeWaiting() {
    const rig = createRig();
    const pc = rig.join('pc', { extensions: ['receipts'] });
    for (const _id of ['a', 'b', 'c']) pc.send('pump', { _id });
    await rig.settle();
    const pump = rig.join('pump', { extensions: ['acks'] });
    await rig.settle();
    const seqs = pump.received().map((message) => Number(message._seq));
    return { rig, pc, pump, seqs };
  }

  it('keep a message queued until it is acknowledged, whatever the pongs say', async () => {
    const { rig, pump, seqs } = await threeWaiting();
    pump.pong();
    await rig.settle();
    expect((await rig.store.queue.depths())[0]?.messages).toBe(3);
    pump.sendRaw({ action: 'ack', seq: seqs[1] });
    await rig.settle();
    expect((await rig.store.queue.depths())[0]?.messages).toBe(1);
  });

  it('are cumulative, and ignored above the highest number of the session', async () => {
    const { rig, pc, pump, seqs } = await threeWaiting();
    pump.sendRaw({ action: 'ack', seq: (seqs[2] ?? 0) + 1 });
    await rig.settle();
    expect((await rig.store.queue.depths())[0]?.messages).toBe(3);
    pump.sendRaw({ action: 'ack', seq: seqs[2] });
    await rig.settle();
    expect(await rig.store.queue.depths()).toEqual([]);
    expect(pc.received().filter((message) => message.status === 'delivered')).toHaveLength(3);
  });
});

describe('ephemeral (PROTOCOL B)', () => {
  it('queues nothing for an id whose connection is gone', async () => {
    const rig = createRig();
    const script = rig.join('script', { extensions: ['ephemeral'] });
    const pump = rig.join('pump');
    script.leave();
    pump.send('script', { ok: true });
    expect(pump.received()).toMatchObject([{ code: 'target_offline', target: 'script' }]);
    expect(await rig.store.queue.depths()).toEqual([]);
  });

  it('cancels what waited for a slow one when it goes', async () => {
    const rig = createRig({ send_buffer_bytes: 1024 });
    const script = rig.join('script', { extensions: ['ephemeral'] });
    const pump = rig.join('pump', { extensions: ['receipts'] });
    script.link.stick();
    pump.send('script', { fill: 'x'.repeat(1500) });
    pump.send('script', { _id: 'a' });
    await rig.settle();
    script.leave();
    await rig.settle();
    expect(pump.received().at(-1)).toMatchObject({ status: 'cancelled', _id: 'a' });
    expect(rig.room()?.queues.size).toBe(0);
  });
});

describe('tap (PROTOCOL B)', () => {
  it('copies what passes in the room, with its outcome and its bytes', async () => {
    const rig = createRig({ queue_messages: 1 });
    const ear = rig.join('ear', { extensions: ['tap'] });
    ear.sendRaw({ action: 'tap' });
    rig.join('pump');
    const pc = rig.join('pc');
    pc.send('pump', { n: 1.5 });
    pc.send('gone', { n: 2 });
    pc.send('gone', { n: 3 });
    expect(ear.received().map(({ outcome }) => outcome)).toEqual(['sent', 'queued', 'queue_full']);
    expect(ear.link.texts[0]).toBe(
      '{"status":"tap","from":"pc","target":"pump","outcome":"sent","payload":{"target":"pump","n":1.5}}',
    );
    ear.sendRaw({ action: 'untap' });
    pc.send('pump', { n: 4 });
    expect(ear.link.texts).toHaveLength(3);
  });

  it('hears only those it asked for, and drops and counts when it is slow', () => {
    const rig = createRig({ send_buffer_bytes: 1024 });
    const ear = rig.join('ear', { extensions: ['tap'] });
    ear.sendRaw({ action: 'tap', of: ['pump'] });
    rig.join('pump');
    rig.join('other');
    const pc = rig.join('pc');
    pc.send('other', { n: 0 });
    expect(ear.link.texts).toEqual([]);
    ear.link.stick();
    pc.send('pump', { fill: 'x'.repeat(1000) });
    pc.send('pump', { fill: 'x'.repeat(1000) });
    pc.send('pump', { fill: 'x'.repeat(1000) });
    ear.link.unstick();
    pc.send('pump', { n: 1 });
    expect(ear.received().at(-1)).toMatchObject({ dropped: 2, payload: { n: 1 } });
  });
});

describe('an action', () => {
  it.each(['watch', 'presence', 'ack', 'tap', 'untap', 'fly'])(
    '%s is unknown where its extension was not negotiated',
    (action) => {
      const rig = createRig();
      const pc = rig.join('pc');
      pc.sendRaw({ action, devices: [], seq: 1 });
      expect(pc.received()).toMatchObject([{ code: 'unknown_action' }]);
    },
  );
});

describe('a changed limit (PROTOCOL C)', () => {
  it('applies to live sessions and queues at once, and drops nothing that waits', async () => {
    const rig = createRig();
    const pc = rig.join('pc');
    for (const n of [1, 2, 3]) pc.send('pump', { n });
    await rig.settle();
    rig.changeLimits({ queue_messages: 2, message_bytes: 64 });
    pc.send('pump', { n: 4 });
    expect(pc.received()).toMatchObject([{ code: 'queue_full' }]);
    expect((await rig.store.queue.depths())[0]?.messages).toBe(3);
    pc.send('pump', { fill: 'x'.repeat(64) });
    expect(pc.link.closed?.code).toBe(1009);
  });
});
