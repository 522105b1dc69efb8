import { describe, expect, it } from 'vitest';
import { createRig, settle } from './switchboard-rig.ts';

function numbers(texts: readonly string[]): number[] {
  return texts.map((text) => JSON.parse(text).n);
}

function flags(texts: readonly string[]): boolean[] {
  return texts.map((text) => JSON.parse(text)._offline_queued === true);
}

function codes(texts: readonly string[]): string[] {
  return texts.map((text) => JSON.parse(text).code);
}

function outcomesOf(rig: ReturnType<typeof createRig>): string[] {
  return (rig.room()?.outcomes.of('pump') ?? []).map((line) => line.state);
}

describe('the switchboard, live (PROTOCOL A3)', () => {
  it('passes a message to its target as it came', () => {
    const rig = createRig();
    const pump = rig.join('pump');
    rig.join('pc').send('pump', { n: 1 });
    expect(pump.link.texts).toEqual(['{"target":"pump","n":1}']);
  });

  it('keeps rooms apart: the same id of another user gets nothing', async () => {
    const rig = createRig();
    const mine = rig.join('pump', { userId: 'u1' });
    const theirs = rig.join('pump', { userId: 'u2' });
    rig.join('pc', { userId: 'u1' }).send('pump', { n: 1 });
    await settle();
    expect(mine.link.texts).toHaveLength(1);
    expect(theirs.link.texts).toEqual([]);
  });

  it('puts a few pings behind live messages, so that a slow handler is seen to make progress', () => {
    const rig = createRig();
    const pump = rig.join('pump');
    const pc = rig.join('pc');
    for (let n = 0; n < 100; n++) pc.send('pump', { n });
    expect(pump.link.texts).toHaveLength(100);
    expect(pump.link.sent[1]).toBe('ping 1');
    expect(pump.link.pings).toHaveLength(16);
  });
});

describe('the queue of an offline target (PROTOCOL A4)', () => {
  it('delivers what waited, flagged and in order, and then goes live again', async () => {
    const rig = createRig();
    const pc = rig.join('pc');
    for (let n = 0; n < 5; n++) pc.send('pump', { n });
    await settle();
    const pump = rig.join('pump');
    await settle();
    pc.send('pump', { n: 5 });
    await settle();
    expect(numbers(pump.link.texts)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(flags(pump.link.texts)).toEqual([true, true, true, true, true, false]);
  });

  it('sends what comes while inserts are under way through the queue too, so that order holds', async () => {
    const rig = createRig();
    const pc = rig.join('pc');
    rig.store.holdCommits();
    pc.send('pump', { n: 0 });
    const pump = rig.join('pump');
    pc.send('pump', { n: 1 });
    rig.store.releaseCommits();
    await settle();
    expect(numbers(pump.link.texts)).toEqual([0, 1]);
    expect(flags(pump.link.texts)).toEqual([true, true]);
  });

  it('removes a message when a pong has proven that it was read', async () => {
    const rig = createRig();
    rig.join('pc').send('pump', { n: 0 });
    await settle();
    const pump = rig.join('pump');
    await settle();
    pump.pong();
    await settle();
    expect(await rig.store.queue.depths()).toEqual([]);
    expect(rig.room()?.queues.size).toBe(0);
  });

  it('delivers again to the next session what the last one did not prove to have read', async () => {
    const rig = createRig();
    rig.join('pc').send('pump', { n: 0 });
    await settle();
    const first = rig.join('pump');
    await settle();
    first.leave();
    const second = rig.join('pump');
    await settle();
    expect(numbers(second.link.texts)).toEqual([0]);
    // A pong of the session that is gone proves nothing.
    first.pong();
    await settle();
    expect(await rig.store.queue.depths()).toHaveLength(1);
  });

  it('confirms message by message where the pongs come one by one', async () => {
    const rig = createRig();
    const pc = rig.join('pc');
    for (let n = 0; n < 3; n++) pc.send('pump', { n });
    await settle();
    const pump = rig.join('pump');
    await settle();
    expect(pump.link.pings).toEqual([1, 2, 3]);
    rig.switchboard.handlePong(pump.session, 2);
    await settle();
    pump.leave();
    const next = rig.join('pump');
    await settle();
    expect(numbers(next.link.texts)).toEqual([2]);
  });

  it('ends a message as unconfirmed after `queue_attempts` deliveries without proof', async () => {
    const rig = createRig({ queue_attempts: 2 });
    rig.join('pc').send('pump', { n: 0 });
    await settle();
    for (let login = 0; login < 3; login++) {
      const pump = rig.join('pump');
      await settle();
      expect(pump.link.texts).toHaveLength(login < 2 ? 1 : 0);
      pump.leave();
    }
    expect(outcomesOf(rig)).toContain('unconfirmed');
    expect(rig.room()?.queues.size).toBe(0);
  });

  it('refuses the message that is over the capacity and keeps the others', async () => {
    const rig = createRig({ queue_messages: 2 });
    const pc = rig.join('pc');
    for (let n = 0; n < 3; n++) pc.send('pump', { n });
    await settle();
    expect(codes(pc.link.texts)).toEqual(['queue_full']);
    expect((await rig.store.queue.depths())[0]?.messages).toBe(2);
  });

  it('counts handed but unconfirmed messages towards the capacity', async () => {
    const rig = createRig({ queue_messages: 1, send_buffer_bytes: 1024 });
    const pc = rig.join('pc');
    pc.send('pump', { n: 0 });
    await settle();
    const pump = rig.join('pump');
    await settle();
    expect(pump.link.texts).toHaveLength(1);
    pump.link.stick();
    pc.send('pump', { fill: 'x'.repeat(2000) });
    pc.send('pump', { n: 1 });
    await settle();
    expect(codes(pc.link.texts)).toEqual(['queue_full']);
  });

  it.each([
    ['queue_targets', { queue_targets: 1 }],
    ['queue_bytes', { queue_bytes: 30 }],
  ])('refuses beyond %s', async (name, limits) => {
    const rig = createRig(limits);
    const pc = rig.join('pc');
    pc.send('a', { n: 0 });
    pc.send('b', { n: 1 });
    await settle();
    expect(pc.link.texts.map((text) => JSON.parse(text))).toMatchObject([{ code: 'queue_full', target: 'b' }]);
    expect(pc.link.texts[0]).toContain(name);
  });

  it('lets a message wait no longer than `queue_ttl`', async () => {
    const rig = createRig({ queue_ttl: 60_000 });
    rig.join('pc').send('pump', { n: 0 });
    await settle();
    await rig.pass(59_999);
    expect(outcomesOf(rig)).toEqual(['queued']);
    await rig.pass(1);
    expect(outcomesOf(rig)).toEqual(['queued', 'expired']);
  });

  it('does not let a handed message expire', async () => {
    const rig = createRig({ queue_ttl: 10_000, idle_timeout: 1_000_000 });
    rig.join('pc').send('pump', { n: 0 });
    await settle();
    rig.join('pump');
    await settle();
    await rig.pass(20_000);
    expect(outcomesOf(rig)).toEqual(['queued']);
  });

  it('tells the sender when the store cannot take its message', async () => {
    const rig = createRig();
    const pc = rig.join('pc');
    rig.store.fail();
    pc.send('pump', { n: 0 });
    await settle();
    expect(codes(pc.link.texts)).toEqual(['store_unavailable']);
    expect(rig.room()?.queues.size).toBe(0);
  });

  it('removes what was proven while the store was away as soon as it is back', async () => {
    const rig = createRig();
    rig.join('pc').send('pump', { n: 0 });
    await settle();
    const pump = rig.join('pump');
    await settle();
    rig.store.fail();
    pump.pong();
    await settle();
    rig.store.heal();
    await rig.pass(1000);
    expect(await rig.store.queue.depths()).toEqual([]);
  });

  it('stops reading the senders while the store is behind, and reads on when it has caught up', () => {
    const rig = createRig();
    const pc = rig.join('pc');
    rig.store.setCongested(true);
    pc.send('pump', { n: 0 });
    expect(pc.link.isReading).toBe(false);
    rig.store.setCongested(false);
    expect(pc.link.isReading).toBe(true);
  });

  it('takes up the queues of an earlier run', async () => {
    const rig = createRig();
    rig.join('pc').send('pump', { n: 0 });
    await settle();
    const next = createRig();
    next.switchboard.rooms.restore(await rig.store.queue.depths());
    expect(next.room()?.queues.get('pump')?.messages).toBe(1);
  });
});

describe('a target that is connected but cannot take anything (PROTOCOL A4)', () => {
  it('has no more than its send buffer on its way to it unproven', async () => {
    const rig = createRig({ send_buffer_bytes: 1024 });
    const pc = rig.join('pc');
    for (const n of [0, 1]) pc.send('pump', { n, fill: 'x'.repeat(800) });
    await settle();
    const pump = rig.join('pump');
    await settle();
    expect(numbers(pump.link.texts)).toEqual([0]);
    pump.pong();
    await settle();
    expect(numbers(pump.link.texts)).toEqual([0, 1]);
  });

  it('gets through its queue what came while it did not read, in order', async () => {
    const rig = createRig({ send_buffer_bytes: 1024 });
    const pump = rig.join('pump');
    const pc = rig.join('pc');
    pump.link.stick();
    pc.send('pump', { n: 0, fill: 'x'.repeat(1000) });
    pc.send('pump', { n: 1, fill: 'x'.repeat(1000) });
    await settle();
    expect(numbers(pump.link.texts)).toEqual([0]);
    pump.link.unstick();
    rig.switchboard.handleWritable(pump.session);
    await settle();
    expect(numbers(pump.link.texts)).toEqual([0, 1]);
    expect(flags(pump.link.texts)).toEqual([false, true]);
  });

  it('gets through its queue what came while it was silent, once it is heard again', async () => {
    const rig = createRig();
    const pump = rig.join('pump');
    await rig.pass(35_000);
    const pc = rig.join('pc');
    pc.send('pump', { n: 0 });
    await settle();
    expect(pump.link.texts).toEqual([]);
    rig.switchboard.signsOfLife.noteHeard(pump.session, rig.now());
    await settle();
    expect(flags(pump.link.texts)).toEqual([true]);
  });

  it('is closed with 4100 only after `idle_timeout` without a sign of life', async () => {
    const rig = createRig();
    const pump = rig.join('pump');
    await rig.pass(119_999);
    expect(pump.link.closed).toBeUndefined();
    await rig.pass(1);
    expect(pump.link.closed).toEqual({ code: 4100, reason: 'idle_timeout' });
    expect(rig.room()?.sessions.has('pump')).not.toBe(true);
  });

  it('is kept while it takes what was stuck, although it says nothing', async () => {
    const rig = createRig();
    const pump = rig.join('pump');
    pump.link.unsentBytes = 5000;
    await rig.pass(60_000);
    pump.link.bytesTaken += 1000;
    await rig.pass(59_999);
    await rig.pass(60_000);
    expect(pump.link.closed).toBeUndefined();
  });

  it('is pinged when it was silent for 15 s (PROTOCOL A5)', async () => {
    const rig = createRig();
    const pump = rig.join('pump');
    await rig.pass(14_999);
    expect(pump.link.pings).toEqual([]);
    await rig.pass(1);
    expect(pump.link.pings).toEqual([1]);
  });
});

describe('taking over (PROTOCOL A2)', () => {
  it('closes the older session with 4009 and says by whom', () => {
    const rig = createRig();
    const old = rig.join('pc');
    rig.join('pc', { address: '198.51.100.7' });
    expect(old.link.closed).toEqual({ code: 4009, reason: 'replaced' });
    expect(old.link.texts[0]).toContain('198.51.100.7');
  });

  it('is not undone by the late close of the session that was replaced', () => {
    const rig = createRig();
    const old = rig.join('pump');
    const young = rig.join('pump');
    old.leave();
    rig.join('pc').send('pump', { n: 0 });
    expect(young.link.texts).toHaveLength(1);
  });

  it('keeps a master key from taking the place of a live device', () => {
    const rig = createRig();
    rig.join('pump', { isDevice: true });
    expect(() => rig.join('pump')).toThrow('id_in_use');
    expect(() => rig.join('pump', { isDevice: true })).not.toThrow();
  });

  it('does not count towards the connections of the user', () => {
    const rig = createRig({ connections: 1 });
    rig.join('pc');
    expect(() => rig.join('pc')).not.toThrow();
    expect(() => rig.join('other')).toThrow('too_many_connections');
  });
});

describe('a client that does not read the answers of the relay (PROTOCOL D)', () => {
  it('is not read until it does', () => {
    const rig = createRig({ send_buffer_bytes: 1024, queue_messages: 0 });
    const pc = rig.join('pc');
    pc.link.stick();
    for (let n = 0; n < 20; n++) pc.send('nobody', { n });
    expect(pc.link.isReading).toBe(false);
    pc.link.unstick();
    rig.switchboard.handleWritable(pc.session);
    expect(pc.link.isReading).toBe(true);
  });
});
