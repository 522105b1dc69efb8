/** Strings of JSON in bytes of UTF-8: how to get past them fast, and how to read them. */

/** The answer of a `skip…` function when there is no JSON at its position. */
export const invalid = -1;

const space = 0x20;
const quote = 0x22;
const backslash = 0x5c;

/**
 * 1 for the bytes that stand for themselves in a string: all but control characters, the quote and the backslash. Bytes
 * from 0x80 on are plain whatever character they belong to, so that nothing needs to be decoded.
 */
const plain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < space || byte === quote || byte === backslash ? 0 : 1,
);

// Most strings are shorter than this and are cheaper to read byte by byte; the rest goes by words of four bytes.
const nearBytes = 64;

/** The first position that holds no plain byte, or `nearBytes` further on if none of those before it does. */
export function skipNearPlain(bytes: Uint8Array, start: number, end: number): number {
  const near = Math.min(start + nearBytes, end);
  let at = start;
  while (at < near && plain[bytes[at] ?? 0] === 1) at++;
  return at;
}

/**
 * Whether all four bytes are plain. Each subtraction sets the top bit of a byte that is below 0x20, or equal to the quote or
 * the backslash; bytes from 0x80 on have that bit themselves and are taken out. A borrow can make a byte look wrong, but only
 * next to one that is.
 */
function isPlainWord(word: number): boolean {
  const controls = word - 0x20202020;
  const quotes = (word ^ 0x22222222) - 0x01010101;
  const backslashes = (word ^ 0x5c5c5c5c) - 0x01010101;
  return ((controls | quotes | backslashes) & ~word & 0x80808080) === 0;
}

/** The first position that holds no plain byte. */
function skipPlain(bytes: Uint8Array, start: number, end: number): number {
  let at = skipNearPlain(bytes, start, end);
  if (at < start + nearBytes) return at;
  // A view costs as much as reading some hundred bytes does, so that it must promise at least as many.
  if (end - at > 2 * nearBytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, end - at);
    const last = view.byteLength - 4;
    let offset = 0;
    while (offset <= last && isPlainWord(view.getInt32(offset))) offset += 4;
    at += offset;
  }
  while (at < end && plain[bytes[at] ?? 0] === 1) at++;
  return at;
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}

/** Gets past an escape whose backslash is at `start`. */
function skipEscape(bytes: Uint8Array, start: number, end: number): number {
  if (start + 1 >= end) return invalid;
  switch (bytes[start + 1]) {
    case quote:
    case backslash:
    case 0x2f: // slash
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return start + 2;
    case 0x75: // u and four hexadecimal digits; half of a surrogate pair is as good as any other (PROTOCOL A3)
      if (start + 6 > end) return invalid;
      for (let at = start + 2; at < start + 6; at++) if (!isHexDigit(bytes[at])) return invalid;
      return start + 6;
    default:
      return invalid;
  }
}

/** Gets past the closing quote from any position inside a string that is not within an escape. */
export function skipStringRest(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (;;) {
    at = skipPlain(bytes, at, end);
    if (at >= end) return invalid;
    if (bytes[at] === quote) return at + 1;
    if (bytes[at] !== backslash) return invalid;
    at = skipEscape(bytes, at, end);
    if (at < 0) return invalid;
  }
}

// It would drop a byte order mark in front, but sees the quote first.
const decoder = new TextDecoder();

/** Reads a valid string, whose quotes are at `start` and before `end`. */
export type StringReader = (bytes: Uint8Array, start: number, end: number) => string;

// Above this the decoder's own speed is worth its call.
const shortBytes = 64;

/** The text of a valid string as `JSON.parse` reads it. */
export function readString(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start + 1; at < end - 1; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === backslash || byte > 0x7f || at - start > shortBytes) {
      return String(JSON.parse(decoder.decode(bytes.subarray(start, end))));
    }
    text += String.fromCharCode(byte);
  }
  return text;
}
