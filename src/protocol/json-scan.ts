/**
 * A scanner for JSON in bytes of UTF-8 that gives the verdict of `JSON.parse` without building a value. It never recurses,
 * never throws and never reads beyond `end`. Every `skip…` function takes the position of what it skips and answers the
 * position behind it, or `invalid`.
 *
 * Bytes from 0x80 on stand inside strings alone, whatever character they belong to, so that the bytes need not be decoded.
 */

/** The answer of a `skip…` function when there is no JSON at its position. */
export const invalid = -1;

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
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const endOfInput = -1;

function byteAt(bytes: Uint8Array, at: number, end: number): number {
  return at < end ? (bytes[at] ?? endOfInput) : endOfInput;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= nine;
}

export function skipWhitespace(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (;;) {
    const byte = byteAt(bytes, at, end);
    // Most messages have no white space at all: one comparison tells.
    if (byte > space) return at;
    if (byte !== space && byte !== lineFeed && byte !== carriageReturn && byte !== tab) return at;
    at++;
  }
}

/** The position of the first byte, from here on, that is no plain character of a string: a quote, an escape, a control. */
function skipPlain(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (;;) {
    const byte = byteAt(bytes, at, end);
    if (byte < space || byte === quote || byte === backslash) return at;
    at++;
  }
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20;
  return isDigit(byte) || (byte > 0 && lower >= 0x61 && lower <= 0x66);
}

/** Skips an escape; `start` is the position of its backslash. */
function skipEscape(bytes: Uint8Array, start: number, end: number): number {
  switch (byteAt(bytes, start + 1, end)) {
    case 0x22: // "
    case 0x2f: // /
    case 0x5c: // \
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return start + 2;
    case 0x75: // u
      for (let at = start + 2; at < start + 6; at++) {
        if (!isHexDigit(byteAt(bytes, at, end))) return invalid;
      }
      return start + 6;
    default:
      return invalid;
  }
}

/** Skips the rest of a string; `start` is a position inside it. */
function skipStringRest(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (;;) {
    at = skipPlain(bytes, at, end);
    const byte = byteAt(bytes, at, end);
    if (byte === quote) return at + 1;
    if (byte !== backslash) return invalid;
    at = skipEscape(bytes, at, end);
    if (at === invalid) return invalid;
  }
}

function skipDigits(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (isDigit(byteAt(bytes, at, end))) at++;
  return at === start ? invalid : at;
}

function skipNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = byteAt(bytes, start, end) === minus ? start + 1 : start;
  at = byteAt(bytes, at, end) === zero ? at + 1 : skipDigits(bytes, at, end);
  if (at !== invalid && byteAt(bytes, at, end) === dot) at = skipDigits(bytes, at + 1, end);
  if (at === invalid || (byteAt(bytes, at, end) | 0x20) !== 0x65) return at;
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
      return skipStringRest(bytes, start + 1, end);
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

/** Skips from a key's opening quote to the first byte of its value. */
function skipKey(bytes: Uint8Array, start: number, end: number): number {
  if (byteAt(bytes, start, end) !== quote) return invalid;
  const keyEnd = skipStringRest(bytes, start + 1, end);
  return keyEnd === invalid ? invalid : skipColon(bytes, keyEnd, end);
}

function skipColon(bytes: Uint8Array, start: number, end: number): number {
  const at = skipWhitespace(bytes, start, end);
  return byteAt(bytes, at, end) === colon ? skipWhitespace(bytes, at + 1, end) : invalid;
}

// How many levels one number of the stack below holds: so many bits that V8 keeps it as a small integer.
const levelsPerWord = 30;

/**
 * Skips an array or an object with all that is in it. What encloses what is kept as one bit a level, so that 100,000
 * levels cost 13 KB and no recursion (PROTOCOL A3: any depth).
 */
function skipContainer(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let depth = 0;
  // Bits of the innermost levels, 1 for an object; those further out wait in `outer`, which few messages need.
  let levels = 0;
  let outer: number[] | undefined;
  for (;;) {
    const byte = byteAt(bytes, at, end);
    let afterValue = true;
    if (byte === openBrace || byte === openBracket) {
      const isObject = byte === openBrace;
      if (depth > 0 && depth % levelsPerWord === 0) {
        outer ??= [];
        outer.push(levels);
        levels = 0;
      }
      depth++;
      levels = (levels << 1) | (isObject ? 1 : 0);
      at = skipWhitespace(bytes, at + 1, end);
      // An empty one is closed below; the first member of another comes next.
      if (byteAt(bytes, at, end) !== (isObject ? closeBrace : closeBracket)) {
        if (isObject) at = skipKey(bytes, at, end);
        afterValue = false;
      }
    } else {
      at = skipScalar(bytes, at, end);
    }
    if (at === invalid) return invalid;
    while (afterValue) {
      at = skipWhitespace(bytes, at, end);
      const isObject = (levels & 1) === 1;
      const next = byteAt(bytes, at, end);
      if (next === comma) {
        at = skipWhitespace(bytes, at + 1, end);
        if (isObject) at = skipKey(bytes, at, end);
        if (at === invalid) return invalid;
        afterValue = false;
      } else if (next === (isObject ? closeBrace : closeBracket)) {
        at++;
        depth--;
        if (depth === 0) return at;
        levels = depth % levelsPerWord === 0 ? (outer?.pop() ?? 0) : levels >>> 1;
      } else {
        return invalid;
      }
    }
  }
}

/** Skips one value of any kind. */
export function skipValue(bytes: Uint8Array, start: number, end: number): number {
  const byte = byteAt(bytes, start, end);
  if (byte === openBrace || byte === openBracket) return skipContainer(bytes, start, end);
  return skipScalar(bytes, start, end);
}

/** One member after the other of an object; positions are valid after `nextMember` has answered `true`. */
export interface MemberCursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  /** Where to go on: behind `{` or a value; at the end, the closing `}`. */
  position: number;
  /** How many members were met so far. */
  members: number;
  /** The key without its quotes. */
  keyStart: number;
  keyEnd: number;
  /** Whether the key is written with escapes, so that its bytes are not its name. */
  keyHasEscapes: boolean;
  valueStart: number;
  valueEnd: number;
  /** Not JSON: where `nextMember` has answered `false`, whether it is for this reason. */
  failed: boolean;
}

/** A cursor before the first member of the object whose `{` is the first byte but white space; undefined if none is. */
export function openObject(bytes: Uint8Array, start: number, end: number): MemberCursor | undefined {
  const at = skipWhitespace(bytes, start, end);
  if (byteAt(bytes, at, end) !== openBrace) return undefined;
  return {
    bytes,
    end,
    position: at + 1,
    members: 0,
    keyStart: 0,
    keyEnd: 0,
    keyHasEscapes: false,
    valueStart: 0,
    valueEnd: 0,
    failed: false,
  };
}

function fail(cursor: MemberCursor): false {
  cursor.failed = true;
  return false;
}

/** Goes to the next member; `false` at the closing `}`, whose position the cursor then has, and where `failed` is said. */
export function nextMember(cursor: MemberCursor): boolean {
  const { bytes, end } = cursor;
  let at = skipWhitespace(bytes, cursor.position, end);
  const byte = byteAt(bytes, at, end);
  if (byte === closeBrace) {
    cursor.position = at;
    return false;
  }
  if (cursor.members > 0) {
    if (byte !== comma) return fail(cursor);
    at = skipWhitespace(bytes, at + 1, end);
  }
  if (byteAt(bytes, at, end) !== quote) return fail(cursor);
  const keyStart = at + 1;
  at = skipPlain(bytes, keyStart, end);
  const hasEscapes = byteAt(bytes, at, end) !== quote;
  const keyEnd = hasEscapes ? skipStringRest(bytes, at, end) : at + 1;
  if (keyEnd === invalid) return fail(cursor);
  const valueStart = skipColon(bytes, keyEnd, end);
  if (valueStart === invalid) return fail(cursor);
  const valueEnd = skipValue(bytes, valueStart, end);
  if (valueEnd === invalid) return fail(cursor);
  cursor.members++;
  cursor.keyStart = keyStart;
  cursor.keyEnd = keyEnd - 1;
  cursor.keyHasEscapes = hasEscapes;
  cursor.valueStart = valueStart;
  cursor.valueEnd = valueEnd;
  cursor.position = valueEnd;
  return true;
}
