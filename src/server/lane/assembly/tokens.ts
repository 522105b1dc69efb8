/** The tokens of JSON in bytes, behind which a zero stands: none of them goes on over it, so that nothing asks where the end is. */

/** Whether the string that `skipString` got past last had an escape in it. */
export let wasEscaped: bool = false;

@inline
function isHex(byte: u32): bool {
  return byte - 0x30 < 10 || (byte | 0x20) - 0x61 < 6;
}

/** Whether a string goes on with this byte: no quote, no backslash, no control character. */
@inline
function isPlain(byte: u32): bool {
  return byte != 0x22 && byte != 0x5c && byte >= 0x20;
}

/**
 * From behind the opening quote to behind the closing one; 0 when there is none or something in between is not allowed. The first
 * bytes are looked at one by one: most keys are short, and a branch that is foreseen costs less than a position that is computed.
 */
@inline
export function skipString(start: usize): usize {
  let at = start;
  wasEscaped = false;
  if (isPlain(load<u8>(at))) {
    at++;
    if (isPlain(load<u8>(at))) {
      at++;
      if (isPlain(load<u8>(at))) {
        at++;
        if (isPlain(load<u8>(at))) at = skipPlain(at + 1);
      }
    }
  }
  return load<u8>(at) == 0x22 ? at + 1 : skipStringRest(at);
}

/** To the first byte that a string does not simply go on with. */
@inline
function skipPlain(start: usize): usize {
  let at = start;
  while (true) {
    const block = v128.load(at);
    const special = v128.or(
      v128.or(i8x16.eq(block, i8x16.splat(0x22)), i8x16.eq(block, i8x16.splat(0x5c))),
      i8x16.lt_u(block, i8x16.splat(0x20)),
    );
    if (v128.any_true(special)) return at + ctz(i8x16.bitmask(special));
    at += 16;
  }
}

/** The same as `skipString` from a byte on that is not plain: an escape, or what may not be there. */
function skipStringRest(start: usize): usize {
  let at = start;
  wasEscaped = true;
  while (true) {
    const byte: u32 = load<u8>(at);
    if (byte == 0x22) return at + 1;
    if (byte != 0x5c) return 0;
    at = skipEscape(at);
    if (at == 0) return 0;
    at = skipPlain(at);
  }
}

/** Gets past one escape; its backslash is at `at`. */
function skipEscape(at: usize): usize {
  const kind: u32 = load<u8>(at + 1);
  if (kind == 0x75) {
    for (let index: usize = 2; index < 6; index++) if (!isHex(load<u8>(at + index))) return 0;
    return at + 6;
  }
  // " \\ / b f n r t
  const isKnown =
    kind == 0x22 ||
    kind == 0x5c ||
    kind == 0x2f ||
    kind == 0x62 ||
    kind == 0x66 ||
    kind == 0x6e ||
    kind == 0x72 ||
    kind == 0x74;
  return isKnown ? at + 2 : 0;
}

@inline
function isDigitAt(at: usize): bool {
  return <u32>load<u8>(at) - 0x30 < 10;
}

/** Whether the eight bytes from here on are digits. */
@inline
function areDigitsAt(at: usize): bool {
  const word = load<u64>(at);
  return ((word & 0xf0f0f0f0f0f0f0f0) | (((word + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4)) == 0x3333333333333333;
}

@inline
function skipDigits(start: usize): usize {
  let at = start;
  while (areDigitsAt(at)) at += 8;
  while (isDigitAt(at)) at++;
  return at == start ? 0 : at;
}

@inline
export function skipNumber(start: usize): usize {
  let at = start;
  if (load<u8>(at) == 0x2d) at++;
  if (load<u8>(at) == 0x30) at++;
  else {
    at = skipDigits(at);
    if (at == 0) return 0;
  }
  let byte: u32 = load<u8>(at);
  if (byte == 0x2e) {
    at = skipDigits(at + 1);
    if (at == 0) return 0;
    byte = load<u8>(at);
  }
  if ((byte | 0x20) == 0x65) {
    at++;
    if (load<u8>(at) == 0x2b || load<u8>(at) == 0x2d) at++;
    at = skipDigits(at);
  }
  return at;
}

export function skipSpaces(start: usize): usize {
  let at = start;
  while (true) {
    const byte: u32 = load<u8>(at);
    if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return at;
    at++;
  }
}
