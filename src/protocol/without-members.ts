import { skipWhitespace } from './json-scan.ts';
import { keyIs, nextMember, openObject } from './object-members.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The text of a JSON object without the members of these names, in whatever spelling; of those that stay every character is as it
 * came, so that numbers keep every digit. Undefined when the text is no JSON object. Names have letters and underscores only.
 */
export function withoutMembers(json: string, names: readonly string[]): string | undefined {
  const bytes = encoder.encode(json);
  const cursor = openObject(bytes, 0, bytes.length);
  const kept: string[] = [];
  while (cursor !== undefined && nextMember(cursor)) {
    const { keyStart, valueEnd } = cursor;
    if (!names.some((name) => keyIs(cursor, name))) kept.push(decoder.decode(bytes.subarray(keyStart, valueEnd)));
  }
  if (cursor === undefined || cursor.failed) return undefined;
  const isWhole = skipWhitespace(bytes, cursor.position + 1, bytes.length) === bytes.length;
  return isWhole ? `{${kept.join(',')}}` : undefined;
}
