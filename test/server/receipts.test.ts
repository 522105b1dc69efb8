import { describe, expect, it } from 'vitest';
import { createRig } from './switchboard-rig.ts';

describe('receipts (PROTOCOL B)', () => {
  it('say delivered for a live message once the target has read it, with one ping a tick', async () => {
    const rig = createRig();
    const pump = rig.join('pump');
    const pc = rig.join('pc', { extensions: ['receipts'] });
    for (const _id of ['a', 'b', 'c']) pc.send('pump', { _id });
    expect(pc.received()).toEqual([]);
    await rig.settle();
    expect(pump.link.pings).toHaveLength(1);
    pump.pong();
    expect(pc.received()).toEqual(['a', 'b', 'c'].map((_id) => ({ status: 'delivered', _id, target: 'pump' })));
  });

  it('do not take a pong for a proof of what was sent behind its ping', async () => {
    const rig = createRig();
    const pump = rig.join('pump');
    const pc = rig.join('pc', { extensions: ['receipts'] });
    pc.send('pump', { _id: 'a' });
    await rig.settle();
    pc.send('pump', { _id: 'b' });
    rig.switchboard.handlePong(pump.session, pump.session.pings.last);
    expect(pc.received()).toMatchObject([{ _id: 'a' }]);
  });

  it('wait for a ping of their own while too many are unanswered, and get it with the next answer', async () => {
    const rig = createRig();
    const pump = rig.join('pump');
    const pc = rig.join('pc', { extensions: ['receipts'] });
    const ids = Array.from({ length: 30 }, (_, index) => `m${index}`);
    for (const _id of ids) {
      pc.send('pump', { _id });
      await rig.settle();
    }
    expect(pump.link.pings).toHaveLength(24);
    pump.pong();
    expect(pc.received().map(({ _id }) => _id)).toEqual(ids.slice(0, 24));
    expect(pump.link.pings).toHaveLength(25);
    pump.pong();
    expect(pc.received().map(({ _id }) => _id)).toEqual(ids);
  });

  it('say unconfirmed when the target of a live message goes before the proof, and nothing later', async () => {
    const rig = createRig();
    const pump = rig.join('pump');
    const pc = rig.join('pc', { extensions: ['receipts'] });
    pc.send('pump', { _id: 'a' });
    await rig.settle();
    pump.leave();
    pump.pong();
    rig.join('pump').pong();
    await rig.settle();
    expect(pc.received()).toMatchObject([{ status: 'error', code: 'unconfirmed', _id: 'a', target: 'pump' }]);
  });

  it('say queued only after the commit, and delivered after the proof', async () => {
    const rig = createRig();
    const pc = rig.join('pc', { extensions: ['receipts'] });
    rig.store.holdCommits();
    pc.send('pump', { _id: 'a' });
    await rig.settle();
    expect(pc.received()).toEqual([]);
    rig.store.releaseCommits();
    await rig.settle();
    expect(pc.received()).toEqual([{ status: 'queued', _id: 'a', target: 'pump' }]);
    const pump = rig.join('pump');
    await rig.settle();
    pump.pong();
    await rig.settle();
    expect(pc.received().at(-1)).toEqual({ status: 'delivered', _id: 'a', target: 'pump' });
    expect(pc.received()).toHaveLength(2);
  });

  it('say expired, cancelled and unconfirmed', async () => {
    const rig = createRig({ queue_attempts: 1, queue_ttl: 1000, idle_timeout: 1e9 });
    const pc = rig.join('pc', { extensions: ['receipts'] });
    pc.send('a', { _id: '1' });
    pc.send('b', { _id: '2' });
    pc.send('c', { _id: '3' });
    await rig.settle();
    await rig.switchboard.rooms.purge('u1', 'b');
    const c = rig.join('c');
    await rig.settle();
    c.leave();
    rig.join('c');
    await rig.settle();
    await rig.pass(1000);
    const final = pc.received().slice(3);
    expect(final).toMatchObject([
      { status: 'cancelled', _id: '2', target: 'b' },
      { status: 'error', code: 'unconfirmed', _id: '3', target: 'c' },
      { status: 'expired', _id: '1', target: 'a' },
    ]);
  });

  it('say unconfirmed of one that was handed over once and then expired, because it may have arrived', async () => {
    const rig = createRig({ queue_ttl: 1000 });
    const pc = rig.join('pc', { extensions: ['receipts'] });
    pc.send('pump', { _id: 'a' });
    await rig.settle();
    const pump = rig.join('pump');
    await rig.settle();
    expect(pump.received()).toHaveLength(1);
    pump.leave();
    await rig.pass(1000);
    expect(pc.received().slice(1)).toMatchObject([{ status: 'error', code: 'unconfirmed', _id: 'a', target: 'pump' }]);
  });

  it('say unconfirmed of one that was handed over once and then cancelled, because it may have arrived', async () => {
    const rig = createRig();
    const pc = rig.join('pc', { extensions: ['receipts'] });
    pc.send('pump', { _id: 'a' });
    await rig.settle();
    const pump = rig.join('pump');
    await rig.settle();
    expect(pump.received()).toHaveLength(1);
    pump.leave();
    await rig.switchboard.rooms.purge('u1', 'pump');
    expect(pc.received().slice(1)).toMatchObject([{ status: 'error', code: 'unconfirmed', _id: 'a', target: 'pump' }]);
  });

  it('are counted, and the last of them kept in the history, when the sender of live ones is gone before their target', async () => {
    const rig = createRig();
    const pc = rig.join('pc', { extensions: ['receipts'] });
    const pump = rig.join('pump');
    for (let n = 0; n < 100; n++) pc.send('pump', { _id: `m-${n}` });
    await rig.settle();
    pc.leave();
    pump.leave();
    expect(rig.switchboard.reports.counts.unconfirmed).toBe(100);
    const lines = rig.room()?.outcomes.of('pump') ?? [];
    expect(lines.map(({ messageId }) => messageId)).toEqual(Array.from({ length: 20 }, (_, n) => `m-${80 + n}`));
  });

  it('go to the session that sent, not to a later one of the same name', async () => {
    const rig = createRig();
    const first = rig.join('pc', { extensions: ['receipts'] });
    first.send('pump', { _id: 'a' });
    await rig.settle();
    first.leave();
    await rig.pass(1);
    const second = rig.join('pc', { extensions: ['receipts'] });
    const pump = rig.join('pump');
    await rig.settle();
    pump.pong();
    await rig.settle();
    expect(second.received()).toEqual([]);
  });

  it('carry the id in errors', async () => {
    const rig = createRig({ queue_messages: 0 });
    const pc = rig.join('pc', { extensions: ['receipts'] });
    pc.send('pump', { _id: 'a' });
    expect(pc.received()).toMatchObject([{ code: 'queue_full', target: 'pump', _id: 'a' }]);
  });

  it.each([1, '', 'x'.repeat(65), null, '\ud800'])('refuse %j as an _id', (_id) => {
    const rig = createRig();
    const pc = rig.join('pc', { extensions: ['receipts'] });
    rig.join('pump');
    pc.send('pump', { _id });
    expect(pc.received()).toMatchObject([{ code: 'bad_message' }]);
  });

  it('are not said to who did not ask, whatever its _id is', async () => {
    const rig = createRig();
    const pump = rig.join('pump');
    const pc = rig.join('pc');
    pc.send('pump', { _id: 7 });
    pc.send('gone', { _id: 'a' });
    await rig.settle();
    pump.pong();
    expect(pc.received()).toEqual([]);
    expect(pump.received()).toHaveLength(1);
  });

  it('tell each message that was over the rate', () => {
    const rig = createRig({ message_rate: 0, message_burst: 1 });
    const pc = rig.join('pc', { extensions: ['receipts'] });
    rig.join('pump');
    for (const _id of ['a', 'b', 'c']) pc.send('pump', { _id });
    const limited = pc.received().filter((message) => message.code === 'rate_limited');
    expect(limited.flatMap((message) => (message._id === undefined ? [] : [message._id]))).toEqual(['b', 'c']);
  });
});
