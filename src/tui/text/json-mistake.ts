/** Where a text stops being a JSON object and what was expected there, in the words of somebody who types. */
export interface JsonMistake {
  /** Index into the text, in UTF-16 units. */
  readonly index: number;
  readonly expected: string;
}

const whitespace = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /[A-Za-z_][\w]*/y;
const stringBody = /[^"\\\u0000-\u001f]*/y;
const escapeSequence = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** A position in a text that is read from left to right; the first mistake is kept. */
interface Reader {
  readonly text: string;
  index: number;
  mistake: JsonMistake | undefined;
}

function take(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.index;
  const taken = pattern.exec(reader.text)?.[0] ?? '';
  reader.index += taken.length;
  return taken;
}

function next(reader: Reader): string {
  take(reader, whitespace);
  return reader.text.charAt(reader.index);
}

function fail(reader: Reader, expected: string, index = reader.index): void {
  reader.mistake ??= { index, expected };
}

function readString(reader: Reader): void {
  const start = reader.index;
  reader.index++;
  while (reader.mistake === undefined) {
    take(reader, stringBody);
    const character = reader.text.charAt(reader.index);
    if (character === '"') {
      reader.index++;
      return;
    }
    if (character === '') fail(reader, 'this text needs a closing "', start);
    else if (character !== '\\') fail(reader, 'a line break or control character in a text is written \\n or \\u0007');
    else if (take(reader, escapeSequence) === '')
      fail(reader, 'after \\ comes one of " \\ / b f n r t or u and four digits');
  }
}

function readNumber(reader: Reader): void {
  const start = reader.index;
  const taken = take(reader, number);
  const rest = reader.text.charAt(reader.index);
  if (taken === '') fail(reader, 'a number has a digit here', start + 1);
  else if (/[\d.eE+-]/.test(rest)) fail(reader, 'a number is written like 12, -0.5 or 1e3');
}

function readScalar(reader: Reader): void {
  const character = next(reader);
  if (character === '"') readString(reader);
  else if (/[-\d]/.test(character)) readNumber(reader);
  else if (character === '') fail(reader, 'a value is missing');
  else if (character === "'") fail(reader, 'a text stands in double quotes');
  else {
    const start = reader.index;
    const taken = take(reader, word);
    if (!['true', 'false', 'null'].includes(taken)) fail(reader, missingValue(taken), start);
  }
}

function missingValue(taken: string): string {
  return taken === '' ? 'a value is missing' : 'a text stands in double quotes; other words are true, false, null';
}

function readKey(reader: Reader): void {
  const character = next(reader);
  if (character === '"') readString(reader);
  else if (character === '') fail(reader, 'a key in double quotes or } is missing');
  else if (character === '}') fail(reader, 'after the comma comes another key; no comma before }');
  else fail(reader, 'a key stands in double quotes');
  if (reader.mistake !== undefined) return;
  if (next(reader) !== ':') fail(reader, 'a : is missing after the key');
  reader.index++;
}

/** Opens what begins here, or reads a value that holds nothing; answers whether a value is complete. */
function readValue(reader: Reader, open: string[]): boolean {
  const character = next(reader);
  if (character !== '{' && character !== '[') {
    readScalar(reader);
    return true;
  }
  reader.index++;
  const closing = character === '{' ? '}' : ']';
  if (next(reader) === closing) {
    reader.index++;
    return true;
  }
  open.push(closing);
  if (closing === '}') readKey(reader);
  return false;
}

/** Reads what follows a complete value up to the place of the next one. */
function readAfterValue(reader: Reader, open: string[]): void {
  while (open.length > 0 && reader.mistake === undefined) {
    const closing = open.at(-1);
    const character = next(reader);
    if (character === ',') {
      reader.index++;
      if (closing === '}') readKey(reader);
      else if (next(reader) === ']') fail(reader, 'after the comma comes another value; no comma before ]');
      return;
    }
    if (character !== closing) fail(reader, `a comma or ${closing} is missing`);
    reader.index++;
    open.pop();
  }
}

/**
 * The first mistake of a text that should be one JSON object; undefined when it is one. Agrees with `JSON.parse` about every
 * text, but names the place and what belongs there, which `JSON.parse` does for some mistakes only.
 */
export function findJsonMistake(text: string): JsonMistake | undefined {
  const reader: Reader = { text, index: 0, mistake: undefined };
  if (next(reader) !== '{')
    return { index: reader.index, expected: 'a command is a JSON object, {"cmd":"status"}, or fields, cmd=status' };
  const open: string[] = [];
  do {
    if (readValue(reader, open) && reader.mistake === undefined) readAfterValue(reader, open);
  } while (open.length > 0 && reader.mistake === undefined);
  if (reader.mistake === undefined && next(reader) !== '') fail(reader, 'nothing may follow the last }');
  return reader.mistake;
}

/** Line and column of an index, both from 1, counted in characters as people see them. */
export function placeOf(text: string, index: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, index);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: [...before.slice(lineStart)].length + 1 };
}
