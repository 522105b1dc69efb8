import { fieldAt, relayFields } from './envelope-fields.ts';
import { nextMember, openObject } from './object-members.ts';

/** The fields to add, with their values. */
export interface SplicedFields {
  readonly _from?: string;
  readonly _seq?: number;
  readonly _age_ms?: number;
  readonly _offline_queued?: true;
}

/** Bytes that take the place of those from `start` to `end`. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

const encoder = new TextEncoder();

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
 * and leaves every other byte as it was. Where the sender wrote such a field itself, its value is replaced instead, in
 * whatever spelling and however often it is there (PROTOCOL A4). Throws when the bytes are no JSON object, which is a bug: the
 * relay queues nothing else.
 */
export function spliceFields(bytes: Uint8Array, fields: SplicedFields): Uint8Array {
  const cursor = openObject(bytes, 0, bytes.length);
  const edits: Edit[] = [];
  const missing = new Map<string, string>();
  for (const field of relayFields) {
    if (fields[field] !== undefined) missing.set(field, JSON.stringify(fields[field]));
  }
  const values = new Map(missing);
  while (cursor !== undefined && nextMember(cursor)) {
    const field = fieldAt(cursor);
    const value = field === undefined ? undefined : values.get(field);
    if (field === undefined || value === undefined) continue;
    missing.delete(field);
    edits.push({ start: cursor.valueStart, end: cursor.valueEnd, bytes: encoder.encode(value) });
  }
  if (cursor === undefined || cursor.failed) throw new TypeError('spliceFields: the message is not a JSON object');
  if (missing.size > 0) {
    const added = [...missing].map(([field, value]) => `"${field}":${value}`).join(',');
    const text = cursor.members > 0 ? `,${added}` : added;
    edits.push({ start: cursor.position, end: cursor.position, bytes: encoder.encode(text) });
  }
  return applyEdits(bytes, edits);
}
