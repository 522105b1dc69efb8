import { readFrameHeader } from '../sockets/frame-header.ts';
import { type Arena, frameBytesMax, stops } from './arena.ts';
import { FrameSequence } from './frame-sequence.ts';
import { freeBytes } from './free-bytes.ts';
import { KeptBytes } from './kept-bytes.ts';
import type { LaneListener, LaneShared, LaneSocket } from './lane-shared.ts';

/** A complete text message in one frame, masked or not. */
const wholeText = 0x81;
/** A socket reads at most this much at once, except when it was held back; with a frame from before it fits into an arena. */
const readBytesMax = 256 * 1024;

/**
 * The fast lane of one connection, between its socket and the WebSocket library. Complete, masked, unfragmented text frames become
 * runs of messages; all other bytes go on to the library as they came, in their order, so that it sees a conversation in which
 * those frames never were. Frames are followed in any case, to know where each ends and to refuse what is too big by its header.
 */
export class FastLane {
  readonly #shared: LaneShared;
  readonly #listener: LaneListener;
  readonly #socket: LaneSocket;
  readonly #handleData: (this: LaneSocket, bytes: Buffer) => void;
  #mode: 'follow' | 'pass all' | 'skip' = 'follow';
  /** Those frames that are not the kernel's. */
  readonly #frames = new FrameSequence();
  /** The beginning of a frame whose end has not come. */
  readonly #kept = new KeptBytes();
  /** Bytes of that frame in all; 0 while its header is not whole. */
  #neededBytes = 0;
  /** Bytes of a frame that the library still gets, or that nobody gets. */
  #passingBytes = 0;
  /** Whether the library has something to say when it has got the whole frame. */
  #isAwaited = false;
  /** The frame that is being passed is the last one. */
  #isLast = false;
  /** Bytes at the end of the part that is being handled that are to wait. */
  #leftBytes = 0;
  /** Somebody keeps bytes of the read that is being handled. */
  #isReadKept = false;

  /** `handleData` is the library's own listener for what the socket has read. */
  constructor(
    shared: LaneShared,
    listener: LaneListener,
    socket: LaneSocket,
    handleData: (this: LaneSocket, bytes: Buffer) => void,
  ) {
    this.#shared = shared;
    this.#listener = listener;
    this.#socket = socket;
    this.#handleData = handleData;
  }

  /** Everything goes to the library from now on, what was kept first. */
  passAll(): void {
    if (this.#mode !== 'follow') return;
    if (this.#socket.destroyed) {
      // The library has let go of it, or will before anything comes of this.
      this.end();
      return;
    }
    this.#mode = 'pass all';
    for (const bytes of this.#kept.take()) this.#pass(bytes);
  }

  /** The conversation is over: whatever still comes is nobody's. */
  end(): void {
    this.#kept.take();
    this.#mode = 'skip';
    this.#passingBytes = Number.POSITIVE_INFINITY;
  }

  /** The library has told of a message, a ping or a pong. */
  noteHeard(): void {
    this.#isAwaited = false;
  }

  /** Bytes that the socket has read. */
  handleRead(read: Buffer): void {
    for (let at = 0; at < read.length; ) {
      const end = Math.min(read.length, at + Math.min(readBytesMax, this.#listener.partBytesMax));
      this.#leftBytes = 0;
      this.#handlePart(at === 0 && end === read.length ? read : read.subarray(at, end));
      at = end - this.#leftBytes;
      if (at < read.length && this.#isHeldBack) {
        this.#socket.unshift(read.subarray(at));
        return;
      }
    }
  }

  /** What was read is put back only while the lane knows where frames begin, and into a socket that will be read again. */
  get #isHeldBack(): boolean {
    return this.#mode === 'follow' && this.#listener.isHeldBack && !this.#socket.destroyed;
  }

  /** Leaves the rest of a read for when the socket is read again. */
  #leave(read: Buffer, at: number): number {
    this.#isReadKept = true;
    this.#leftBytes = read.length - at;
    return read.length;
  }

  #handlePart(read: Buffer): void {
    this.#isReadKept = false;
    this.#handleInOrder(read);
    if (!this.#isReadKept) freeBytes(read);
  }

  #handleInOrder(read: Buffer): void {
    const keptBytes = this.#kept.bytes;
    if (keptBytes === 0) this.#handle([], 0, read);
    else if (this.#neededBytes === 0) this.#handle([], 0, Buffer.concat([...this.#kept.take(), read]));
    else if (keptBytes + read.length < this.#neededBytes) this.#keep(read, this.#neededBytes);
    else this.#handle(this.#kept.take(), keptBytes, read);
  }

  #keep(bytes: Buffer, neededBytes: number): void {
    if (this.#kept.add(bytes) === 'kept') this.#isReadKept = true;
    this.#neededBytes = neededBytes;
  }

  /** Handles a read; `lead` is the beginning of a text frame from earlier reads, which ends in this one. */
  #handle(lead: readonly Buffer[], leadBytes: number, read: Buffer): void {
    const at = leadBytes > 0 ? -leadBytes : this.#passOthers(read, 0);
    if (at >= read.length) return;
    const arena = this.#shared.arenas.take(read.length - at);
    if (arena === undefined) {
      this.#passAllFrames(lead, read, at);
      return;
    }
    arena.hold();
    try {
      this.#handleFrames(arena, lead, read, at);
    } finally {
      arena.release();
    }
  }

  /** From a text frame on that begins at `start`, or in `lead` where that is negative. */
  #handleFrames(arena: Arena, lead: readonly Buffer[], read: Buffer, start: number): void {
    const base = arena.top;
    let input = base;
    for (const bytes of lead) {
      arena.copyIn(bytes, input);
      input += bytes.length;
    }
    arena.copyIn(start > 0 ? read.subarray(start) : read, input);
    const end = base + read.length - start;
    let at = start;
    let output = base;
    while (at < read.length) {
      const payloadBytesMax = Math.min(this.#listener.messageBytesMax, frameBytesMax);
      arena.takeFrames(base + at - start, end, output, payloadBytesMax);
      const { consumed, outputEnd, stop } = arena;
      arena.keepUntil(outputEnd);
      this.#handleRuns(arena, output);
      output = outputEnd;
      at = start + consumed - base;
      if (at < 0) at = this.#passLead(lead, read, start);
      else if (stop === stops.atOther && this.#mode === 'follow') at = this.#passFrame(read, at);
      else if (stop === stops.atEnd && this.#mode === 'follow' && at < read.length) at = this.#keepRest(read, at);
      if (at < read.length && this.#isHeldBack) at = this.#leave(read, at);
      at = this.#passOthers(read, at);
    }
  }

  /** The way without a kernel. */
  #passAllFrames(lead: readonly Buffer[], read: Buffer, start: number): void {
    let at = start < 0 ? this.#passLead(lead, read, start) : start;
    while (at < read.length) {
      if (at > 0 && this.#isHeldBack) at = this.#leave(read, at);
      else at = this.#isForKernel(read, at) ? this.#passFrame(read, at) : this.#passOthers(read, at);
    }
  }

  #handleRuns(arena: Arena, start: number): void {
    const { run, readTarget } = this.#shared;
    const { runs, memory } = arena;
    let at = start;
    for (let index = 0; index < runs; index++) {
      // The reader wants the quotes as well.
      const target = readTarget(memory, arena.runField(index, 4) - 1, arena.runField(index, 5) + 1);
      at = run.become(arena, index, target, at);
      this.#listener.handleRun(run);
    }
  }

  /** Passes on what is not for the kernel; returns where the next frame for it begins, or the end of the read. */
  #passOthers(read: Buffer, start: number): number {
    let at = start;
    while (at < read.length) {
      if (this.#mode === 'skip') {
        at = this.#skipBytes(read, at);
      } else if (this.#mode === 'pass all') {
        this.#pass(at === 0 ? read : read.subarray(at));
        return read.length;
      } else if (this.#passingBytes > 0) {
        at = this.#passBytes(read, at, this.#passingBytes);
      } else if (at > start && this.#isHeldBack) {
        return this.#leave(read, at);
      } else if (this.#isForKernel(read, at)) {
        return at;
      } else {
        at = this.#passFrame(read, at);
      }
    }
    return at;
  }

  #isForKernel(read: Buffer, at: number): boolean {
    return read[at] === wholeText && !this.#frames.isInMessage && this.#listener.takesRuns;
  }

  /** Passes on a frame, or as much of it as is there; returns where it ends. */
  #passFrame(read: Buffer, at: number): number {
    const header = readFrameHeader(read, at);
    if (header === undefined) return this.#keepRest(read, at);
    const verdict = this.#frames.next(header, this.#listener.messageBytesMax);
    if (verdict === 'too big') {
      this.#mode = 'skip';
      this.#passingBytes = header.frameBytes;
      this.#listener.handleTooBig(header.payloadBytes);
      return at;
    }
    this.#isAwaited = verdict === 'told of';
    if (verdict === 'last') this.#isLast = true;
    else if (verdict === 'no frame') this.#mode = 'pass all';
    return this.#passBytes(read, at, header.frameBytes);
  }

  /** Passes on so many bytes, or as many of them as are there; returns where they end. */
  #passBytes(read: Buffer, at: number, bytes: number): number {
    const end = Math.min(read.length, at + bytes);
    this.#passingBytes = at + bytes - end;
    this.#pass(at === 0 && end === read.length ? read : read.subarray(at, end));
    // It says at once what it has got. Where it does not, it has found something wrong, and all that follows is its business.
    if (this.#passingBytes === 0 && this.#isAwaited) this.passAll();
    if (this.#passingBytes === 0 && this.#isLast) this.end();
    return end;
  }

  #pass(bytes: Buffer): void {
    this.#isReadKept = true;
    this.#handleData.call(this.#socket, bytes);
  }

  /** Gets past a frame that nobody wants; what comes behind it, a close frame for instance, is the library's business. */
  #skipBytes(read: Buffer, at: number): number {
    const end = Math.min(read.length, at + this.#passingBytes);
    this.#passingBytes -= end - at;
    if (this.#passingBytes === 0) this.#mode = 'pass all';
    return end;
  }

  /** Passes on a text frame that began in earlier reads and that the kernel did not take. */
  #passLead(lead: readonly Buffer[], read: Buffer, start: number): number {
    for (const bytes of lead) this.#pass(bytes);
    this.#isAwaited = true;
    return this.#passBytes(read, 0, this.#neededBytes + start);
  }

  /** Keeps the beginning of a frame for the next read. */
  #keepRest(read: Buffer, at: number): number {
    this.#keep(read.subarray(at), readFrameHeader(read, at)?.frameBytes ?? 0);
    return read.length;
  }
}
