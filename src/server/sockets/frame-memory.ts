/**
 * Memory that frames stand in and that is used again when all of them are gone. Whoever keeps frames holds it; whoever writes
 * from it says when that began and when the operating system had them.
 */
export interface FrameMemory {
  hold(): void;
  release(): void;
  noteWrite(): void;
  readonly noteWritten: () => void;
}

/** Frames that can leave as they stand, headers included. */
export interface FramedBytes {
  readonly bytes: Uint8Array;
  /** What the bytes are in, where they must not be kept without holding it. */
  readonly memory: FrameMemory | undefined;
}
