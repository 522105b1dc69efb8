import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Arena, compileKernel } from '../../../src/server/lane/arena.ts';
import { opcodes } from '../../../src/server/sockets/frame-header.ts';
import { createPostman, Outbox } from '../../../src/server/sockets/outbox.ts';

/** A socket that the operating system takes nothing from until it is told to. */
function createSlowSocket() {
  const chunks: Buffer[] = [];
  const held: (() => void)[] = [];
  const socket = new Writable({
    write(chunk: Buffer, _encoding, done) {
      held.push(() => {
        chunks.push(Buffer.from(chunk));
        done();
      });
    },
  });
  return {
    socket,
    chunks,
    async takeOne(): Promise<void> {
      held.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function createArena() {
  let timesFree = 0;
  const arena = new Arena(compileKernel(), () => {
    timesFree += 1;
  });
  return { arena, timesFree: () => timesFree };
}

/** A frame of ten bytes in the arena. */
function putFrame(arena: Arena, letter: string) {
  const start = arena.top;
  arena.copyIn(Buffer.concat([Buffer.from([0x81, 8]), Buffer.alloc(8, letter)]), start);
  arena.keepUntil(start + 10);
  return { bytes: arena.view(start, start + 10), memory: arena };
}

describe('frames that leave from the memory of the kernel', () => {
  it('keep it busy until the operating system has them', async () => {
    const { arena, timesFree } = createArena();
    const { socket, chunks, takeOne } = createSlowSocket();
    const outbox = new Outbox(
      socket,
      createPostman(() => true),
    );
    outbox.pushFrames(putFrame(arena, 'a'));
    outbox.flush();
    expect(arena.isLent).toBe(true);
    expect(timesFree()).toBe(0);
    await takeOne();
    expect(arena.isLent).toBe(false);
    expect(timesFree()).toBe(1);
    expect(chunks[0]?.subarray(2).toString()).toBe('aaaaaaaa');
  });

  it('are copied when others wait before them, so that a slow reader keeps one memory busy and no more', async () => {
    const { arena } = createArena();
    const { socket, chunks, takeOne } = createSlowSocket();
    const outbox = new Outbox(
      socket,
      createPostman(() => true),
    );
    outbox.pushFrames(putFrame(arena, 'a'));
    outbox.flush();
    const other = createArena();
    const frames = putFrame(other.arena, 'b');
    outbox.pushFrames(frames);
    outbox.flush();
    expect(other.arena.isLent).toBe(false);
    frames.bytes.fill('z');
    await takeOne();
    await takeOne();
    expect(Buffer.concat(chunks).toString('latin1')).toContain('bbbbbbbb');
  });

  it('are copied when the memory may not be lent, and with TLS', async () => {
    for (const [mayLend, encrypted] of [
      [false, false],
      [true, true],
    ] as const) {
      const { arena } = createArena();
      const { socket, chunks, takeOne } = createSlowSocket();
      const outbox = new Outbox(
        Object.assign(socket, { encrypted }),
        createPostman(() => mayLend),
      );
      const frames = putFrame(arena, 'a');
      outbox.pushFrames(frames);
      outbox.flush();
      frames.bytes.fill('z');
      await takeOne();
      expect(chunks[0]?.subarray(2).toString()).toBe('aaaaaaaa');
    }
  });

  it('leave in one write with what else is sent in the tick, in order', async () => {
    const { arena, timesFree } = createArena();
    const { socket, chunks, takeOne } = createSlowSocket();
    const outbox = new Outbox(
      socket,
      createPostman(() => true),
    );
    outbox.pushFrames(putFrame(arena, 'a'));
    outbox.pushFrames(putFrame(arena, 'b'));
    outbox.push(opcodes.text, Buffer.from('between'));
    outbox.pushFrames(putFrame(arena, 'c'));
    outbox.flush();
    expect(timesFree()).toBe(1);
    await takeOne();
    expect(chunks).toHaveLength(1);
    expect(chunks[0]?.toString('latin1').replaceAll(/[^a-z]+/g, ' ')).toBe(' aaaaaaaa bbbbbbbb between cccccccc');
  });
});
