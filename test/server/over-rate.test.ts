import { describe, expect, it } from 'vitest';
import { Incoming } from '../../src/server/messages/incoming.ts';
import { FakeRun } from './fake-run.ts';
import { createRig, type JoinOptions, type RigClient } from './switchboard-rig.ts';

const limits = { message_rate: 100, message_burst: 100, user_message_rate: 100_000 };

/** A rig whose clients send many messages at once to a client that reads them. */
function createFloodRig() {
  const rig = createRig(limits);
  const { switchboard, after, now } = rig;
  const incoming = new Incoming({
    switchboard,
    after,
    clock: now,
    silentAfterMs: () => 35_000,
    registered: () => [],
  });
  const pump = rig.join('pump');

  function flood({ session }: RigClient, messages: number, more: (n: number) => object = () => ({})): void {
    const run = Array.from({ length: messages }, (_, n) => ({ target: 'pump', n, ...more(n) }));
    incoming.handleRun(session, new FakeRun('pump', run));
  }

  return {
    rig,
    pump,
    incoming,
    flood,
    join: (clientId: string, options?: JoinOptions) => rig.join(clientId, options),
  };
}

/** How many messages were told to be over the rate without naming them. */
function toldCount(client: RigClient): number {
  return client.received().reduce((sum, { count }) => sum + Number(count ?? 0), 0);
}

describe('FAULTS 19: messages over the rate', () => {
  it('hold nobody back while they are few', () => {
    const { flood, join } = createFloodRig();
    const pc = join('pc');
    flood(pc, 100 + 5000);
    expect(pc.link.isReading).toBe(true);
  });

  it('beyond some thousands at once are read now and then', async () => {
    const { rig, flood, join } = createFloodRig();
    const pc = join('pc');
    flood(pc, 100 + 5001);
    expect(pc.link.isReading).toBe(false);
    await rig.pass(99);
    expect(pc.link.isReading).toBe(false);
    await rig.pass(1);
    expect(pc.link.isReading).toBe(true);
  });

  it('that are told one by one are read now and then sooner', () => {
    const { flood, join } = createFloodRig();
    const pc = join('pc', { extensions: ['receipts'] });
    flood(pc, 100 + 1250, () => ({ _id: 'm' }));
    expect(pc.link.isReading).toBe(true);
    flood(pc, 1, () => ({ _id: 'm' }));
    expect(pc.link.isReading).toBe(false);
  });

  it('of several connections count together, and these are read again one after another, each in half a second', async () => {
    const { rig, flood, join } = createFloodRig();
    const others = Array.from({ length: 200 }, (_, n) => join(`pc-${n}`));
    flood(join('pc'), 100 + 5001);
    for (const other of others) flood(other, 100 + 500);
    const reading: number[] = [];
    for (let turn = 0; turn < 100; turn++) {
      await rig.pass(5);
      reading.push(others.filter(({ link }) => link.isReading).length);
    }
    expect(reading[19]).toBe(0);
    expect(reading.slice(20, 99)).toEqual(Array.from({ length: 79 }, (_, n) => n + 1));
    expect(reading[99]).toBe(200);
  });

  it('of one user do not hold back another', () => {
    const { flood, join } = createFloodRig();
    flood(join('pc'), 100_000);
    const other = join('pc', { userId: 'u2' });
    flood(other, 100 + 500);
    expect(other.link.isReading).toBe(true);
  });

  it('are all told by their number, whoever is held back', async () => {
    const { rig, pump, flood, join } = createFloodRig();
    const pc = join('pc');
    for (let turn = 0; turn < 20; turn++) {
      flood(pc, 2000);
      await rig.pass(100);
    }
    await rig.pass(1000);
    flood(pc, 101);
    expect(pump.received().length + toldCount(pc)).toBe(20 * 2000 + 101);
  });

  it('close the connection after ten seconds, held back or not', async () => {
    const { rig, flood, join } = createFloodRig();
    const pc = join('pc');
    let turns = 0;
    for (; pc.link.closed === undefined && turns < 200; turns++) {
      if (pc.link.isReading) flood(pc, 6000);
      await rig.pass(100);
    }
    expect(pc.link.closed?.code).toBe(4129);
    expect(pc.link.isReading).toBe(false);
    expect(turns).toBe(101);
  });

  it('leave a client that stopped meanwhile in peace', async () => {
    const { rig, flood, join } = createFloodRig();
    const pc = join('pc');
    flood(pc, 100_000);
    for (let second = 0; second < 20; second++) {
      await rig.pass(2000);
      flood(pc, 101);
    }
    expect(pc.link.closed).toBeUndefined();
  });

  it('are told one by one to who asked for receipts, with the target, and none that was taken', () => {
    const { pump, flood, join } = createFloodRig();
    const pc = join('pc', { extensions: ['receipts'] });
    flood(pc, 110, (n) => (n === 105 ? {} : { _id: `m-${n}` }));
    const told = pc.received().filter(({ code, _id }) => code === 'rate_limited' && _id !== undefined);
    const ids = ['m-100', 'm-101', 'm-102', 'm-103', 'm-104', 'm-106', 'm-107', 'm-108', 'm-109'];
    expect(told.map(({ _id }) => _id)).toEqual(ids);
    for (const line of told) expect(line).toMatchObject({ status: 'error', target: 'pump', message: told[0]?.message });
    expect(pump.received()).toHaveLength(100);
  });

  it('are told by ids that need a look as well', () => {
    const { flood, join } = createFloodRig();
    const pc = join('pc', { extensions: ['receipts'] });
    flood(pc, 103, (n) => ({ _id: n === 102 ? 7 : `"${n}"` }));
    const told = pc.received().filter(({ code, _id }) => code === 'rate_limited' && _id !== undefined);
    expect(told.map(({ _id }) => _id)).toEqual(['"100"', '"101"']);
  });
});

describe('FAULTS 19: pings', () => {
  const nothing = new Uint8Array();

  it('as many as messages may come hold nobody back, and count towards no rate', () => {
    const { flood, incoming, join, pump } = createFloodRig();
    const pc = join('pc');
    for (let n = 0; n < 100; n++) {
      flood(pc, 1);
      incoming.handlePing(pc.session, nothing);
    }
    expect(pc.link.isReading).toBe(true);
    expect(pump.received()).toHaveLength(100);
    expect(pc.link.pongs).toHaveLength(100);
  });

  it.each<[what: string, number | undefined | 'ping']>([
    ['pings', 'ping'],
    ['pongs that nobody asked for', undefined],
    ['pongs to one ping, again and again', 1],
  ])('beyond that are read now and then, and told nothing of: %s', async (_what, number) => {
    const { rig, incoming, join } = createFloodRig();
    const pc = join('pc');
    pc.session.ping(rig.now());
    const say = () =>
      number === 'ping' ? incoming.handlePing(pc.session, nothing) : incoming.handlePong(pc.session, number);
    for (let n = 0; n < 102; n++) say();
    expect(pc.link.isReading).toBe(false);
    await rig.pass(100);
    expect(pc.link.isReading).toBe(true);
    expect(pc.received()).toEqual([]);
    expect(pc.link.closed).toBeUndefined();
  });

  it('of the relay may be answered as often as it asks', () => {
    const { rig, incoming, join } = createFloodRig();
    const pc = join('pc');
    for (let n = 1; n <= 1000; n++) {
      pc.session.ping(rig.now());
      incoming.handlePong(pc.session, n);
    }
    expect(pc.link.isReading).toBe(true);
  });
});
