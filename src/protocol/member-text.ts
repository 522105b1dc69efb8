import { keyIs, nextMember, openObject } from './object-members.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The text of a member of a JSON object, every character as it came, so that numbers keep every digit; of the last one where
 * there are several, as `JSON.parse` says. Undefined when the text is no JSON object with such a member. The name has letters and
 * underscores only.
 */
export function memberText(json: string, name: string): string | undefined {
  const bytes = encoder.encode(json);
  const cursor = openObject(bytes, 0, bytes.length);
  let text: string | undefined;
  while (cursor !== undefined && nextMember(cursor)) {
    if (keyIs(cursor, name)) text = decoder.decode(bytes.subarray(cursor.valueStart, cursor.valueEnd));
  }
  return cursor?.failed ? undefined : text;
}
