import { isObject } from '../../protocol/messages.ts';
import { findJsonMistake, type JsonMistake, placeOf } from '../text/json-mistake.ts';

/** A name at the start of a command: `@mouse_pi`, `@pump-*`, or `@"a name with spaces"`. */
export interface NamedTarget {
  readonly name: string;
  /** Written in quotes: `*` and `?` stand for themselves. */
  readonly isLiteral: boolean;
  readonly start: number;
  readonly end: number;
}

/** The part of a command behind its names. */
export type CommandBody =
  | { readonly kind: 'empty' }
  | { readonly kind: 'mistake'; readonly mistake: JsonMistake; readonly line: number; readonly column: number }
  | { readonly kind: 'payload'; readonly json: string; readonly payload: Readonly<Record<string, unknown>> };

/** What somebody typed, `@mouse_pi @pump-* {"cmd":"reboot"}`, taken apart. */
export interface CommandText {
  readonly names: readonly NamedTarget[];
  readonly body: CommandBody;
  /** Where the body begins. */
  readonly bodyStart: number;
}

const nameToken = /\s*@(?:("(?:[^"\\\n]|\\.)*"?)|([^\s"{]*))/y;

/** What stands in quotes is a JSON string; one that is not closed yet is taken as it is. */
function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.replaceAll('"', '');
  }
}

function readNames(text: string): { names: NamedTarget[]; bodyStart: number } {
  const names: NamedTarget[] = [];
  let position = 0;
  for (;;) {
    nameToken.lastIndex = position;
    const match = nameToken.exec(text);
    if (match === null) return { names, bodyStart: position };
    const end = position + match[0].length;
    const start = text.indexOf('@', position);
    const [, quoted, plain = ''] = match;
    names.push({ name: quoted === undefined ? plain : unquote(quoted), isLiteral: quoted !== undefined, start, end });
    position = end;
  }
}

function readBody(text: string, bodyStart: number): CommandBody {
  const body = text.slice(bodyStart);
  if (body.trim() === '') return { kind: 'empty' };
  const mistake = findJsonMistake(body);
  if (mistake !== undefined) {
    const index = bodyStart + mistake.index;
    return { kind: 'mistake', mistake: { index, expected: mistake.expected }, ...placeOf(text, index) };
  }
  const payload: unknown = JSON.parse(body);
  if (!isObject(payload)) throw new TypeError(`the text passed as an object is none: ${body.slice(0, 100)}`);
  return { kind: 'payload', json: body.trim(), payload };
}

export function parseCommandText(text: string): CommandText {
  const { names, bodyStart } = readNames(text);
  return { names, bodyStart, body: readBody(text, bodyStart) };
}

/** A client id as it is written behind `@`. */
export function writeName(id: string): string {
  return /[\s"{*?]/.test(id) ? `@${JSON.stringify(id)}` : `@${id}`;
}

/**
 * Adds an `_id` to a payload that has none, so that a reply can name it in its `_re` (PROTOCOL B "Replies"), without touching
 * another character.
 */
export function withMessageId(json: string, payload: Readonly<Record<string, unknown>>, id: string): string {
  const end = json.lastIndexOf('}');
  const separator = Object.keys(payload).length > 0 ? ',' : '';
  return `${json.slice(0, end)}${separator}"_id":${JSON.stringify(id)}${json.slice(end)}`;
}
