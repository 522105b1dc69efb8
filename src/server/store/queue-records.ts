import { checksumOf } from './checksum.ts';
import { bytesIn, numberIn, type SqlRow, textIn } from './sql.ts';
import type { ClaimedMessage, EndedMessage } from './store.ts';

/** Rows of the table of messages, and what they mean outside. */

export interface QueueName {
  readonly userId: string;
  readonly target: string;
}

/** A column of text keeps no half of a surrogate pair and an `_id` may have one (it is any JSON string), so it is kept as JSON. */
export function encodeMessageId(messageId: string | undefined): string | null {
  return messageId === undefined ? null : JSON.stringify(messageId);
}

function messageIdIn(row: SqlRow): { messageId?: string } {
  if (row.message_id === null) return {};
  try {
    const messageId: unknown = JSON.parse(textIn(row, 'message_id'));
    return typeof messageId === 'string' ? { messageId } : {};
  } catch {
    // Only a damaged record has such an id; a look into the queue shows it without.
    return {};
  }
}

export function claimedOf(row: SqlRow): ClaimedMessage {
  return {
    seq: numberIn(row, 'seq'),
    sender: textIn(row, 'sender'),
    ...messageIdIn(row),
    payload: bytesIn(row, 'payload'),
    queuedAtMs: numberIn(row, 'queued_at_ms'),
    attempts: numberIn(row, 'attempts') + 1,
  };
}

/** What is told of a message that ends without a proven delivery; of a damaged one, that it is damaged. */
export function endedOf(row: SqlRow, name: QueueName, reason: 'expired' | 'unconfirmed' | 'cancelled'): EndedMessage {
  if (isDamaged(row, name)) return damagedOf(row, name);
  return {
    userId: name.userId,
    target: name.target,
    seq: numberIn(row, 'seq'),
    sender: textIn(row, 'sender'),
    ...messageIdIn(row),
    payloadBytes: numberIn(row, 'payload_bytes'),
    queuedAtMs: numberIn(row, 'queued_at_ms'),
    attempts: numberIn(row, 'attempts'),
    reason,
  };
}

/** What can still be told of a damaged record: not whose it was, because that may be what was damaged. */
export function damagedOf(row: SqlRow, name: QueueName): EndedMessage {
  const payloadBytes = row.payload instanceof Uint8Array ? row.payload.byteLength : 0;
  const { userId, target } = name;
  return {
    userId,
    target,
    seq: numberIn(row, 'seq'),
    sender: '',
    payloadBytes,
    queuedAtMs: 0,
    attempts: numberIn(row, 'attempts'),
    reason: 'damaged',
  };
}

/** Whether the record is no longer what was queued for this target. */
export function isDamaged(row: SqlRow, { userId, target }: QueueName): boolean {
  const { seq, sender, message_id, queued_at_ms, expires_at_ms, payload } = row;
  if (!(payload instanceof Uint8Array) || typeof sender !== 'string' || typeof seq !== 'number') return true;
  if (typeof queued_at_ms !== 'number' || typeof expires_at_ms !== 'number') return true;
  if (message_id !== null && typeof message_id !== 'string') return true;
  const columns = [userId, target, sender, message_id ?? null, queued_at_ms, expires_at_ms];
  return row.checksum !== checksumOf(columns, payload) + seq;
}
