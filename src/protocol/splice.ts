import { type RelayField, relayFields } from './envelope.ts';
import { type MemberCursor, nextMember, openObject } from './json-scan.ts';
import { readText } from './json-text.ts';

/** The fields to add and their values; those that are undefined or missing are not added. */
export interface SplicedFields {
  readonly _from?: string;
  readonly _seq?: number;
  readonly _age_ms?: number;
  readonly _offline_queued?: true;
}

/** Bytes to put in the place of those from `start` to `end`. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

const encoder = new TextEncoder();

function keyAt(cursor: MemberCursor): string {
  return readText(cursor.bytes, cursor.keyStart - 1, cursor.keyEnd + 1);
}

function isRelayField(key: string): key is RelayField {
  return relayFields.some((field) => field === key);
}

function applyEdits(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const grown = edits.reduce((sum, edit) => sum + edit.bytes.length - (edit.end - edit.start), 0);
  const result = new Uint8Array(bytes.length + grown);
  let from = 0;
  let to = 0;
  for (const edit of edits) {
    result.set(bytes.subarray(from, edit.start), to);
    to += edit.start - from;
    result.set(edit.bytes, to);
    to += edit.bytes.length;
    from = edit.end;
  }
  result.set(bytes.subarray(from), to);
  return result;
}

/**
 * Adds fields of the relay to a message: behind the sender's fields, before the final `}`, in the order of `relayFields`,
 * and every other byte as it was. A field that the sender wrote itself, in whatever spelling and how often, has its values replaced
 * instead (PROTOCOL A4). Throws when the bytes are no JSON object, which is a bug: the relay carries nothing else.
 */
export function spliceFields(bytes: Uint8Array, fields: SplicedFields): Uint8Array {
  const cursor = openObject(bytes, 0, bytes.length);
  if (cursor === undefined) throw new TypeError('spliceFields: the message is not a JSON object');
  const edits: Edit[] = [];
  const replaced = new Set<string>();
  while (nextMember(cursor)) {
    const key = keyAt(cursor);
    if (!isRelayField(key) || fields[key] === undefined) continue;
    replaced.add(key);
    const value = encoder.encode(JSON.stringify(fields[key]));
    edits.push({ start: cursor.valueStart, end: cursor.valueEnd, bytes: value });
  }
  if (cursor.failed) throw new TypeError('spliceFields: the message is not a JSON object');
  const added = relayFields
    .filter((field) => fields[field] !== undefined && !replaced.has(field))
    .map((field) => `"${field}":${JSON.stringify(fields[field])}`)
    .join(',');
  if (added !== '') {
    const text = cursor.members > 0 ? `,${added}` : added;
    edits.push({ start: cursor.position, end: cursor.position, bytes: encoder.encode(text) });
  }
  return applyEdits(bytes, edits);
}
