import type { FrameMemory } from '../sockets/frame-memory.ts';
import { kernelWasm } from './kernel-wasm.ts';

// The layout of the kernel's memory; `assembly/layout.ts` has the same numbers.
const resultIndex = 64 / 4;
const consumedIndex = resultIndex;
const outputEndIndex = resultIndex + 1;
const runsIndex = resultIndex + 3;
const stopIndex = resultIndex + 4;
const scratchAt = 1024;
const scratchBytes = 3072;
const frameTableIndex = 4096 / 4;
const framesMax = 4096;
const frameIntegers = 8;
const runTableIndex = frameTableIndex + framesMax * frameIntegers;
const runIntegers = 6;
const framesAt = 256 * 1024;
const framesEnd = framesAt + 1024 * 1024;
/** Behind the frames, so that the kernel may read a little too far. */
const receiptsAt = framesEnd + 1024;
const receiptsEnd = 24 * 64 * 1024;

/** The largest frame that the lane puts together from several reads; what is larger goes the other way. */
export const frameBytesMax = 512 * 1024;

/** Why the kernel stopped. */
export const stops = { atEnd: 0, atOther: 1, atFull: 2 } as const;

/** What the kernel says of a frame, as bits; a run has those of all its frames. */
export const frameFlags = { id: 1, oddId: 2, ttl: 4, relayField: 8 } as const;

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  takeFrames(start: number, end: number, output: number, payloadBytesMax: number): void;
  writeReceipts(
    firstFrame: number,
    frames: number,
    head: number,
    headBytes: number,
    tail: number,
    tailBytes: number,
    output: number,
  ): number;
}

/** WebAssembly as far as it is needed here; the types of Node leave it to those of browsers. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Kernel };
}

declare const WebAssembly: WebAssemblyApi;

/** Compiles the kernel, once a relay. */
export function compileKernel(): object {
  return new WebAssembly.Module(Buffer.from(kernelWasm, 'base64'));
}

/**
 * One instance of the kernel with its memory. Bytes of a read are copied in, and frames leave from where the kernel put them: the
 * memory is used again as soon as nobody holds a part of it and no write from it is under way.
 */
export class Arena implements FrameMemory {
  readonly #kernel: Kernel;
  readonly #bytes: Buffer;
  readonly #integers: Int32Array;
  readonly #onFree: (arena: Arena) => void;
  #top = framesAt;
  #holds = 0;
  #writes = 0;

  constructor(module: object, onFree: (arena: Arena) => void) {
    this.#kernel = new WebAssembly.Instance(module, {}).exports;
    this.#bytes = Buffer.from(this.#kernel.memory.buffer);
    this.#integers = new Int32Array(this.#kernel.memory.buffer);
    this.#onFree = onFree;
  }

  get top(): number {
    return this.#top;
  }

  /** Whether the operating system still writes from it. */
  get isLent(): boolean {
    return this.#writes > 0;
  }

  hasRoom(bytes: number): boolean {
    return this.#top + bytes <= framesEnd;
  }

  /** Bytes up to here are in use; called when a read has been handled. */
  keepUntil(end: number): void {
    this.#top = end;
  }

  hold(): void {
    this.#holds += 1;
  }

  release(): void {
    this.#holds -= 1;
    this.#reuse();
  }

  noteWrite(): void {
    this.#writes += 1;
  }

  readonly noteWritten = (): void => {
    this.#writes -= 1;
    this.#reuse();
  };

  #reuse(): void {
    if (this.#holds > 0 || this.#writes > 0) return;
    this.#top = framesAt;
    this.#onFree(this);
  }

  copyIn(bytes: Uint8Array, at: number): void {
    this.#bytes.set(bytes, at);
  }

  /** Runs the kernel; what it found is read by the getters below until the next call. */
  takeFrames(start: number, end: number, output: number, payloadBytesMax: number): void {
    this.#kernel.takeFrames(start, end, output, payloadBytesMax);
  }

  /** Where the bytes begin that were not taken. */
  get consumed(): number {
    return this.#integers[consumedIndex] ?? 0;
  }

  get outputEnd(): number {
    return this.#integers[outputEndIndex] ?? 0;
  }

  get runs(): number {
    return this.#integers[runsIndex] ?? 0;
  }

  get stop(): number {
    return this.#integers[stopIndex] ?? 0;
  }

  /** A field of a run: 0 its first frame, 1 how many, 2 flags, 3 where they end, 4 and 5 where the target is. */
  runField(run: number, field: 0 | 1 | 2 | 3 | 4 | 5): number {
    return this.#integers[runTableIndex + run * runIntegers + field] ?? 0;
  }

  /** A field of a frame: 0 and 1 where its payload is, 2 and 3 its `_id`, 4 flags. */
  frameField(frame: number, field: 0 | 1 | 2 | 3 | 4): number {
    return this.#integers[frameTableIndex + frame * frameIntegers + field] ?? 0;
  }

  get memory(): Buffer {
    return this.#bytes;
  }

  /** The bytes themselves, not a copy: they hold until the arena is used again. */
  view(start: number, end: number): Buffer {
    return this.#bytes.subarray(start, end);
  }

  /** Framed receipts for those of these frames that have an id: `head`, the id, `tail`. */
  receipts(firstFrame: number, frames: number, head: string, tail: string): Buffer {
    const headBytes = this.#bytes.write(head, scratchAt);
    const tailAt = scratchAt + headBytes;
    const tailBytes = this.#bytes.write(tail, tailAt, scratchAt + scratchBytes - tailAt);
    // A receipt: a header of 4 bytes at most, head, an id of 64, tail.
    const atOnce = Math.floor((receiptsEnd - receiptsAt) / (4 + headBytes + 64 + tailBytes));
    const parts: Buffer[] = [];
    for (let done = 0; done < frames; done += atOnce) {
      const count = Math.min(atOnce, frames - done);
      const end = this.#kernel.writeReceipts(
        firstFrame + done,
        count,
        scratchAt,
        headBytes,
        tailAt,
        tailBytes,
        receiptsAt,
      );
      parts.push(Buffer.from(this.#bytes.subarray(receiptsAt, end)));
    }
    const [first] = parts;
    return parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
  }
}
