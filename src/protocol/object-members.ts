import { byteAt, skipColon, skipValue, skipWhitespace } from './json-scan.ts';
import { skipNearPlain, skipStringRest } from './json-string.ts';

const quote = 0x22;
const comma = 0x2c;
const nine = 0x39;
const backslash = 0x5c;
const letterU = 0x75;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Walks through the members of one object, in bytes; what it says of a member holds until `nextMember` is called again. */
export interface MemberCursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  /** Where to go on: behind `{`, then behind a value, and at last at the closing `}`. */
  position: number;
  /** How many members there were so far. */
  members: number;
  /** Whether it ended because this is not JSON. */
  failed: boolean;
  /** The key with its quotes. */
  keyStart: number;
  keyEnd: number;
  /** Whether the key's bytes were seen to be its name; those of other keys may hold escapes. */
  keyIsPlain: boolean;
  valueStart: number;
  valueEnd: number;
}

/** A cursor before the first member of the object that begins here, behind white space at most; undefined if none does. */
export function openObject(bytes: Uint8Array, start: number, end: number): MemberCursor | undefined {
  const at = skipWhitespace(bytes, start, end);
  if (byteAt(bytes, at, end) !== openBrace) return undefined;
  return {
    bytes,
    end,
    position: at + 1,
    members: 0,
    failed: false,
    keyStart: 0,
    keyEnd: 0,
    keyIsPlain: false,
    valueStart: 0,
    valueEnd: 0,
  };
}

function fail(cursor: MemberCursor): false {
  cursor.failed = true;
  return false;
}

/** Goes to the next member, whose value it has then found valid. Answers `false` at the closing `}`, and when it failed. */
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
  const keyStart = at;
  if (byteAt(bytes, keyStart, end) !== quote) return fail(cursor);
  at = skipNearPlain(bytes, keyStart + 1, end);
  const keyIsPlain = byteAt(bytes, at, end) === quote;
  const keyEnd = keyIsPlain ? at + 1 : skipStringRest(bytes, at, end);
  if (keyEnd < 0) return fail(cursor);
  const valueStart = skipColon(bytes, keyEnd, end);
  if (valueStart < 0) return fail(cursor);
  const valueEnd = skipValue(bytes, valueStart, end);
  if (valueEnd < 0) return fail(cursor);
  cursor.members++;
  cursor.keyStart = keyStart;
  cursor.keyEnd = keyEnd;
  cursor.keyIsPlain = keyIsPlain;
  cursor.valueStart = valueStart;
  cursor.valueEnd = valueEnd;
  cursor.position = valueEnd;
  return true;
}

function hexadecimal(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    // The low four bits of 0 to 9 are the digit, those of a to f and A to F are 1 to 6.
    value = value * 16 + (byte & 0xf) + (byte > nine ? 9 : 0);
  }
  return value;
}

/**
 * Whether the member's key is this name, in whatever spelling: `"\u0074arget"` is `target` (PROTOCOL A3). The name consists of
 * letters and underscores, which no escape but `\u` can write. Nothing is decoded, because a message may have 100,000 keys.
 */
export function keyIs(cursor: MemberCursor, name: string): boolean {
  const { bytes } = cursor;
  const end = cursor.keyEnd - 1;
  let at = cursor.keyStart + 1;
  for (let index = 0; index < name.length; index++) {
    // A key that ends too early shows its quote here, which is in no name.
    let unit = bytes[at] ?? 0;
    if (unit !== backslash) {
      at++;
    } else {
      if (bytes[at + 1] !== letterU) return false;
      unit = hexadecimal(bytes, at + 2, at + 6);
      at += 6;
    }
    if (unit !== name.charCodeAt(index)) return false;
  }
  return at === end;
}
