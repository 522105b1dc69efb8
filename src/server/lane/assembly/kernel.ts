/**
 * The inner loop of the fast lane, in AssemblyScript for WebAssembly with SIMD: from the bytes of one read to frames that can
 * leave as they stand. For each complete, masked, unfragmented text frame it takes off the mask, finds out whether the payload is
 * what `JSON.parse` accepts and valid UTF-8, finds the fields that the relay reads, and moves the frame, now without a mask, up to
 * the one before it. It stops at whatever it does not take, and says where.
 *
 * `npm run kernel` compiles it to `../kernel-wasm.ts`.
 */
import {
  consumedAt,
  frameBytes,
  framesAt,
  framesMax,
  frameTable,
  outputEndAt,
  runBytes,
  runsAt,
  runTable,
  stopAt,
  stopAtEnd,
  stopAtFull,
  stopAtOther,
} from './layout';
import { flags, idEnd, idStart, scan, targetEnd, targetStart } from './scan';
import { isUtf8 } from './text';
import { unmask } from './unmask';

export { writeReceipts } from './receipts';

function isSameTarget(a: usize, aEnd: usize, b: usize, bEnd: usize): bool {
  return aEnd - a == bEnd - b && memory.compare(a, b, aEnd - a) == 0;
}

/**
 * Takes what it can of the bytes from `start` to `end`; frames come out from `output` on, which is at most `start`. Payloads of
 * more than `payloadBytesMax` are left alone. Up to 32 bytes behind `end` may be read; what is written there is put back.
 */
export function takeFrames(start: usize, end: usize, output: usize, payloadBytesMax: u32): void {
  let at = start;
  let out = output;
  let frames: i32 = 0;
  let runs: i32 = 0;
  let run: usize = 0;
  let runTargetStart: usize = 0;
  let runTargetEnd: usize = 0;
  let stop = stopAtEnd;
  while (at < end) {
    if (frames == framesMax) {
      stop = stopAtFull;
      break;
    }
    // FIN and the opcode of text, no reserved bit; a mask and the length (RFC 6455 §5.2).
    if (load<u8>(at) != 0x81) {
      stop = stopAtOther;
      break;
    }
    if (at + 2 > end) break;
    const second: u32 = load<u8>(at + 1);
    let length: u32 = second & 0x7f;
    let headerBytes: usize = 2;
    // A length is written in the fewest bytes; whoever does otherwise takes the other way, so that no target gets such a header.
    let isMinimal = true;
    if (length == 126) {
      headerBytes = 4;
      if (at + 4 > end) break;
      length = <u32>bswap(load<u16>(at + 2));
      isMinimal = length >= 126;
    } else if (length == 127) {
      headerBytes = 10;
      if (at + 10 > end) break;
      length = bswap(load<u32>(at + 6));
      isMinimal = load<u32>(at + 2) == 0 && length >= 65536;
    }
    if (second < 0x80 || !isMinimal || length > payloadBytesMax) {
      stop = stopAtOther;
      break;
    }
    const payload = at + headerBytes + 4;
    if (payload + length > end) break;
    const key = load<u32>(payload - 4);
    const header = load<u64>(at);
    // Written before it is known whether the frame is taken: whoever takes it otherwise has the bytes as they came.
    const hasWide = unmask(payload, out + headerBytes, length, key);
    const outPayload = out + headerBytes;
    const outEnd = outPayload + length;
    // In what the mask and the payload were moved away from.
    store<u8>(outEnd, 0);
    if (!scan(outPayload, outEnd) || (hasWide && !isUtf8(outPayload, outEnd))) {
      stop = stopAtOther;
      break;
    }
    // The same header without the mask bit; of a longer one the rest is the length itself.
    store<u8>(out, 0x81);
    store<u8>(out + 1, <u8>(second & 0x7f));
    if (headerBytes == 4) store<u16>(out + 2, <u16>(header >> 16));
    else if (headerBytes == 10) {
      store<u32>(out + 2, 0);
      store<u32>(out + 6, bswap(length));
    }
    const frame = frameTable + (<usize>frames) * frameBytes;
    store<u32>(frame, <u32>outPayload);
    store<u32>(frame + 4, <u32>outEnd);
    store<u32>(frame + 8, <u32>idStart);
    store<u32>(frame + 12, <u32>idEnd);
    store<i32>(frame + 16, flags);
    if (runs > 0 && isSameTarget(targetStart, targetEnd, runTargetStart, runTargetEnd)) {
      store<i32>(run + 4, load<i32>(run + 4) + 1);
      store<i32>(run + 8, load<i32>(run + 8) | flags);
      store<u32>(run + 12, <u32>outEnd);
    } else {
      run = runTable + (<usize>runs) * runBytes;
      store<i32>(run, frames);
      store<i32>(run + 4, 1);
      store<i32>(run + 8, flags);
      store<u32>(run + 12, <u32>outEnd);
      store<u32>(run + 16, <u32>targetStart);
      store<u32>(run + 20, <u32>targetEnd);
      runTargetStart = targetStart;
      runTargetEnd = targetEnd;
      runs++;
    }
    frames++;
    out = outEnd;
    at = payload + length;
  }
  store<u32>(consumedAt, <u32>at);
  store<u32>(outputEndAt, <u32>out);
  store<i32>(framesAt, frames);
  store<i32>(runsAt, runs);
  store<i32>(stopAt, stop);
}
