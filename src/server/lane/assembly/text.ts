/** Characters in bytes. */

export function isAscii(start: usize, end: usize): bool {
  for (let at = start; at < end; at++) if (load<u8>(at) >= 0x80) return false;
  return true;
}

/** Whether the bytes are UTF-8 as RFC 3629 has it: no surrogates, nothing overlong, nothing beyond U+10FFFF. */
export function isUtf8(start: usize, end: usize): bool {
  let at = start;
  while (at < end) {
    const first: u32 = load<u8>(at);
    if (first < 0x80) {
      at++;
      if (at + 16 <= end && i8x16.bitmask(v128.load(at)) == 0) at += 16;
      continue;
    }
    if (first < 0xc2 || first > 0xf4) return false;
    const length: usize = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (at + length > end) return false;
    const second: u32 = load<u8>(at + 1);
    const lowest: u32 = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const highest: u32 = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (second < lowest || second > highest) return false;
    if (length > 2 && (load<u8>(at + 2) & 0xc0) != 0x80) return false;
    if (length > 3 && (load<u8>(at + 3) & 0xc0) != 0x80) return false;
    at += length;
  }
  return true;
}
