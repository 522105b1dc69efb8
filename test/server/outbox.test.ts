import { PassThrough, Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opcodes } from '../../src/server/sockets/frame-header.ts';
import { createPostman, Outbox } from '../../src/server/sockets/outbox.ts';
import { createFrameReader } from '../e2e/raw-frame.ts';

/** The frames that these bytes are, in order. */
function readFrames(bytes: Buffer): string[] {
  const seen: string[] = [];
  createFrameReader((frame) => seen.push(frame.payload.toString()))(bytes);
  return seen;
}

describe('the frames of one tick', () => {
  it('leave in one write', async () => {
    const writes: Buffer[] = [];
    const socket = new PassThrough();
    socket.on('data', (chunk: Buffer) => writes.push(chunk));
    const outbox = new Outbox(socket, createPostman());
    for (const text of ['a', 'b', 'c']) outbox.push(opcodes.text, Buffer.from(text));
    expect(writes).toEqual([]);
    await new Promise((resolve) => socket.once('data', resolve));
    expect(writes).toHaveLength(1);
    expect(readFrames(Buffer.concat(writes))).toEqual(['a', 'b', 'c']);
  });

  it('are followed by the ping that proves them, also when they left before it was asked for', async () => {
    const socket = new PassThrough();
    const outbox = new Outbox(socket, createPostman());
    outbox.push(opcodes.text, Buffer.alloc(100_000, 'x'));
    outbox.pushBehind(() => ({ opcode: opcodes.ping, payload: Buffer.from('ping') }));
    const seen: string[] = [];
    const read = createFrameReader((frame) => seen.push(frame.payload.toString()));
    for await (const chunk of socket) {
      read(chunk);
      if (seen.length === 2) break;
    }
    expect(seen[1]).toBe('ping');
  });

  it('arrive whole and in order at any size, also through a socket that is slow', async () => {
    const sizes = fc.array(fc.oneof(fc.nat(300), fc.constantFrom(125, 126, 65_535, 65_536, 16_384, 16_385, 70_000)), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(sizes, fc.boolean(), async (lengths, isSlow) => {
        const chunks: Buffer[] = [];
        const socket = new Writable({
          highWaterMark: 1024,
          write(chunk: Buffer, _encoding, done) {
            if (!isSlow) {
              chunks.push(Buffer.from(chunk));
              done();
              return;
            }
            // What is written late must not have been overwritten meanwhile.
            setImmediate(() => {
              chunks.push(Buffer.from(chunk));
              done();
            });
          },
        });
        const outbox = new Outbox(socket, createPostman());
        const texts = lengths.map((length, index) => String.fromCharCode(97 + index).repeat(length));
        for (const [index, text] of texts.entries()) {
          outbox.push(opcodes.text, Buffer.from(text));
          if (index % 3 === 2) outbox.flush();
        }
        outbox.flush();
        await new Promise((resolve) => socket.end(resolve));
        expect(readFrames(Buffer.concat(chunks))).toEqual(texts);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what waits in a socket that takes nothing', () => {
  /** A socket that takes nothing, and how many bytes of memory the writes to it hold. */
  function createStuckSocket() {
    const held = new Set<ArrayBufferLike>();
    const socket = new Writable({ highWaterMark: 1024, write: () => {} });
    const write = socket.write.bind(socket);
    socket.write = (chunk: Buffer) => {
      held.add(chunk.buffer);
      return write(chunk);
    };
    return { socket, heldBytes: () => [...held].reduce((sum, { byteLength }) => sum + byteLength, 0) };
  }

  it('holds no more memory than it needs, however short the messages of each tick are', () => {
    const { socket, heldBytes } = createStuckSocket();
    const outbox = new Outbox(socket, createPostman());
    for (let tick = 0; tick < 1000; tick++) {
      outbox.push(opcodes.text, Buffer.from('{"n":1}'));
      outbox.flush();
    }
    // The first is written before it shows that the socket takes nothing.
    expect(heldBytes()).toBeLessThan(64 * 1024 + 1000 * 32);
  });

  it('counts with what it costs beside its bytes', () => {
    const { socket } = createStuckSocket();
    const outbox = new Outbox(socket, createPostman());
    for (let tick = 0; tick < 100; tick++) {
      outbox.push(opcodes.text, Buffer.from('{"n":1}'));
      outbox.flush();
    }
    expect(outbox.unsentBytes).toBeGreaterThan(100 * 700);
  });
});
