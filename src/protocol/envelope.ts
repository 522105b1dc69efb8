import { fieldAt, type RelayField } from './envelope-fields.ts';
import { skipValue, skipWhitespace } from './json-scan.ts';
import { readString, type StringReader } from './json-string.ts';
import { nextMember, openObject } from './object-members.ts';

/** What the relay reads of a message: each field as `JSON.parse` would say it (PROTOCOL A3). */
export interface ObjectEnvelope {
  readonly kind: 'object';
  /** Whether there is a `target` at all; where it is no string, `target` is undefined nevertheless. */
  readonly hasTarget: boolean;
  readonly target: string | undefined;
  /** The `action`, where it is a string; read only where there is no `target`, because nobody asks otherwise. */
  readonly action: string | undefined;
  /** Where the values of `_id` and `_ttl` are, -1 without one. Few messages need them: `readId`, `readTtlSeconds`. */
  readonly idStart: number;
  readonly idEnd: number;
  readonly ttlStart: number;
  readonly ttlEnd: number;
  /** The fields of the relay's own that the sender wrote itself, each once (PROTOCOL D `reserved_field`). */
  readonly relayFields: readonly RelayField[];
}

/** The message of a sender, as far as the relay looks into it. What is not JSON is `invalid`. */
export type Envelope = ObjectEnvelope | { readonly kind: 'invalid' } | { readonly kind: 'not-object' };

const invalidEnvelope: Envelope = { kind: 'invalid' };
const notObjectEnvelope: Envelope = { kind: 'not-object' };

const quote = 0x22;

const decoder = new TextDecoder();

/** Where a value is, or that there is none. */
const absent = -1;
const noRelayFields: readonly RelayField[] = [];

function stringAt(bytes: Uint8Array, start: number, end: number, read: StringReader): string | undefined {
  return start !== absent && bytes[start] === quote ? read(bytes, start, end) : undefined;
}

function readNonObject(bytes: Uint8Array): Envelope {
  const valueEnd = skipValue(bytes, skipWhitespace(bytes, 0, bytes.length), bytes.length);
  if (valueEnd < 0 || skipWhitespace(bytes, valueEnd, bytes.length) !== bytes.length) return invalidEnvelope;
  return notObjectEnvelope;
}

/**
 * Reads the envelope of a message from its bytes, which the WebSocket layer has found to be UTF-8. Comes to the verdict of
 * `JSON.parse` on every input, and takes the last of duplicate keys like it, without building the value. `readTarget` may
 * remember what it read (`createCachedStringReader`).
 */
export function readEnvelope(bytes: Uint8Array, readTarget: StringReader = readString): Envelope {
  const end = bytes.length;
  const cursor = openObject(bytes, 0, end);
  if (cursor === undefined) return readNonObject(bytes);
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
    target: stringAt(bytes, targetStart, targetEnd, readTarget),
    action: hasTarget ? undefined : stringAt(bytes, actionStart, actionEnd, readString),
    idStart,
    idEnd,
    ttlStart,
    ttlEnd,
    relayFields: found ?? noRelayFields,
  };
}

/** The `_id` of a message, where it is a string; `idStart` tells whether there is another value (PROTOCOL B `receipts`). */
export function readId(bytes: Uint8Array, envelope: ObjectEnvelope): string | undefined {
  return stringAt(bytes, envelope.idStart, envelope.idEnd, readString);
}

/** The `_ttl` of a message, where it is a number; `ttlStart` tells whether there is another value (PROTOCOL B `ttl`). */
export function readTtlSeconds(bytes: Uint8Array, envelope: ObjectEnvelope): number | undefined {
  if (envelope.ttlStart === absent) return undefined;
  const value: unknown = JSON.parse(decoder.decode(bytes.subarray(envelope.ttlStart, envelope.ttlEnd)));
  return typeof value === 'number' ? value : undefined;
}
