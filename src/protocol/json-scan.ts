/**
 * A scanner for JSON in bytes of UTF-8 that comes to the verdict of `JSON.parse` without building a value. It never
 * recurses, never throws and never reads at or beyond `end`. Each `skip…` function takes the position of what it gets past
 * and answers the position behind it, or `invalid`.
 *
 * This is the hot path of the relay: the loop of `skipContainer` is written out for that reason, and calls are few in it.
 */
import { invalid, skipNearPlain, skipStringRest } from './json-string.ts';

const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const quote = 0x22;
const plus = 0x2b;
const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** What stands at and beyond the end: no byte, and less than any. */
const nothing = -1;

/** The byte at a position. Asking for the end first keeps V8 on its fast path, which one read out of range would end. */
export function byteAt(bytes: Uint8Array, at: number, end: number): number {
  return at < end ? (bytes[at] ?? nothing) : nothing;
}

function skipSpaces(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (;;) {
    const byte = byteAt(bytes, at, end);
    if (byte !== space && byte !== lineFeed && byte !== carriageReturn && byte !== tab) return at;
    at++;
  }
}

/** The first position that is not white space; most messages have none, and one comparison tells. */
export function skipWhitespace(bytes: Uint8Array, start: number, end: number): number {
  return byteAt(bytes, start, end) > space ? start : skipSpaces(bytes, start, end);
}

/** Gets past a string whose opening quote is at `start`. */
function skipString(bytes: Uint8Array, start: number, end: number): number {
  const at = skipNearPlain(bytes, start + 1, end);
  return byteAt(bytes, at, end) === quote ? at + 1 : skipStringRest(bytes, at, end);
}

/** From behind a key to the first byte of its value. */
export function skipColon(bytes: Uint8Array, start: number, end: number): number {
  const at = skipWhitespace(bytes, start, end);
  return byteAt(bytes, at, end) === colon ? skipWhitespace(bytes, at + 1, end) : invalid;
}

function skipDigits(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (;;) {
    const byte = byteAt(bytes, at, end);
    if (byte < zero || byte > nine) return at === start ? invalid : at;
    at++;
  }
}

function skipNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = byteAt(bytes, start, end) === minus ? start + 1 : start;
  at = byteAt(bytes, at, end) === zero ? at + 1 : skipDigits(bytes, at, end);
  if (at >= 0 && byteAt(bytes, at, end) === dot) at = skipDigits(bytes, at + 1, end);
  // e or E
  if (at < 0 || (byteAt(bytes, at, end) | 0x20) !== 0x65) return at;
  const sign = byteAt(bytes, at + 1, end);
  return skipDigits(bytes, sign === plus || sign === minus ? at + 2 : at + 1, end);
}

const literalTrue = [0x74, 0x72, 0x75, 0x65];
const literalFalse = [0x66, 0x61, 0x6c, 0x73, 0x65];
const literalNull = [0x6e, 0x75, 0x6c, 0x6c];

function skipLiteral(bytes: Uint8Array, start: number, end: number, literal: readonly number[]): number {
  for (let index = 0; index < literal.length; index++) {
    if (byteAt(bytes, start + index, end) !== literal[index]) return invalid;
  }
  return start + literal.length;
}

function skipScalar(bytes: Uint8Array, start: number, end: number): number {
  switch (byteAt(bytes, start, end)) {
    case quote:
      return skipString(bytes, start, end);
    case 0x74:
      return skipLiteral(bytes, start, end, literalTrue);
    case 0x66:
      return skipLiteral(bytes, start, end, literalFalse);
    case 0x6e:
      return skipLiteral(bytes, start, end, literalNull);
    default:
      return skipNumber(bytes, start, end);
  }
}

// So many levels fit into one number of the stack below, as bits of what V8 keeps as a small integer.
const levelsPerWord = 30;

/**
 * Gets past an array or an object with everything in it. What encloses what is one bit a level, so that 100,000 levels
 * need some kilobytes and no recursion (PROTOCOL A3: any depth).
 */
function skipContainer(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let depth = 0;
  // The innermost levels, 1 for an object; those further out wait in `outer`, which hardly any message needs.
  let levels = 0;
  let outer: number[] | undefined;
  let isObject = false;
  let isKeyNext = false;
  for (;;) {
    let byte = byteAt(bytes, at, end);
    if (byte <= space) {
      at = skipSpaces(bytes, at, end);
      byte = byteAt(bytes, at, end);
    }
    if (byte === quote) {
      at = skipNearPlain(bytes, at + 1, end);
      at = byteAt(bytes, at, end) === quote ? at + 1 : skipStringRest(bytes, at, end);
      if (at < 0) return invalid;
      if (isKeyNext) {
        at = byteAt(bytes, at, end) === colon ? at + 1 : skipColon(bytes, at, end);
        if (at < 0) return invalid;
        isKeyNext = false;
        continue;
      }
    } else if (isKeyNext) {
      return invalid;
    } else if (byte === openBrace || byte === openBracket) {
      if (depth > 0 && depth % levelsPerWord === 0) {
        outer ??= [];
        outer.push(levels);
        levels = 0;
      }
      depth++;
      isObject = byte === openBrace;
      levels = (levels << 1) | (isObject ? 1 : 0);
      at = skipWhitespace(bytes, at + 1, end);
      if (byteAt(bytes, at, end) !== (isObject ? closeBrace : closeBracket)) {
        isKeyNext = isObject;
        continue;
      }
    } else {
      at = skipScalar(bytes, at, end);
      if (at < 0) return invalid;
    }
    // A value ended: what follows closes levels until a comma or the end of all.
    for (;;) {
      byte = byteAt(bytes, at, end);
      if (byte <= space) {
        at = skipSpaces(bytes, at, end);
        byte = byteAt(bytes, at, end);
      }
      at++;
      if (byte === comma) break;
      if (byte !== (isObject ? closeBrace : closeBracket)) return invalid;
      depth--;
      if (depth === 0) return at;
      levels = depth % levelsPerWord === 0 ? (outer?.pop() ?? 0) : levels >>> 1;
      isObject = (levels & 1) === 1;
    }
    isKeyNext = isObject;
  }
}

/** Gets past one value of any kind. */
export function skipValue(bytes: Uint8Array, start: number, end: number): number {
  const byte = byteAt(bytes, start, end);
  if (byte === openBrace || byte === openBracket) return skipContainer(bytes, start, end);
  return skipScalar(bytes, start, end);
}
