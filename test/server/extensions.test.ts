import { describe, expect, it } from 'vitest';
import { createRig, type RigClient } from './switchboard-rig.ts';

/** Who is online as a watcher was told. */
function onlineAsToldTo(watcher: RigClient): string[] {
  const states: Record<string, unknown> = Object.assign({}, ...watcher.received().map(({ devices }) => devices));
  return Object.keys(states).filter((clientId) => states[clientId] === 'online');
}

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

describe('presence (PROTOCOL B)', () => {
  it('is queried exactly', () => {
    const rig = createRig();
    const pc = rig.join('pc', { extensions: ['presence'] });
    rig.join('pump');
    rig.join('theirs', { userId: 'u2' });
    pc.sendRaw({ action: 'presence', devices: ['pump', 'theirs', 'nobody'] });
    expect(pc.received()).toEqual([
      { status: 'presence', devices: { pump: 'online', theirs: 'offline', nobody: 'offline' } },
    ]);
  });

  it('is pushed to watchers: online at once, offline after two seconds', async () => {
    const rig = createRig();
    const pc = rig.join('pc', { extensions: ['presence'] });
    pc.sendRaw({ action: 'watch' });
    const pump = rig.join('pump');
    expect(pc.received()).toEqual([
      { status: 'presence', devices: { pc: 'online' } },
      { status: 'presence', devices: { pump: 'online' } },
    ]);
    pump.leave();
    await rig.pass(1999);
    expect(pc.received()).toHaveLength(2);
    await rig.pass(1);
    expect(pc.received().at(-1)).toEqual({ status: 'presence', devices: { pump: 'offline' } });
  });

  it('makes no noise of a link that flaps, and none after unwatch', async () => {
    const rig = createRig();
    const pc = rig.join('pc', { extensions: ['presence'] });
    pc.sendRaw({ action: 'watch' });
    const pump = rig.join('pump');
    pump.leave();
    await rig.pass(1000);
    rig.join('pump');
    await rig.pass(5000);
    expect(pc.received()).toHaveLength(2);
    pc.sendRaw({ action: 'unwatch' });
    rig.join('other');
    expect(pc.received()).toHaveLength(2);
  });

  it('is told right to all, also when another begins to watch before an offline event', async () => {
    const rig = createRig(undefined, ['pump']);
    const first = rig.join('first', { extensions: ['presence'] });
    first.sendRaw({ action: 'watch' });
    const pump = rig.join('pump');
    pump.leave();
    const second = rig.join('second', { extensions: ['presence'] });
    second.sendRaw({ action: 'watch' });
    expect(second.received().at(-1)).toMatchObject({ devices: { pump: 'offline' } });
    await rig.pass(2000);
    expect(first.received().at(-1)).toEqual({ status: 'presence', devices: { pump: 'offline' } });
  });

  it('is told right to who began to watch while a link flapped', async () => {
    const rig = createRig(undefined, ['pump']);
    const first = rig.join('first', { extensions: ['presence'] });
    first.sendRaw({ action: 'watch' });
    rig.join('pump').leave();
    const second = rig.join('second', { extensions: ['presence'] });
    second.sendRaw({ action: 'watch' });
    expect(second.received().at(-1)).toMatchObject({ devices: { pump: 'offline' } });
    rig.join('pump');
    expect(second.received().at(-1)).toEqual({ status: 'presence', devices: { pump: 'online' } });
  });

  it('is not piled up for a watcher that does not read, who is told the difference when it reads again', async () => {
    const rig = createRig({ send_buffer_bytes: 1024 });
    const pump = rig.join('pump');
    rig.join('mill');
    const pc = rig.join('pc', { extensions: ['presence'] });
    pc.sendRaw({ action: 'watch' });
    pc.link.stick();
    for (let n = 0; n < 500; n++) rig.join(`guest-${n}`).leave();
    pump.leave();
    const guest = rig.join('guest-that-stays');
    await rig.pass(2000);
    expect(pc.link.unsentBytes).toBeLessThan(2048);
    const told = pc.received().length;
    pc.link.unstick();
    await rig.pass(500);
    const missed = pc.received().slice(told);
    expect(missed).toHaveLength(1);
    expect(missed[0]).toMatchObject({ devices: { pump: 'offline', 'guest-that-stays': 'online' } });
    expect(onlineAsToldTo(pc).sort()).toEqual(['guest-that-stays', 'mill', 'pc']);
    guest.leave();
    await rig.pass(2000);
    expect(onlineAsToldTo(pc).sort()).toEqual(['mill', 'pc']);
  });

  it('tells of a client once that fell silent and then left', async () => {
    const rig = createRig();
    const pump = rig.join('pump');
    const pc = rig.join('pc', { extensions: ['presence'] });
    pc.sendRaw({ action: 'watch' });
    await rig.pass(30_000);
    pc.pong();
    await rig.pass(5000);
    await rig.pass(2000);
    pump.leave();
    await rig.pass(2000);
    expect(pc.received()).toEqual([
      { status: 'presence', devices: { pc: 'online', pump: 'online' } },
      { status: 'presence', devices: { pump: 'offline' } },
    ]);
  });

  it('tells of a client that fell silent', async () => {
    const rig = createRig();
    rig.join('pump');
    const pc = rig.join('pc', { extensions: ['presence'] });
    pc.sendRaw({ action: 'watch' });
    await rig.pass(30_000);
    pc.pong();
    await rig.pass(5000);
    await rig.pass(2000);
    expect(pc.received().at(-1)).toEqual({ status: 'presence', devices: { pump: 'offline' } });
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
