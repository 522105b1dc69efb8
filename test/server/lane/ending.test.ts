import { describe, expect, it } from 'vitest';
import { createLaneShared } from '../../../src/server/lane/lane-shared.ts';
import type { Link, LinkListener } from '../../../src/server/rooms/link.ts';
import { Sockets } from '../../../src/server/sockets/sockets.ts';
import { opcodes, writeFrame } from '../../e2e/raw-frame.ts';
import { settle } from '../switchboard-rig.ts';
import { FakeSocket, upgradeRequest } from './fake-socket.ts';

/** One connection with a lane, or without one, and what is heard of it. */
async function connect(withLane: boolean) {
  const heard: string[] = [];
  const bugs: Error[] = [];
  const links: Link[] = [];
  const listener: LinkListener = {
    messageBytesMax: 100_000,
    takesRuns: true,
    partBytesMax: Number.POSITIVE_INFINITY,
    isHeldBack: false,
    handleText: (bytes) => heard.push(Buffer.from(bytes).toString()),
    handleRun: (run) => heard.push(...[...run.payloads()].map((payload) => Buffer.from(payload).toString())),
    handleTooBig: (bytes) => heard.push(`too big: ${bytes}`),
    handleBinary: () => {},
    handlePing: () => {},
    handlePong: () => {},
    handleWritable: () => {},
    handleClosed: () => heard.push('closed'),
  };
  const sockets = new Sockets({
    messageBytesMax: () => 100_000,
    lanes: withLane ? createLaneShared() : undefined,
    onLink(link) {
      links.push(link);
      return listener;
    },
    onGone: () => {},
    onSocketError: () => {},
    onBug: (error) => bugs.push(error),
  });
  const socket = new FakeSocket();
  sockets.accept(upgradeRequest(), socket, Buffer.alloc(0), '192.0.2.1');
  await settle();
  const [link] = links;
  if (link === undefined) throw new Error('no link was made');
  return { socket, link, heard, bugs };
}

async function settled(): Promise<void> {
  for (let count = 0; count < 5; count++) await settle();
}

const message = writeFrame({ opcode: opcodes.text, payload: '{"target":"a"}' });

describe.each([
  ['with a lane', true],
  ['without one', false],
])('the end of a connection %s', (_name, withLane) => {
  it('is no end of the relay when half a frame was kept and the socket is gone', async () => {
    const { socket, link, bugs } = await connect(withLane);
    socket.receive(message.subarray(0, 1));
    socket.destroy();
    // Something that waited, such as the answer to a wrong key, closes it now.
    await settle();
    link.close(4130, 'auth_throttled');
    await settled();
    link.close(4130, 'auth_throttled');
    expect(bugs).toEqual([]);
  });

  it.each([
    ['a close frame', writeFrame({ opcode: opcodes.close, payload: Buffer.from([3, 0xe8]) })],
    ['what is no frame', Buffer.from([0x83, 0x80, 0, 0, 0, 0])],
  ])('comes as soon as the peer ends after %s, whatever it sent behind it', async (_what, last) => {
    const { socket, heard } = await connect(withLane);
    socket.receive(last);
    await settled();
    socket.receive(Buffer.alloc(100_000));
    socket.push(null);
    await settled();
    expect(heard).toEqual(['closed']);
  });

  it('loses nothing that a paused socket had read', async () => {
    const { socket, link, heard } = await connect(withLane);
    link.pauseReading();
    socket.receive(message);
    await settle();
    socket.destroy();
    await settled();
    expect(heard).toEqual(['{"target":"a"}', 'closed']);
  });
});
