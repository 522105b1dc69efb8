import { keyIs, type MemberCursor } from './object-members.ts';

/** Fields that the relay adds, in the order in which they stand before the final `}` (PROTOCOL B). */
export const relayFields = ['_from', '_seq', '_age_ms', '_offline_queued'] as const;
export type RelayField = (typeof relayFields)[number];

/** Fields of a sender's message that the relay reads. */
const senderFields = ['target', 'action', '_id', '_ttl'] as const;

export type EnvelopeField = (typeof senderFields)[number] | RelayField;

const envelopeFields: readonly EnvelopeField[] = [...senderFields, ...relayFields];
const noFields: readonly EnvelopeField[] = [];

/** The fields whose names have as many characters as the index says: few keys need more than this look. */
const fieldsByLength = Array.from({ length: 16 }, (_, length) =>
  envelopeFields.filter((field) => field.length === length),
);

function candidates(cursor: MemberCursor): readonly EnvelopeField[] {
  if (!cursor.keyIsPlain) return envelopeFields;
  const length = cursor.keyEnd - cursor.keyStart - 2;
  return length < fieldsByLength.length ? (fieldsByLength[length] ?? noFields) : noFields;
}

/** The field that the member is, if it is one that concerns the relay. */
export function fieldAt(cursor: MemberCursor): EnvelopeField | undefined {
  for (const field of candidates(cursor)) if (keyIs(cursor, field)) return field;
  return undefined;
}
