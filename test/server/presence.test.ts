import { describe, expect, it } from 'vitest';
import { createRig, type RigClient } from './switchboard-rig.ts';

/** Who is online as a watcher was told. */
function onlineAsToldTo(watcher: RigClient): string[] {
  const states: Record<string, unknown> = Object.assign({}, ...watcher.received().map(({ devices }) => devices));
  return Object.keys(states).filter((clientId) => states[clientId] === 'online');
}

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
