/**
 * The inner loop of the fast lane, in AssemblyScript for WebAssembly with SIMD: from the bytes of one read to frames that can
 * leave as they stand. For each complete, masked, unfragmented text frame it takes off the mask, finds out whether the payload is
 * what `JSON.parse` accepts and valid UTF-8, finds the fields that the relay reads, and moves the frame, now without a mask, up to
 * the one before it. It stops at whatever it does not take, leaves that as it came, and says where.
 *
 * `npm run kernel` compiles it to `kernel-wasm.ts`; `arena.ts` knows the layout of what it writes.
 */

// What is read out by number in arena.ts. Each is an i32.
const resultAt: usize = 64;
const consumedAt: usize = resultAt;
const outputEndAt: usize = resultAt + 4;
const framesAt: usize = resultAt + 8;
const runsAt: usize = resultAt + 12;
const stopAt: usize = resultAt + 16;

/** Frames of one call: 32 bytes each. */
const frameTable: usize = 4096;
const framesMax: i32 = 4096;
const frameBytes: usize = 32;
/** Runs of frames to one target: 24 bytes each. */
const runTable: usize = frameTable + (<usize>framesMax) * frameBytes;
const runBytes: usize = 24;

/** All complete frames were taken; what is left, if anything, is the beginning of one. */
const stopAtEnd: i32 = 0;
/** The next frame is not for this kernel. */
const stopAtOther: i32 = 1;
/** The tables are full; there is more. */
const stopAtFull: i32 = 2;

/** The frame has an `_id`: a string of 1 to 64 ASCII characters without escapes. */
const hasId: i32 = 1;
/** The frame has an `_id` of any other kind. */
const hasOddId: i32 = 2;
const hasTtl: i32 = 4;
/** The frame has a key that is the relay's own to write. */
const hasRelayField: i32 = 8;

const noField: i32 = 0;
const targetField: i32 = 1;
const idField: i32 = 2;
const ttlField: i32 = 3;
const relayField: i32 = 4;

const targetBytesMax: usize = 128;
const idBytesMax: usize = 64;
/** So many levels fit into one word; deeper messages take the other way. */
const depthMax: i32 = 64;

// What `scan` found in the payload that it found valid.
let targetStart: usize = 0;
let targetEnd: usize = 0;
let idStart: usize = 0;
let idEnd: usize = 0;
let flags: i32 = 0;
/** Whether the string that `skipString` got past last had an escape in it. */
let wasEscaped: bool = false;

// @ts-ignore: decorator
@inline
function isHex(byte: u32): bool {
  return byte - 0x30 < 10 || (byte | 0x20) - 0x61 < 6;
}

/** Whether a string goes on with this byte: no quote, no backslash, no control character. */
// @ts-ignore: decorator
@inline
function isPlain(byte: u32): bool {
  return byte != 0x22 && byte != 0x5c && byte >= 0x20;
}

/**
 * From behind the opening quote to behind the closing one; 0 when there is none or something in between is not allowed. The first
 * bytes are looked at one by one: most keys are short, and a branch that is foreseen costs less than a position that is computed.
 */
// @ts-ignore: decorator
@inline
function skipString(start: usize): usize {
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
// @ts-ignore: decorator
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

// @ts-ignore: decorator
@inline
function isDigitAt(at: usize): bool {
  return <u32>load<u8>(at) - 0x30 < 10;
}

/** Whether the eight bytes from here on are digits. */
// @ts-ignore: decorator
@inline
function areDigitsAt(at: usize): bool {
  const word = load<u64>(at);
  return ((word & 0xf0f0f0f0f0f0f0f0) | (((word + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4)) == 0x3333333333333333;
}

// @ts-ignore: decorator
@inline
function skipDigits(start: usize): usize {
  let at = start;
  while (areDigitsAt(at)) at += 8;
  while (isDigitAt(at)) at++;
  return at == start ? 0 : at;
}

// @ts-ignore: decorator
@inline
function skipNumber(start: usize): usize {
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

function skipSpaces(start: usize): usize {
  let at = start;
  while (true) {
    const byte: u32 = load<u8>(at);
    if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return at;
    at++;
  }
}

/** Which field of the relay's a top-level key is; its bytes without the quotes are given. */
// @ts-ignore: decorator
@inline
function fieldOf(start: usize, end: usize): i32 {
  const length = end - start;
  const first: u32 = load<u8>(start);
  if (first == 0x74) {
    return length == 6 && load<u32>(start) == 0x67726174 && load<u16>(start + 4) == 0x7465 ? targetField : noField;
  }
  if (first != 0x5f) return noField;
  if (length == 3) return load<u16>(start + 1) == 0x6469 ? idField : noField;
  if (length == 4) {
    const word: u32 = load<u32>(start);
    return word == 0x6c74745f ? ttlField : word == 0x7165735f ? relayField : noField;
  }
  if (length == 5) return load<u32>(start + 1) == 0x6d6f7266 ? relayField : noField;
  if (length == 7) return load<u32>(start) == 0x6567615f && load<u32>(start + 3) == 0x736d5f65 ? relayField : noField;
  if (length == 15) {
    return load<u64>(start) == 0x656e696c66666f5f && load<u64>(start + 7) == 0x6465756575715f65 ? relayField : noField;
  }
  return noField;
}

/**
 * Whether these bytes are one JSON object whose target a look can name; then `targetStart` and the others say what it holds. A zero
 * has to stand at `end`: nothing in JSON goes on over it, so that nothing else has to ask where the end is.
 */
function scan(start: usize, end: usize): bool {
  targetStart = 0;
  idStart = 0;
  flags = 0;
  let at = skipSpaces(start);
  if (load<u8>(at) != 0x7b) return false;
  at++;
  let depth: i32 = 1;
  // One bit a level, 1 for an object, the innermost last.
  let levels: u64 = 1;
  let closing: u32 = 0x7d;
  let field = noField;
  let byte: u32 = load<u8>(at);
  if (byte <= 0x20) at = skipSpaces(at);
  // An empty object has no target.
  if (load<u8>(at) == 0x7d) return false;
  while (true) {
    if (closing == 0x7d) {
      byte = load<u8>(at);
      if (byte <= 0x20) {
        at = skipSpaces(at);
        byte = load<u8>(at);
      }
      if (byte != 0x22) return false;
      const keyStart = at + 1;
      at = skipString(keyStart);
      if (at == 0) return false;
      if (depth == 1) {
        // The key may be spelt "\u0074arget": few do, and the other way knows all spellings.
        if (wasEscaped) return false;
        field = fieldOf(keyStart, at - 1);
      }
      if (load<u8>(at) != 0x3a) {
        at = skipSpaces(at);
        if (load<u8>(at) != 0x3a) return false;
      }
      at++;
    }
    byte = load<u8>(at);
    if (byte <= 0x20) {
      at = skipSpaces(at);
      byte = load<u8>(at);
    }
    if (byte == 0x22) {
      const stringStart = at + 1;
      at = skipString(stringStart);
      if (at == 0) return false;
      if (field != noField) noteString(field, stringStart, at - 1);
    } else {
      if (field != noField) noteOther(field);
      if (byte - 0x30 < 10 || byte == 0x2d) {
        at = skipNumber(at);
        if (at == 0) return false;
      } else if ((byte | 0x20) == 0x7b) {
        if (depth == depthMax) return false;
        depth++;
        closing = byte + 2;
        levels = (levels << 1) | (byte == 0x7b ? 1 : 0);
        field = noField;
        at++;
        if (load<u8>(at) <= 0x20) at = skipSpaces(at);
        if (<u32>load<u8>(at) != closing) continue;
      } else if (byte == 0x74) {
        if (load<u32>(at) != 0x65757274) return false;
        at += 4;
      } else if (byte == 0x66) {
        if (load<u32>(at + 1) != 0x65736c61) return false;
        at += 5;
      } else if (byte == 0x6e) {
        if (load<u32>(at) != 0x6c6c756e) return false;
        at += 4;
      } else {
        return false;
      }
    }
    field = noField;
    // A value ended: what follows closes levels until a comma or the end of all.
    while (true) {
      byte = load<u8>(at);
      if (byte <= 0x20) {
        at = skipSpaces(at);
        byte = load<u8>(at);
      }
      at++;
      if (byte == 0x2c) break;
      if (byte != closing) return false;
      depth--;
      if (depth == 0) return targetStart != 0 && skipSpaces(at) == end;
      levels >>= 1;
      closing = (levels & 1) == 1 ? 0x7d : 0x5d;
    }
  }
}

/** A field of the relay's has a string as its value; the last of several counts (PROTOCOL A3). */
function noteString(field: i32, start: usize, end: usize): void {
  const length = end - start;
  if (field == targetField) {
    targetStart = wasEscaped || length == 0 || length > targetBytesMax ? 0 : start;
    targetEnd = end;
  } else if (field == idField) {
    flags &= ~(hasId | hasOddId);
    const isSimple = !wasEscaped && length > 0 && length <= idBytesMax && isAscii(start, end);
    flags |= isSimple ? hasId : hasOddId;
    idStart = start;
    idEnd = end;
  } else {
    flags |= field == ttlField ? hasTtl : hasRelayField;
  }
}

/** A field of the relay's has something else as its value. */
function noteOther(field: i32): void {
  if (field == targetField) {
    targetStart = 0;
  } else if (field == idField) {
    flags = (flags & ~hasId) | hasOddId;
  } else {
    flags |= field == ttlField ? hasTtl : hasRelayField;
  }
}

function isAscii(start: usize, end: usize): bool {
  for (let at = start; at < end; at++) if (load<u8>(at) >= 0x80) return false;
  return true;
}

/** Whether the bytes are UTF-8 as RFC 3629 has it: no surrogates, nothing overlong, nothing beyond U+10FFFF. */
function isUtf8(start: usize, end: usize): bool {
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

/** Takes the mask off while moving the payload down; says whether a byte beyond ASCII was in it. */
// @ts-ignore: decorator
@inline
function unmask(from: usize, to: usize, length: usize, key: u32): bool {
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
