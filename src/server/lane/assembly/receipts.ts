import { frameBytes, frameTable, hasId } from './layout';

/**
 * Writes a `delivered` receipt, framed, for each frame of these that has an id; returns where they end. What stands before and
 * behind the id is given by the caller, in bytes.
 */
export function writeReceipts(
  firstFrame: i32,
  frames: i32,
  head: usize,
  headBytes: usize,
  tail: usize,
  tailBytes: usize,
  output: usize,
): usize {
  let out = output;
  for (let index = 0; index < frames; index++) {
    const frame = frameTable + (<usize>(firstFrame + index)) * frameBytes;
    if ((load<i32>(frame + 16) & hasId) == 0) continue;
    const id: usize = load<u32>(frame + 8);
    const idBytes: usize = <usize>load<u32>(frame + 12) - id;
    const length = headBytes + idBytes + tailBytes;
    store<u8>(out, 0x81);
    if (length < 126) {
      store<u8>(out + 1, <u8>length);
      out += 2;
    } else {
      store<u8>(out + 1, 126);
      store<u16>(out + 2, bswap(<u16>length));
      out += 4;
    }
    memory.copy(out, head, headBytes);
    memory.copy(out + headBytes, id, idBytes);
    memory.copy(out + headBytes + idBytes, tail, tailBytes);
    out += length;
  }
  return out;
}
