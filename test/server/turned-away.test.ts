import { describe, expect, it, vi } from 'vitest';
import { defaultServerLimits, defaultUserLimits } from '../../src/protocol/limits.ts';
import { createLaneShared, type LaneShared } from '../../src/server/lane/lane-shared.ts';
import { Incoming } from '../../src/server/messages/incoming.ts';
import { createAuthThrottle } from '../../src/server/rates/auth-throttle.ts';
import { Switchboard } from '../../src/server/rooms/switchboard.ts';
import { Connection } from '../../src/server/sockets/connection.ts';
import { Sockets } from '../../src/server/sockets/sockets.ts';
import { opcodes, writeFrame } from '../e2e/raw-frame.ts';
import { FakeSocket, upgradeRequest } from './lane/fake-socket.ts';
import { createMemoryStore } from './memory-store.ts';
import { settle } from './switchboard-rig.ts';

const wrongKey = { code: 'invalid_credentials', message: 'wrong' } as const;

/** Connections of a relay whose first message is the name that logs in, or "wrong". */
function createDoor(lanes: LaneShared | undefined, failuresPerMinute = 1000) {
  let nowMs = 1_000_000;
  const clock = () => nowMs;
  const switchboard = new Switchboard({
    store: createMemoryStore().queue,
    clock,
    limitsOf: () => ({ ...defaultUserLimits(), message_rate: Number.POSITIVE_INFINITY }),
    limits: defaultServerLimits,
    onJoined: () => {},
    onLeft: () => {},
    onSwept: () => {},
  });
  const incoming = new Incoming({
    switchboard,
    clock,
    after: () => {},
    silentAfterMs: () => defaultServerLimits().silent_after,
    registered: () => [],
  });
  const throttle = createAuthThrottle({ clock, failuresPerMinute: () => failuresPerMinute, delayMs: 1 });
  const shared = { switchboard, incoming, clock, throttle, onDecided() {}, onClosed() {}, onRefused() {} };
  const sockets = new Sockets({
    messageBytesMax: () => 100_000,
    lanes,
    onLink: (link) =>
      new Connection(link, {
        ...shared,
        logIn(first) {
          const clientId = new TextDecoder().decode(first);
          if (clientId === 'wrong') return wrongKey;
          return { userId: 'u1', clientId, keyId: 'k1', isDevice: false, granted: ['presence'] };
        },
      }),
    onGone: () => {},
    onSocketError: () => {},
    onBug: (error) => {
      throw error;
    },
  });
  return {
    async connect(first?: string): Promise<FakeSocket> {
      const socket = new FakeSocket();
      sockets.accept(upgradeRequest(), socket, Buffer.alloc(0), '192.0.2.1');
      if (first !== undefined) socket.receive(writeFrame({ opcode: opcodes.text, payload: first }));
      await settle();
      await settle();
      return socket;
    },
    async pass(durationMs: number): Promise<void> {
      nowMs += durationMs;
      await switchboard.sweep(nowMs);
      await settle();
    },
    end: (clientId: string) =>
      switchboard.rooms.endWhere('u1', (session) => session.clientId === clientId, 'revoked', 'revoked'),
  };
}

const message = writeFrame({ opcode: opcodes.text, payload: '{"target":"b","x":"0123456789"}' });
const ping = writeFrame({ opcode: opcodes.ping, payload: 'p' });
const closeFrame = writeFrame({ opcode: opcodes.close, payload: Buffer.from([3, 0xe8]) });

function times(count: number, frame: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => frame));
}

async function say(socket: FakeSocket, bytes: Buffer): Promise<void> {
  socket.receive(bytes);
  await settle();
  await settle();
}

describe.each([
  ['with a fast lane', createLaneShared()],
  ['without one', undefined],
])('FAULTS 19, 23: a connection that was turned away is not read for its flood, %s', (_name, lanes) => {
  it.each([
    ['messages', message],
    ['pings', ping],
    ['binary messages', writeFrame({ opcode: opcodes.binary, payload: 'b' })],
  ])('after a wrong key: %s', async (_what, frame) => {
    const socket = await createDoor(lanes).connect('wrong');
    await say(socket, times(500, frame));
    expect(socket.isPaused()).toBe(false);
    await say(socket, times(10_000, frame));
    expect(socket.isPaused()).toBe(true);
  });

  it('while the answer to one wrong key of many is held back, and after it', async () => {
    const socket = await createDoor(lanes, 0).connect('wrong');
    await say(socket, times(10_000, message));
    expect(socket.isPaused()).toBe(true);
    await vi.waitFor(() => expect(socket.written.includes('auth_throttled')).toBe(true));
    await settle();
    expect(socket.isPaused()).toBe(true);
  });

  it('after another session took its id', async () => {
    const door = createDoor(lanes);
    const socket = await door.connect('pc');
    await door.connect('pc');
    await say(socket, times(10_000, message));
    expect(socket.isPaused()).toBe(true);
  });

  it('nor is one that pings instead of logging in', async () => {
    const socket = await createDoor(lanes).connect();
    await say(socket, times(10_000, ping));
    expect(socket.isPaused()).toBe(true);
  });

  it('but its goodbye is heard behind what was under way', async () => {
    const door = createDoor(lanes);
    const socket = await door.connect('pc');
    door.end('pc');
    await say(socket, Buffer.concat([times(500, message), closeFrame]));
    expect(socket.writableEnded).toBe(true);
  });
});

it('PROTOCOL B: what a silent client says after its end does not make it online', async () => {
  const door = createDoor(undefined);
  const [watcher, silent] = [await door.connect('watcher'), await door.connect('silent')];
  await say(watcher, writeFrame({ opcode: opcodes.text, payload: '{"action":"watch"}' }));
  await door.pass(40_000);
  await say(watcher, writeFrame({ opcode: opcodes.pong, payload: 'awake' }));
  await door.pass(3000);
  door.end('silent');
  const before = watcher.written.length;
  await say(silent, ping);
  await say(silent, writeFrame({ opcode: opcodes.pong, payload: 'late' }));
  expect(watcher.written.subarray(before).includes('silent')).toBe(false);
});
