/** Where the kernel's memory holds what; `../arena.ts` has the same numbers. */

// What is read out by number. Each is an i32.
const resultAt: usize = 64;
export const consumedAt: usize = resultAt;
export const outputEndAt: usize = resultAt + 4;
export const framesAt: usize = resultAt + 8;
export const runsAt: usize = resultAt + 12;
export const stopAt: usize = resultAt + 16;

/** Frames of one call: 32 bytes each. */
export const frameTable: usize = 4096;
export const framesMax: i32 = 4096;
export const frameBytes: usize = 32;
/** Runs of frames to one target: 24 bytes each. */
export const runTable: usize = frameTable + (<usize>framesMax) * frameBytes;
export const runBytes: usize = 24;

/** All complete frames were taken; what is left, if anything, is the beginning of one. */
export const stopAtEnd: i32 = 0;
/** The next frame is not for this kernel. */
export const stopAtOther: i32 = 1;
/** The tables are full; there is more. */
export const stopAtFull: i32 = 2;

/** The frame has an `_id`: a string of 1 to 64 ASCII characters without escapes. */
export const hasId: i32 = 1;
/** The frame has an `_id` of any other kind. */
export const hasOddId: i32 = 2;
export const hasTtl: i32 = 4;
/** The frame has a key that is the relay's own to write. */
export const hasRelayField: i32 = 8;
