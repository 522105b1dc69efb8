import { describe, expect, it } from 'vitest';
import {
  createSimulatedDevice,
  reactAsMouse,
  type SimulatedDevice,
  type SimulatedFaults,
} from '../../src/client/simulated-device.ts';
import type { RelayClient } from '../../src/client/types.ts';
import { watchClient } from './clients.ts';
import { createFakeClock } from './fake-clock.ts';
import { type FakeRelay, goodKey, startFakeRelay } from './fake-relay.ts';

const still = { x: 0, y: 0, clicks: 0 };

describe('a simulated mouse', () => {
  it('moves, clicks, and says where it is', () => {
    const moved = reactAsMouse(still, { cmd: 'move', x: 3, y: -4.5 });
    expect(moved).toEqual({ state: { x: 3, y: -4.5, clicks: 0 }, answer: { ok: true, x: 3, y: -4.5 } });
    const clicked = reactAsMouse(moved.state, { cmd: 'click' });
    expect(clicked.answer).toEqual({ ok: true, clicks: 1 });
    expect(reactAsMouse(clicked.state, { cmd: 'status' })).toEqual({
      state: clicked.state,
      answer: { ok: true, x: 3, y: -4.5, clicks: 1 },
    });
  });

  it('stays where it is when it is not told where to go', () => {
    expect(reactAsMouse(still, { cmd: 'move', x: '3', y: 0 })).toEqual({
      state: still,
      answer: { ok: false, error: 'move needs the numbers x and y' },
    });
  });

  it('echoes what it does not know, without the fields of the way', () => {
    const command = { cmd: 'dance', deep: [1], target: 'mouse', sender: 'commander', _id: 'c-1' };
    expect(reactAsMouse(still, command)).toEqual({
      state: still,
      answer: { ok: true, echo: { cmd: 'dance', deep: [1] } },
    });
  });
});

describe('a simulated device', () => {
  it('answers each command to the one who sent it, naming the message that it answers', async () => {
    await using relay = await startFakeRelay();
    await using device = createSimulatedDevice({ url: relay.url, deviceToken: 'token-of-mouse' });
    await using watched = watchClient(relay.url);
    await Promise.all([device.client.ready(), watched.client.ready()]);
    await watched.client.send('mouse', { cmd: 'move', x: 1, y: 2, _id: 'c-1' });
    await watched.client.send('mouse', { cmd: 'status' });
    expect((await watched.messages.next()).text).toBe(
      '{"_re":"c-1","ok":true,"x":1,"y":2,"target":"commander","sender":"mouse"}',
    );
    expect((await watched.messages.next()).payload).toMatchObject({ ok: true, x: 1, y: 2, clicks: 0 });
  });

  it('answers no answer, so that two of them do not talk for ever', async () => {
    await using relay = await startFakeRelay();
    await using one = createSimulatedDevice({ url: relay.url, deviceToken: 'token-of-one' });
    const fromOne = (await relay.logins.next()).received;
    await using two = createSimulatedDevice({ url: relay.url, deviceToken: 'token-of-two' });
    const fromTwo = (await relay.logins.next()).received;
    await using watched = watchClient(relay.url);
    await Promise.all([one.client.ready(), two.client.ready(), watched.client.ready()]);
    // As if it came from the other device, once with an id and once without, and once from itself.
    await watched.client.send('one', { cmd: 'click', sender: 'two', _id: 'c-1' });
    await watched.client.send('one', { cmd: 'click', sender: 'two' });
    await watched.client.send('one', { cmd: 'click', sender: 'one' });
    await watched.client.send('one', { cmd: 'click' });
    expect((await watched.messages.next()).payload).toMatchObject({ sender: 'one', clicks: 3 });
    expect(fromOne.size).toBe(3);
    await watched.client.send('two', { cmd: 'click', _re: 'c-2' });
    await watched.client.send('two', { ok: true });
    await watched.client.send('two', { cmd: 'status' });
    expect((await watched.messages.next()).payload).toMatchObject({ sender: 'two', clicks: 0 });
    expect(fromTwo.size).toBe(1);
  });
});

/** A simulated device with faults, its faults decided by the test, and one who asks it. */
async function startScene(relay: FakeRelay, faults: SimulatedFaults, chances: readonly number[] = []) {
  const clock = createFakeClock();
  const left = [...chances];
  const device = createSimulatedDevice(
    { url: relay.url, authKey: goodKey, sender: 'sim-1', faults },
    { clock, random: () => left.shift() ?? 1 },
  );
  await device.client.ready();
  const { received } = await relay.logins.next();
  const asker = watchClient(relay.url);
  await asker.client.ready();
  return { device, clock, received, asker, [Symbol.asyncDispose]: () => closeBoth(device, asker.client) };
}

async function closeBoth(device: SimulatedDevice, asker: RelayClient): Promise<void> {
  await Promise.all([device.close(), asker.close()]);
}

describe('a simulated device with faults', () => {
  it('answers late', async () => {
    await using relay = await startFakeRelay();
    await using scene = await startScene(relay, { delayMs: 700 });
    const commands = new Promise((resolve) => scene.device.client.on('message', resolve));
    await scene.asker.client.send('sim-1', { cmd: 'status', _id: 'c-1' });
    await commands;
    scene.clock.advance(699);
    await scene.device.client.ping();
    expect(scene.received.size).toBe(1);
    scene.clock.advance(1);
    expect((await scene.asker.messages.next()).re).toBe('c-1');
  });

  it('loses some commands, and does not do them', async () => {
    await using relay = await startFakeRelay();
    await using scene = await startScene(relay, { dropShare: 0.5 }, [0.49, 0.5, 0.1, 0.9]);
    for (const n of [1, 2, 3, 4]) await scene.asker.client.send('sim-1', { cmd: 'click', _id: `c-${n}` });
    expect((await scene.asker.messages.next()).payload).toMatchObject({ _re: 'c-2', clicks: 1 });
    expect((await scene.asker.messages.next()).payload).toMatchObject({ _re: 'c-4', clicks: 2 });
  });

  it('falls silent after some commands without hanging up, and can still be ended', async () => {
    await using relay = await startFakeRelay();
    await using scene = await startScene(relay, { halfOpenAfter: 2 });
    for (const n of [1, 2, 3, 4]) await scene.asker.client.send('sim-1', { cmd: 'click', _id: `c-${n}` });
    expect((await scene.asker.messages.next()).re).toBe('c-1');
    expect((await scene.asker.messages.next()).re).toBe('c-2');
    for (let turn = 0; turn < 20; turn++) await scene.asker.client.ping();
    expect(scene.asker.messages.size).toBe(0);
    expect(scene.device.client.state.phase).toBe('authenticated');
    await scene.device.close();
  });
});
