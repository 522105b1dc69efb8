import type { Writable } from 'node:stream';

/** From so many bytes on, a tick's frames leave before its end: memory is better spent on messages than on waiting. */
const flushBytes = 64 * 1024;
/** Payloads from this size on are written from where they are instead of being copied. */
const copyBytesMax = 16 * 1024;
/** Frames that are copied together are copied into this, as long as the operating system takes them at once. */
const scratchBytes = 64 * 1024;
/** Longest header of a frame from server to client: two bytes and a length of eight (RFC 6455 §5.2). */
const headerBytesMax = 10;

export const opcodes = { text: 0x1, ping: 0x9, pong: 0xa } as const;
const finalFragment = 0x80;

/** Writes the header of an unmasked, unfragmented frame; returns its length (RFC 6455 §5.2). */
function writeHeader(into: Buffer, at: number, opcode: number, payloadBytes: number): number {
  into[at] = finalFragment | opcode;
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
}

export function createPostman(): Postman {
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
  };
}

/** The frames for one socket in one tick; they leave in one write. */
export class Outbox {
  readonly #socket: Writable;
  readonly #postman: Postman;
  #frames: Frame[] = [];
  #bytes = 0;
  #isScheduled = false;
  #lastFrame: (() => Frame) | undefined;

  constructor(socket: Writable, postman: Postman) {
    this.#socket = socket;
    this.#postman = postman;
  }

  /** Bytes that the operating system has not taken: collected in this tick, or stuck in the socket. */
  get unsentBytes(): number {
    return this.#bytes + this.#socket.writableLength;
  }

  push(opcode: number, payload: Uint8Array): void {
    this.#frames.push({ opcode, payload });
    this.#bytes += payload.length + headerBytesMax;
    if (this.#bytes >= flushBytes) {
      this.flush();
    } else if (!this.#isScheduled) {
      this.#isScheduled = true;
      this.#postman.schedule(this);
    }
  }

  /** Adds a frame behind everything that leaves with the next write; it is made when that write is. */
  pushBehind(makeFrame: () => Frame): void {
    this.#lastFrame = makeFrame;
  }

  flush(): void {
    this.#isScheduled = false;
    this.#takeLastFrame();
    if (this.#frames.length === 0) return;
    const frames = this.#frames;
    const bytes = this.#bytes;
    this.#frames = [];
    this.#bytes = 0;
    if (!this.#socket.writable) return;
    if (frames.some((frame) => frame.payload.length > copyBytesMax)) this.#writeBig(frames);
    else this.#writeTogether(frames, bytes);
  }

  #takeLastFrame(): void {
    const makeFrame = this.#lastFrame;
    if (makeFrame === undefined || this.#frames.length === 0) return;
    this.#lastFrame = undefined;
    const frame = makeFrame();
    this.#frames.push(frame);
    this.#bytes += frame.payload.length + headerBytesMax;
  }

  #writeTogether(frames: readonly Frame[], bytes: number): void {
    const memory = this.#postman.borrow(bytes);
    let end = 0;
    for (const { opcode, payload } of frames) {
      end += writeHeader(memory, end, opcode, payload.length);
      memory.set(payload, end);
      end += payload.length;
    }
    this.#socket.write(memory.subarray(0, end));
    // Nothing left means that the operating system took it all, so that the memory is free again.
    if (this.#socket.writableLength > 0) this.#postman.keep(memory);
  }

  #writeBig(frames: readonly Frame[]): void {
    this.#socket.cork();
    for (const { opcode, payload } of frames) {
      const header = Buffer.allocUnsafe(headerBytesMax);
      this.#socket.write(header.subarray(0, writeHeader(header, 0, opcode, payload.length)));
      this.#socket.write(payload);
    }
    this.#socket.uncork();
  }
}
