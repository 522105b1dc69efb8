/** Takes the mask off while moving the payload down; says whether a byte beyond ASCII was in it. */
@inline
export function unmask(from: usize, to: usize, length: usize, key: u32): bool {
  const mask = i32x4.splat(key);
  let seen = i32x4.splat(0);
  let done: usize = 0;
  for (; done + 16 <= length; done += 16) {
    const block = v128.xor(v128.load(from + done), mask);
    v128.store(to + done, block);
    seen = v128.or(seen, block);
  }
  const left = length - done;
  if (left == 0) return i8x16.bitmask(seen) != 0;
  // The last block is written whole, and what it covered behind the payload, the next frame, is put back.
  const behind = v128.load(to + length);
  const last = v128.xor(v128.load(from + done), mask);
  v128.store(to + done, last);
  v128.store(to + length, behind);
  const lastBits = i8x16.bitmask(last) & ((1 << (<i32>left)) - 1);
  return (i8x16.bitmask(seen) | lastBits) != 0;
}
