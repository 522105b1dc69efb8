import { invalid, type MemberCursor, nextMember, openObject, skipValue, skipWhitespace } from './json-scan.ts';
import { isStringAt, readText } from './json-text.ts';

/** Fields that the relay adds, in the order in which they stand before the final `}` (PROTOCOL B). */
export const relayFields = ['_from', '_seq', '_age_ms', '_offline_queued'] as const;
export type RelayField = (typeof relayFields)[number];

/** What the relay reads of a message: each field as `JSON.parse` would say it (PROTOCOL A3). */
export interface ObjectEnvelope {
  readonly kind: 'object';
  /** Whether there is a `target` at all; where it is no string, `target` is undefined nevertheless. */
  readonly hasTarget: boolean;
  readonly target: string | undefined;
  /** The `action`, where it is a string; read only where there is no `target`, because nobody asks otherwise. */
  readonly action: string | undefined;
  readonly hasId: boolean;
  /** The `_id`, where it is a string (PROTOCOL B `receipts`). */
  readonly id: string | undefined;
  readonly hasTtl: boolean;
  /** The `_ttl`, where it is a number, in seconds (PROTOCOL B `ttl`). */
  readonly ttlSeconds: number | undefined;
  /** The fields among `relayFields` that the sender wrote itself. */
  readonly relayFields: readonly RelayField[];
}

/** The message of a sender, as far as the relay looks into it. Whatever is not JSON is `invalid`. */
export type Envelope = ObjectEnvelope | { readonly kind: 'invalid' } | { readonly kind: 'not-object' };

type EnvelopeField = 'target' | 'action' | '_id' | '_ttl' | RelayField;

const absent = -1;
const noRelayFields: readonly RelayField[] = [];
const invalidEnvelope: Envelope = { kind: 'invalid' };
const notObjectEnvelope: Envelope = { kind: 'not-object' };

const fieldNames: readonly EnvelopeField[] = ['target', 'action', '_id', '_ttl', ...relayFields];

/** The field whose key the cursor stands on, if it is one that the relay reads. */
function fieldAt(cursor: MemberCursor): EnvelopeField | undefined {
  const { bytes, keyStart, keyEnd } = cursor;
  if (cursor.keyHasEscapes) {
    const key = readText(bytes, keyStart - 1, keyEnd + 1);
    return fieldNames.find((name) => name === key);
  }
  const first = bytes[keyStart];
  // t, a and _: what every field of the relay begins with.
  if (first !== 0x74 && first !== 0x61 && first !== 0x5f) return undefined;
  return fieldNames.find((name) => equalsAscii(bytes, keyStart, keyEnd, name));
}

function equalsAscii(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let index = 0; index < text.length; index++) {
    if (bytes[start + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

function stringIn(bytes: Uint8Array, start: number, end: number): string | undefined {
  return start !== absent && isStringAt(bytes, start) ? readText(bytes, start, end) : undefined;
}

function numberIn(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (start === absent) return undefined;
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(start, end)));
  return typeof value === 'number' ? value : undefined;
}

/**
 * Reads the envelope of a message from its bytes, which the WebSocket layer has checked to be UTF-8. Says of every input
 * what `JSON.parse` says: the same verdict, and the last of duplicate keys.
 */
export function readEnvelope(bytes: Uint8Array, start = 0, end = bytes.length): Envelope {
  const cursor = openObject(bytes, start, end);
  if (cursor === undefined) {
    const valueEnd = skipValue(bytes, skipWhitespace(bytes, start, end), end);
    const isWhole = valueEnd !== invalid && skipWhitespace(bytes, valueEnd, end) === end;
    return isWhole ? notObjectEnvelope : invalidEnvelope;
  }
  let targetStart = absent;
  let targetEnd = absent;
  let actionStart = absent;
  let actionEnd = absent;
  let idStart = absent;
  let idEnd = absent;
  let ttlStart = absent;
  let ttlEnd = absent;
  let found: RelayField[] | undefined;
  while (nextMember(cursor)) {
    const field = fieldAt(cursor);
    if (field === undefined) continue;
    if (field === 'target') {
      targetStart = cursor.valueStart;
      targetEnd = cursor.valueEnd;
    } else if (field === 'action') {
      actionStart = cursor.valueStart;
      actionEnd = cursor.valueEnd;
    } else if (field === '_id') {
      idStart = cursor.valueStart;
      idEnd = cursor.valueEnd;
    } else if (field === '_ttl') {
      ttlStart = cursor.valueStart;
      ttlEnd = cursor.valueEnd;
    } else {
      found ??= [];
      if (!found.includes(field)) found.push(field);
    }
  }
  if (cursor.failed || skipWhitespace(bytes, cursor.position + 1, end) !== end) return invalidEnvelope;
  const hasTarget = targetStart !== absent;
  return {
    kind: 'object',
    hasTarget,
    target: stringIn(bytes, targetStart, targetEnd),
    action: hasTarget ? undefined : stringIn(bytes, actionStart, actionEnd),
    hasId: idStart !== absent,
    id: stringIn(bytes, idStart, idEnd),
    hasTtl: ttlStart !== absent,
    ttlSeconds: numberIn(bytes, ttlStart, ttlEnd),
    relayFields: found ?? noRelayFields,
  };
}
