/** A session of the commander over real sockets: with a relay of ours, and with one that knows the published contract alone. */
import { describe, expect, it, vi } from 'vitest';
import { startSession } from '../../../src/tui/session/session.ts';
import type { Action } from '../../../src/tui/state/action.ts';
import { goodKey, startFakeRelay } from '../../client/fake-relay.ts';
import { startOwnRoom } from '../../client/own-room.ts';

interface Relay {
  readonly url: string;
  readonly authKey: string;
}

function watchSession({ url, authKey }: Relay) {
  const told: Action[] = [];
  const session = startSession(
    { label: 'test', url, authKey, sender: 'commander' },
    {
      tell: (action) => told.push(action),
      onState: () => undefined,
      knownIds: () => [],
      isOneShot: (id) => id.startsWith('cli-'),
    },
  );
  return {
    session,
    told,
    /** Resolves when something like this was told. */
    async hear(expected: Partial<Action>) {
      await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining(expected)), 20_000);
    },
    [Symbol.asyncDispose]: () => session.close(),
  };
}

async function startConnected(relay: Relay) {
  const watched = watchSession(relay);
  const connection = expect.objectContaining({ phase: 'authenticated' });
  await watched.hear({ type: 'connection-changed', connection });
  return watched;
}

describe('a session with a relay that has the extensions', () => {
  it('tells each state of a message: queued, then delivered when its target comes', async () => {
    await using room = await startOwnRoom();
    await using watched = await startConnected({ url: room.relay.url, authKey: room.authKey });
    await room.http.addDevice('gate');
    watched.session.send(1, 'gate', '{"cmd":"open","_id":"c-1"}');
    await watched.hear({ type: 'send-told', seq: 1, fate: { status: 'queued' } });
    await using _gate = await room.connect('gate');
    await watched.hear({ type: 'send-told', seq: 1, fate: { status: 'delivered' } });
  });

  it('asks what waits as soon as a queued message has come to its end', async () => {
    await using room = await startOwnRoom();
    await using watched = await startConnected({ url: room.relay.url, authKey: room.authKey });
    await room.http.addDevice('gate');
    watched.session.send(1, 'gate', '{"cmd":"open","_id":"c-1"}');
    const waiting = (count: number) => [expect.objectContaining({ id: 'gate', waiting: count })];
    await watched.hear({ type: 'devices-polled', devices: waiting(1) });
    const seq = (await room.http.queue('gate')).messages[0]?.seq ?? 0;
    await room.http.cancelQueued('gate', seq);
    // Without being asked again, it would be five seconds.
    const isTold = () =>
      expect(watched.told.at(-1)).toMatchObject({ type: 'devices-polled', devices: [{ id: 'gate', waiting: 0 }] });
    await vi.waitFor(isTold, 4000);
  });

  it('tells a refusal as an error with its code', async () => {
    await using room = await startOwnRoom({ userLimits: { queue_messages: 0 } });
    await using watched = await startConnected({ url: room.relay.url, authKey: room.authKey });
    watched.session.send(1, 'gate', '{"cmd":"open","_id":"c-1"}');
    const fate = expect.objectContaining({ status: 'error', code: 'queue_full' });
    await watched.hear({ type: 'send-told', seq: 1, fate });
  });

  it('hears who comes without asking, and nothing of commands that are over in a moment', async () => {
    await using room = await startOwnRoom();
    await using watched = await startConnected({ url: room.relay.url, authKey: room.authKey });
    await using _passing = await room.connect('cli-passing');
    await using _gate = await room.connect('gate');
    await watched.hear({ type: 'presence-pushed', devices: { gate: 'online' } });
    const pushes = watched.told.filter(({ type }) => type === 'presence-pushed');
    expect(JSON.stringify(pushes)).not.toContain('cli-passing');
  });

  it('hears what others say once the tap is on', async () => {
    await using room = await startOwnRoom();
    await using watched = await startConnected({ url: room.relay.url, authKey: room.authKey });
    await using gate = await room.connect('gate');
    await using pump = await room.connect('pump');
    await watched.session.tap(true);
    await gate.ping();
    await gate.send('pump', { n: 1 });
    await pump.ping();
    const messages = [expect.objectContaining({ from: 'gate', target: 'pump', payload: expect.anything() })];
    await watched.hear({ type: 'tapped', messages });
  });
});

describe('a session with a relay of the published contract', () => {
  it('says sent, and that no more will be known', async () => {
    await using relay = await startFakeRelay();
    await using watched = await startConnected({ url: relay.url, authKey: goodKey });
    watched.session.send(1, 'gate', '{"cmd":"open","_id":"c-1"}');
    await watched.hear({ type: 'send-told', seq: 1, fate: { status: 'sent' } });
    const fate = expect.objectContaining({ status: 'unknown', last: 'sent' });
    await watched.hear({ type: 'send-told', seq: 1, fate });
  });
});
