import type { FramedBytes, FrameMemory } from './frame-memory.ts';

/** Frames that are whole already and wait to leave; what they stand in is held meanwhile. */
export class ReadyFrames {
  readonly memory: FrameMemory | undefined;
  #payload: Uint8Array;

  constructor({ bytes, memory }: FramedBytes) {
    this.#payload = bytes;
    this.memory = memory;
    memory?.hold();
  }

  /** The bytes to write, headers included. */
  get payload(): Uint8Array {
    return this.#payload;
  }

  /** Takes in frames that follow in the same memory without a gap; false when they do not. */
  takeIn({ bytes, memory }: FramedBytes): boolean {
    const own = this.#payload;
    if (memory === undefined || memory !== this.memory || bytes.byteOffset !== own.byteOffset + own.length)
      return false;
    this.#payload = Buffer.from(bytes.buffer, own.byteOffset, own.length + bytes.length);
    return true;
  }
}
