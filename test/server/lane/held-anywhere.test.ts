import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLaneShared, type LaneShared } from '../../../src/server/lane/lane-shared.ts';
import type { Link, LinkListener } from '../../../src/server/rooms/link.ts';
import { Sockets } from '../../../src/server/sockets/sockets.ts';
import { settle } from '../switchboard-rig.ts';
import { Said } from './conversation.ts';
import { FakeSocket, upgradeRequest } from './fake-socket.ts';
import { frameBytes } from './frame-arbitraries.ts';

interface Way {
  /** The client is held back whenever so many more of its frames were heard of, one after the other, and over again. */
  readonly heldAfter: readonly number[];
  readonly partBytesMax: number;
  /** What happens when all has arrived, while the client is held back or not. */
  readonly end: 'nothing' | 'the peer says no more' | 'the socket breaks';
}

const free: Way = { heldAfter: [Number.POSITIVE_INFINITY], partBytesMax: Number.POSITIVE_INFINITY, end: 'nothing' };

/** Lets reads arrive, and tells all that was heard of them, to the end of the conversation or of the reads. */
async function hear(
  lanes: LaneShared,
  reads: readonly Buffer[],
  way: Way,
): Promise<{ heard: string[]; holds: number }> {
  const heard: string[] = [];
  let [link]: Link[] = [];
  let [left = 1] = way.heldAfter;
  let holds = 0;
  let isHeld = false;
  let hasEnded = false;
  const note = (...texts: string[]) => {
    if (hasEnded) return;
    heard.push(...texts);
    left -= texts.length;
    if (left > 0) return;
    isHeld = true;
    link?.pauseReading();
  };
  const text = (bytes: Uint8Array) => `text ${Buffer.from(bytes).toString('latin1')}`;
  const listener: LinkListener = {
    messageBytesMax: 50_000,
    takesRuns: true,
    partBytesMax: way.partBytesMax,
    get isHeldBack() {
      return isHeld && !hasEnded;
    },
    handleText: (bytes) => note(text(bytes)),
    handleRun: (run) => note(...[...run.payloads()].map(text)),
    handleTooBig(bytes) {
      note(`too big: ${bytes}`);
      hasEnded = true;
      link?.close(1009, '');
    },
    handleBinary: () => note('binary'),
    handlePing: (data) => note(`ping ${Buffer.from(data).toString('latin1')}`),
    handlePong: () => note('pong'),
    handleWritable: () => {},
    handleClosed: () => {},
  };
  const sockets = new Sockets({
    messageBytesMax: () => 50_000,
    lanes,
    onLink(made) {
      link = made;
      return listener;
    },
    onGone: (code) => heard.push(`gone: ${code}`),
    onSocketError: (error) => {
      if (!hasEnded) heard.push(error.message);
      hasEnded = true;
    },
    onBug: (error) => heard.push(`bug: ${error.stack}`),
  });
  const socket = new FakeSocket();
  sockets.accept(upgradeRequest(), socket, Buffer.alloc(0), '192.0.2.1');
  await settle();

  async function letGo(): Promise<void> {
    if (!isHeld) return;
    isHeld = false;
    holds += 1;
    left = way.heldAfter[holds % way.heldAfter.length] ?? 1;
    if (!hasEnded) link?.resumeReading();
    await settle();
  }

  for (const read of reads) {
    socket.receive(read);
    await settle();
    if (heard.length % 2 === 0) await letGo();
  }
  if (way.end === 'the peer says no more') socket.push(null);
  if (way.end === 'the socket breaks') socket.destroy();
  for (let turn = 0; turn < 3; turn++) await settle();
  while (isHeld) await letGo();
  for (let turn = 0; turn < 3; turn++) await settle();
  socket.destroy();
  await sockets.close(0);
  return { heard: heard.filter((what) => !what.startsWith('gone')), holds };
}

it('a client that is held back at any frame is heard of everything, once and in its order, as if it never had been', {
  timeout: 900_000,
}, async () => {
  const lanes = createLaneShared();
  let holds = 0;
  const reads = fc.array(
    fc.record({ said: frameBytes.map((bytes) => new Said(bytes)), cuts: fc.array(fc.nat(100), { maxLength: 3 }) }),
    { minLength: 1, maxLength: 12 },
  );
  const way: fc.Arbitrary<Way> = fc.record({
    heldAfter: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 5 }),
    partBytesMax: fc.constantFrom(64, 100, 2048, Number.POSITIVE_INFINITY),
    end: fc.constantFrom('nothing', 'the peer says no more', 'the socket breaks'),
  });
  await fc.assert(
    fc.asyncProperty(reads, way, async (all, held) => {
      const pieces = all.flatMap(({ said: { bytes }, cuts }) => {
        const at = [0, ...cuts.map((cut) => Math.floor((bytes.length * cut) / 100)), bytes.length];
        at.sort((a, b) => a - b);
        return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      });
      const expected = await hear(lanes, pieces, free);
      const found = await hear(lanes, pieces, held);
      holds += found.holds;
      expect(found.heard).toEqual(expected.heard);
    }),
    { numRuns: Number(process.env.LANE_CONVERSATIONS ?? 300) },
  );
  expect(holds).toBeGreaterThan(300);
});
