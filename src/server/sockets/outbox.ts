import type { Writable } from 'node:stream';
import { finBit } from './frame-header.ts';
import type { FramedBytes } from './frame-memory.ts';
import { ReadyFrames } from './ready-frames.ts';

/** From so many bytes on, a tick's frames leave before its end: memory is better spent on messages than on waiting. */
const flushBytes = 64 * 1024;
/** Frames in the memory of others leave as soon as they are this much, while that memory is still in the processor's cache. */
const readyFlushBytes = 16 * 1024;
/** Payloads from this size on are written from where they are instead of being copied. */
const copyBytesMax = 16 * 1024;
/** Frames that are copied together are copied into this, as long as the operating system takes them at once. */
const scratchBytes = 64 * 1024;
/** What a write that waits in the socket costs beside its bytes, for the objects of the runtime that hold it; about 760 were measured. */
const heldWriteBytes = 768;
/** Longest header of a frame from server to client: two bytes and a length of eight (RFC 6455 §5.2). */
const headerBytesMax = 10;

/** Writes the header of an unmasked, unfragmented frame; returns its length (RFC 6455 §5.2). */
function writeHeader(into: Buffer, at: number, opcode: number, payloadBytes: number): number {
  into[at] = finBit | opcode;
  if (payloadBytes < 126) {
    into[at + 1] = payloadBytes;
    return 2;
  }
  if (payloadBytes < 65_536) {
    into[at + 1] = 126;
    into.writeUInt16BE(payloadBytes, at + 2);
    return 4;
  }
  into[at + 1] = 127;
  into.writeUInt32BE(0, at + 2);
  into.writeUInt32BE(payloadBytes, at + 6);
  return headerBytesMax;
}

export interface Frame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** What all outboxes of a relay share: the end of the tick, and the memory in which frames are put together. */
export interface Postman {
  /** Calls `flush` of this outbox at the end of the tick. */
  schedule(outbox: Outbox): void;
  /** Memory for `bytes` bytes of frames. */
  borrow(bytes: number): Buffer;
  /** The memory is still being written from: it must not be used again. */
  keep(memory: Buffer): void;
  /** Whether memory of others may be written from, although it is busy as long as a peer does not read. */
  readonly mayLend: boolean;
}

/** `mayLend` tells of the memory that `ReadyFrames` stand in. */
export function createPostman(mayLend: () => boolean = () => false): Postman {
  let scheduled: Outbox[] = [];
  let scratch = Buffer.allocUnsafeSlow(scratchBytes);

  function flushAll(): void {
    const due = scheduled;
    scheduled = [];
    for (const outbox of due) outbox.flush();
  }

  return {
    schedule(outbox) {
      if (scheduled.length === 0) setImmediate(flushAll);
      scheduled.push(outbox);
    },
    borrow: (bytes) => (bytes <= scratchBytes ? scratch : Buffer.allocUnsafeSlow(bytes)),
    keep(memory) {
      if (memory === scratch) scratch = Buffer.allocUnsafeSlow(scratchBytes);
    },
    get mayLend() {
      return mayLend();
    },
  };
}

export interface OutboxSocket extends Writable {
  /** With TLS, what is written may be read at any later time, until it is encrypted. */
  readonly encrypted?: boolean;
}

/** The frames for one socket in one tick; they leave in one write. */
export class Outbox {
  readonly #socket: OutboxSocket;
  readonly #postman: Postman;
  /** Made when there is something to send: most connections are idle. */
  #frames: (Frame | ReadyFrames)[] | undefined;
  #bytes = 0;
  #isScheduled = false;
  #lastFrame: (() => Frame) | undefined;
  readonly #onWritable: () => void;
  #isAwaitingDrain = false;
  /** Writes since the socket was empty last that the operating system did not take at once. */
  #heldWrites = 0;

  /** `onWritable` is called when the operating system has taken what it did not take at once. */
  constructor(socket: OutboxSocket, postman: Postman, onWritable: () => void = () => {}) {
    this.#socket = socket;
    this.#postman = postman;
    this.#onWritable = onWritable;
  }

  /**
   * Bytes that the operating system has not taken: collected in this tick, or stuck in the socket, with what it costs to keep them, so
   * that short messages of many ticks are bounded as long ones are.
   */
  get unsentBytes(): number {
    const { writableLength } = this.#socket;
    return writableLength === 0 ? this.#bytes : this.#bytes + writableLength + this.#heldWrites * heldWriteBytes;
  }

  push(opcode: number, payload: Uint8Array): void {
    this.#add({ opcode, payload });
    this.#count(payload.length + headerBytesMax, flushBytes);
  }

  /** Frames that are whole already; the memory that they stand in is held until they have left. */
  pushFrames(frames: FramedBytes): void {
    const last = this.#frames?.at(-1);
    if (!(last instanceof ReadyFrames && last.takeIn(frames))) this.#add(new ReadyFrames(frames));
    this.#count(frames.bytes.length, readyFlushBytes);
  }

  /** Adds a frame behind everything that leaves with the next write; it is made when that write is. */
  pushBehind(makeFrame: () => Frame): void {
    this.#lastFrame = makeFrame;
    // What it is to follow may have left already, because it was much.
    this.#schedule();
  }

  flush(): void {
    this.#isScheduled = false;
    this.#takeLastFrame();
    const frames = this.#frames;
    if (frames === undefined) return;
    const bytes = this.#bytes;
    this.#frames = undefined;
    this.#bytes = 0;
    if (this.#socket.writable) this.#write(frames, bytes);
    this.#heldWrites = this.#socket.writableLength === 0 ? 0 : this.#heldWrites + 1;
    if (this.#socket.writableNeedDrain && !this.#isAwaitingDrain) this.#awaitDrain();
    for (const frame of frames) if (frame instanceof ReadyFrames) frame.memory?.release();
  }

  #awaitDrain(): void {
    this.#isAwaitingDrain = true;
    this.#socket.once('drain', () => {
      this.#isAwaitingDrain = false;
      this.#onWritable();
    });
  }

  #add(frame: Frame | ReadyFrames): void {
    if (this.#frames === undefined) this.#frames = [frame];
    else this.#frames.push(frame);
  }

  #count(bytes: number, flushAtBytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes >= flushAtBytes) this.flush();
    else this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#postman.schedule(this);
  }

  #takeLastFrame(): void {
    const makeFrame = this.#lastFrame;
    if (makeFrame === undefined) return;
    this.#lastFrame = undefined;
    const frame = makeFrame();
    this.#add(frame);
    this.#bytes += frame.payload.length + headerBytesMax;
  }

  #write(frames: readonly (Frame | ReadyFrames)[], bytes: number): void {
    const [first] = frames;
    // Written from where they stand if the operating system will take them now, as far as one can know.
    const socket = this.#socket;
    const mayLend = socket.writableLength === 0 && socket.encrypted !== true && this.#postman.mayLend;
    if (frames.length === 1 && first instanceof ReadyFrames) this.#writeReady(first, mayLend);
    else if (frames.some((frame) => frame.payload.length > copyBytesMax)) this.#writeBig(frames, mayLend);
    else this.#writeTogether(frames, bytes);
  }

  #writeReady({ payload, memory }: ReadyFrames, mayLend: boolean): void {
    if (memory === undefined) {
      this.#socket.write(payload);
    } else if (mayLend) {
      memory.noteWrite();
      this.#socket.write(payload, memory.noteWritten);
    } else {
      this.#socket.write(Buffer.from(payload));
    }
  }

  #writeTogether(frames: readonly (Frame | ReadyFrames)[], bytes: number): void {
    // What waits in the socket is kept as long as the peer likes, so that it gets no more memory than it needs.
    const isHeldUp = this.#socket.writableLength > 0;
    const memory = isHeldUp ? Buffer.allocUnsafeSlow(bytes) : this.#postman.borrow(bytes);
    let end = 0;
    for (const frame of frames) {
      const { payload } = frame;
      if (!(frame instanceof ReadyFrames)) end += writeHeader(memory, end, frame.opcode, payload.length);
      memory.set(payload, end);
      end += payload.length;
    }
    this.#socket.write(memory.subarray(0, end));
    // Nothing left means that the operating system took it all, so that the memory is free again.
    if (!isHeldUp && this.#socket.writableLength > 0) this.#postman.keep(memory);
  }

  #writeBig(frames: readonly (Frame | ReadyFrames)[], mayLend: boolean): void {
    this.#socket.cork();
    for (const frame of frames) {
      if (frame instanceof ReadyFrames) {
        this.#writeReady(frame, mayLend);
        continue;
      }
      const header = Buffer.allocUnsafe(headerBytesMax);
      this.#socket.write(header.subarray(0, writeHeader(header, 0, frame.opcode, frame.payload.length)));
      this.#socket.write(frame.payload);
    }
    this.#socket.uncork();
  }
}
