import { MessageFieldError } from '../../client/errors.ts';
import { isField, jsonOfFields } from '../../client/message-fields.ts';
import { isObject } from '../../protocol/messages.ts';
import { findJsonMistake, type JsonMistake, placeOf } from '../text/json-mistake.ts';
import { splitWords, type Word } from '../text/words.ts';

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
  | { readonly kind: 'payload'; readonly json: string; readonly payload: Readonly<Record<string, unknown>> }
  /** `mode=fast speed:=100` as in `relay send`, and the JSON that it stands for. */
  | { readonly kind: 'fields'; readonly json: string };

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

function mistakeAt(text: string, index: number, expected: string): CommandBody {
  return { kind: 'mistake', mistake: { index, expected }, ...placeOf(text, index) };
}

function readFields(text: string, words: readonly Word[]): CommandBody {
  const wrong = words.find((word) => !isField(word.text));
  if (wrong !== undefined) {
    return mistakeAt(text, wrong.index, 'a field is name=text or name:=JSON, and a text with spaces stands in quotes');
  }
  try {
    return { kind: 'fields', json: jsonOfFields(words.map((word) => word.text)) };
  } catch (error) {
    if (!(error instanceof MessageFieldError)) throw error;
    return mistakeAt(text, words[0]?.index ?? 0, error.message);
  }
}

function readBody(text: string, bodyStart: number): CommandBody {
  const body = text.slice(bodyStart);
  if (body.trim() === '') return { kind: 'empty' };
  const words = body.trimStart().startsWith('{') ? [] : splitWords(text, bodyStart);
  if (words[0] !== undefined && isField(words[0].text)) return readFields(text, words);
  const mistake = findJsonMistake(body);
  if (mistake !== undefined) return mistakeAt(text, bodyStart + mistake.index, mistake.expected);
  const payload: unknown = JSON.parse(body);
  if (!isObject(payload)) throw new TypeError(`the text passed as an object is none: ${body.slice(0, 100)}`);
  return { kind: 'payload', json: body.trim(), payload };
}

export function parseCommandText(text: string): CommandText {
  const { names, bodyStart } = readNames(text);
  return { names, bodyStart, body: readBody(text, bodyStart) };
}

/** Whether a client id stands behind `@` without quotes. */
export function isWrittenAsItIs(id: string): boolean {
  return !/[\s"{*?]/.test(id);
}

/** A client id as it is written behind `@`. */
export function writeName(id: string): string {
  return isWrittenAsItIs(id) ? `@${id}` : `@${JSON.stringify(id)}`;
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
