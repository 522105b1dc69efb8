import { readEnvelope, readId, readTtlSeconds } from '../../src/protocol/envelope.ts';
import { relayFields } from '../../src/protocol/envelope-fields.ts';
import type { StringReader } from '../../src/protocol/json-string.ts';
import { isObject } from '../../src/protocol/messages.ts';

/** An envelope with everything read, so that two of them can be compared. */
export type ReadEnvelope =
  | { readonly kind: 'invalid' | 'not-object' }
  | {
      readonly kind: 'object';
      readonly hasTarget: boolean;
      readonly target: string | undefined;
      readonly action: string | undefined;
      readonly hasId: boolean;
      readonly id: string | undefined;
      readonly hasTtl: boolean;
      readonly ttlSeconds: number | undefined;
      readonly relayFields: readonly string[];
    };

function parse(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    // Decodes what is not UTF-8 to replacement characters, and leaves a byte order mark where it is.
    return { value: JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)) };
  } catch {
    return undefined;
  }
}

/** What `JSON.parse` says: the oracle. */
export function parsedEnvelope(bytes: Uint8Array): ReadEnvelope {
  const parsed = parse(bytes);
  if (parsed === undefined) return { kind: 'invalid' };
  const { value } = parsed;
  if (!isObject(value)) return { kind: 'not-object' };
  const stringOf = (key: string) => {
    const field = Object.hasOwn(value, key) ? value[key] : undefined;
    return typeof field === 'string' ? field : undefined;
  };
  const hasTarget = Object.hasOwn(value, 'target');
  return {
    kind: 'object',
    hasTarget,
    target: stringOf('target'),
    action: hasTarget ? undefined : stringOf('action'),
    hasId: Object.hasOwn(value, '_id'),
    id: stringOf('_id'),
    hasTtl: Object.hasOwn(value, '_ttl'),
    ttlSeconds: typeof value._ttl === 'number' ? value._ttl : undefined,
    relayFields: Object.keys(value).filter((key) => relayFields.some((field) => field === key)),
  };
}

/** What the scanner says. */
export function scannedEnvelope(bytes: Uint8Array, readTarget?: StringReader): ReadEnvelope {
  const envelope = readEnvelope(bytes, readTarget);
  if (envelope.kind !== 'object') return { kind: envelope.kind };
  return {
    kind: 'object',
    hasTarget: envelope.hasTarget,
    target: envelope.target,
    action: envelope.action,
    hasId: envelope.idStart >= 0,
    id: readId(bytes, envelope),
    hasTtl: envelope.ttlStart >= 0,
    ttlSeconds: readTtlSeconds(bytes, envelope),
    relayFields: envelope.relayFields,
  };
}
