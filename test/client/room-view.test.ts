import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelayClient } from '../../src/client/relay-client.ts';
import type { TappedMessage } from '../../src/client/types.ts';
import type { Inbox } from './inbox.ts';
import { inboxOf, type OwnRoom, startOwnRoom } from './own-room.ts';

let room: OwnRoom;

beforeAll(async () => {
  room = await startOwnRoom();
});

afterAll(() => room[Symbol.asyncDispose]());

/** Takes from an inbox until it fits. */
async function nextThat<Item>(inbox: Inbox<Item>, fits: (item: Item) => boolean): Promise<Item> {
  for (;;) {
    const item = await inbox.next();
    if (fits(item)) return item;
  }
}

describe('presence', () => {
  it('is asked for exactly, however many are asked for', async () => {
    await using desk = await room.connect('desk', ['presence']);
    await using gate = await room.connect('gate');
    expect(await gate.ping()).toBeGreaterThanOrEqual(0);
    const nobody = Array.from({ length: 2_500 }, (_, n) => `nobody-${n}`);
    const states = await desk.queryPresence(['gate', ...nobody, '__proto__']);
    expect(states.gate).toBe('online');
    expect(Object.values(states).filter((state) => state === 'offline')).toHaveLength(2_501);
    expect(await desk.queryPresence([])).toEqual({});
    const goneStates = gate.close().then(() => desk.queryPresence(['gate']));
    expect(await goneStates).toEqual({ gate: 'offline' });
  });

  it('is told as it changes, on the next connection as well, until it is called off', async () => {
    await using desk = await room.connect('watcher', ['presence']);
    const presence = inboxOf(desk, 'presence');
    await desk.watchPresence();
    expect(await presence.next()).toMatchObject({ watcher: 'online' });
    const pump = await room.connect('pump');
    expect(await nextThat(presence, (states) => 'pump' in states)).toEqual({ pump: 'online' });
    await pump.close();
    expect(await nextThat(presence, (states) => 'pump' in states)).toEqual({ pump: 'offline' });
    await desk.unwatchPresence();
    await using later = await room.connect('pump-2');
    await later.ping();
    await desk.ping();
    expect(presence.size).toBe(0);
  });
});

describe('a tap', () => {
  it('shows what passes, every digit of it, and what became of it', async () => {
    await using watcher = await room.connect('watcher', ['tap']);
    await using desk = await room.connect('desk');
    await using gate = await room.connect('gate');
    const taps = inboxOf(watcher, 'tap');
    const own = inboxOf(watcher, 'message');
    await watcher.tap(['gate', 'watcher']);
    await watcher.ping();
    await desk.sendText('elsewhere', '{"n":0}');
    await desk.sendText('gate', '{ "n": 12345678901234567890, "x": 1.0 }');
    await gate.send('watcher', { status: 'tap', from: 'a', target: 'watcher', outcome: 'sent', payload: {} });
    const first = await taps.next();
    const copy: Partial<TappedMessage> = { from: 'desk', target: 'gate', outcome: 'sent', dropped: 0 };
    expect(first).toMatchObject(copy);
    expect(first.text).toBe('{ "n": 12345678901234567890, "x": 1.0 ,"target":"gate","sender":"desk"}');
    expect(first.payload.x).toBe(1);
    // A copy of what came to this client itself is told from the message, and the message from the word of the relay.
    expect(await taps.next()).toMatchObject({ from: 'gate', target: 'watcher', payload: { from: 'a' } });
    expect(await own.next()).toMatchObject({ from: 'gate', payload: { status: 'tap' } });
    await watcher.untap();
    await watcher.ping();
    await desk.send('gate', { n: 2 });
    await desk.ping();
    await watcher.ping();
    expect([taps.size, own.size]).toEqual([0, 0]);
  });
});

it('what was asked to see is asked again on every connection', async () => {
  await using other = await startOwnRoom();
  const credentials = { authKey: other.authKey, sender: 'desk' };
  await using desk = createRelayClient({
    url: other.relay.url,
    credentials,
    extensions: ['presence', 'tap', 'receipts'],
  });
  const presence = inboxOf(desk, 'presence');
  const taps = inboxOf(desk, 'tap');
  // Before there is a connection: it holds for those that come.
  await Promise.all([desk.watchPresence(), desk.tap()]);
  await desk.ready();
  expect(await presence.next()).toEqual({ desk: 'online' });
  const waiting = desk.sendTracked('away', { n: 1 });
  expect(await waiting.accepted).toEqual({ status: 'queued' });
  expect(await taps.next()).toMatchObject({ from: 'desk', target: 'away', outcome: 'queued' });
  await other.restart();
  expect(await waiting.final).toMatchObject({ status: 'unknown', last: 'queued' });
  expect(await presence.next()).toEqual({ away: 'offline', desk: 'online' });
  await desk.send('desk', { n: 2 });
  expect(await taps.next()).toMatchObject({ from: 'desk', target: 'desk', payload: { n: 2 } });
});
