/** One message: is it a JSON object, and what does it hold that the relay reads? */
import { hasId, hasOddId, hasRelayField, hasTtl } from './layout';
import { skipNumber, skipSpaces, skipString, wasEscaped } from './tokens';
import { isAscii } from './text';

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
export let targetStart: usize = 0;
export let targetEnd: usize = 0;
export let idStart: usize = 0;
export let idEnd: usize = 0;
export let flags: i32 = 0;

/** Which field of the relay's a top-level key is; its bytes without the quotes are given. */
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
export function scan(start: usize, end: usize): bool {
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
