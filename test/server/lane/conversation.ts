import fc from 'fast-check';
import type { ExtensionName } from '../../../src/protocol/extensions.ts';
import { defaultServerLimits, defaultUserLimits } from '../../../src/protocol/limits.ts';
import type { LaneShared } from '../../../src/server/lane/lane-shared.ts';
import { Incoming } from '../../../src/server/messages/incoming.ts';
import { createAuthThrottle } from '../../../src/server/rates/auth-throttle.ts';
import { Switchboard } from '../../../src/server/rooms/switchboard.ts';
import { Connection } from '../../../src/server/sockets/connection.ts';
import { readFrameHeader } from '../../../src/server/sockets/frame-header.ts';
import { Sockets } from '../../../src/server/sockets/sockets.ts';
import { opcodes, writeFrame } from '../../e2e/raw-frame.ts';
import { createMemoryStore } from '../memory-store.ts';
import { settle } from '../switchboard-rig.ts';
import { FakeSocket, upgradeRequest } from './fake-socket.ts';

export const speakers = ['a', 'b', 'c', 't'] as const;
export type Speaker = (typeof speakers)[number];

const extensionsOf: Readonly<Record<Speaker, readonly ExtensionName[]>> = {
  a: ['receipts', 'ttl'],
  b: [],
  c: ['receipts', 'from', 'acks', 'age'],
  t: ['tap', 'receipts'],
};

/** Bytes of frames; a failing test shows them short. */
export class Said {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  [fc.toStringMethod](): string {
    return `${this.bytes.length} bytes ${this.bytes.subarray(0, 40).toString('hex')}`;
  }
}

/** One thing that happens. */
export interface Step {
  readonly who: Speaker;
  /** What is said, or a pong to the last ping, which depends on what was heard. */
  readonly says: Said | 'pong';
  /** How much of what was said and did not arrive arrives now, in percent. */
  readonly arrives: number;
  /** Milliseconds that pass before the next step; undefined when it follows in the same tick. */
  readonly passesMs: number | undefined;
}

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

function readFrames(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  let at = 0;
  while (at < bytes.length) {
    const header = readFrameHeader(bytes, at);
    if (header === undefined) throw new Error('half a frame was sent');
    at += header.frameBytes;
    frames.push({ opcode: header.first & 0x0f, payload: bytes.subarray(at - header.payloadBytes, at) });
  }
  return frames;
}

/**
 * Lets a conversation happen, with a lane or without one, and tells what each speaker got: every message, pong and close code in
 * its order. Pings are left out: how many there are depends on how writes fall together.
 */
export async function converse(lanes: LaneShared | undefined, steps: readonly Step[]): Promise<string[][]> {
  let nowMs = 1_000_000;
  const clock = () => nowMs;
  const store = createMemoryStore();
  const limits = { ...defaultUserLimits(), message_rate: 20, message_burst: 60, queue_messages: 20 };
  const switchboard = new Switchboard({
    store: store.queue,
    clock,
    limitsOf: () => limits,
    limits: defaultServerLimits,
    // Messages go out together from the fourth on, so that both ways are taken.
    progressPings: { burst: 3, perSecond: 0.1 },
    onJoined: () => {},
    onLeft: () => {},
    onSwept: () => {},
  });
  const silentAfterMs = () => defaultServerLimits().silent_after;
  const incoming = new Incoming({ switchboard, after: () => {}, clock, silentAfterMs, registered: () => [] });
  const throttle = createAuthThrottle({ clock, failuresPerMinute: () => 10 });
  const bugs: Error[] = [];
  const sockets = new Sockets({
    messageBytesMax: () => limits.message_bytes,
    lanes,
    onLink: (link) =>
      new Connection(link, {
        switchboard,
        incoming,
        clock,
        throttle,
        logIn: (first) => JSON.parse(new TextDecoder().decode(first)),
        onDecided: () => {},
        onClosed: () => {},
        onRefused: () => {},
      }),
    onGone: () => {},
    onSocketError: () => {},
    onBug: (error) => bugs.push(error),
  });

  const connected = speakers.map((clientId) => {
    const socket = new FakeSocket();
    sockets.accept(upgradeRequest(), socket, Buffer.alloc(0), '192.0.2.1');
    const login = { userId: 'u1', clientId, keyId: 'k1', isDevice: false, granted: extensionsOf[clientId] };
    socket.receive(writeFrame({ opcode: opcodes.text, payload: JSON.stringify(login) }));
    return { clientId, socket, waiting: Buffer.alloc(0) };
  });
  await settle();
  await settle();

  for (const { who, says, arrives, passesMs } of steps) {
    const speaker = connected.find(({ clientId }) => clientId === who);
    if (speaker === undefined) continue;
    const { socket } = speaker;
    // A ping is there when the tick in which it was asked for is over, whenever in it the frames before it left.
    if (says === 'pong') await settle();
    const said = says === 'pong' ? pongOf(socket) : says.bytes;
    speaker.waiting = Buffer.concat([speaker.waiting, said]);
    const bytes = Math.floor((speaker.waiting.length * arrives) / 100);
    socket.receive(speaker.waiting.subarray(0, bytes));
    speaker.waiting = speaker.waiting.subarray(bytes);
    if (passesMs === undefined) continue;
    for (let count = 0; count < 3; count++) await settle();
    nowMs += passesMs;
  }
  for (const { socket, waiting } of connected) socket.receive(waiting);
  // Everything that was read is proven in the end.
  for (let round = 0; round < 4; round++) {
    for (let count = 0; count < 3; count++) await settle();
    for (const { socket } of connected) socket.receive(pongOf(socket));
  }
  await settle();
  const heard = connected.map(({ socket }) => readFrames(socket.written).filter(isCompared).map(describe));
  for (const { socket } of connected) socket.destroy();
  throttle.close();
  await sockets.close(0);
  const [bug] = bugs;
  if (bug !== undefined) throw bug;
  return heard;
}

function pongOf(socket: FakeSocket): Buffer {
  const ping = readFrames(socket.written).findLast(({ opcode }) => opcode === opcodes.ping);
  return ping === undefined ? Buffer.alloc(0) : writeFrame({ opcode: opcodes.pong, payload: ping.payload });
}

function isCompared({ opcode }: Frame): boolean {
  return opcode !== opcodes.ping;
}

function describe({ opcode, payload }: Frame): string {
  // Long ones are told apart well enough by their length and their beginning.
  if (payload.length > 2000) return `${opcode} ${payload.length} ${payload.subarray(0, 200).toString('latin1')}`;
  return opcode === opcodes.close ? `close ${payload.toString('hex')}` : `${opcode} ${payload.toString('latin1')}`;
}
