import { type SplicedFields, spliceFields } from '../../protocol/splice.ts';
import type { Session } from '../rooms/session.ts';
import type { ClaimedMessage } from '../store/store.ts';
import type { Handed, HandedMessage } from './handed.ts';

/** Hands messages out of the queue to a session, in order, and notes in `handed` what proves that they were read. */
export function handOver(session: Session, messages: readonly ClaimedMessage[], nowMs: number, handed: Handed): void {
  const { acks } = session.extensions;
  // Pings within the batch, so that a slow handler is seen to make progress and loses little if it dies.
  const pingEvery = Math.ceil(messages.length / Math.max(1, session.pings.left));
  let group: HandedMessage[] = [];
  for (const [index, message] of messages.entries()) {
    const { payload, seq, sender, messageId, queuedAtMs } = message;
    session.link.sendText(spliceFields(payload, fieldsFor(session, message, nowMs)));
    group.push({
      seq,
      sender,
      queuedAtMs,
      payloadBytes: payload.length,
      ...(messageId === undefined ? {} : { messageId }),
    });
    const isPingDue = (index + 1) % pingEvery === 0 || index === messages.length - 1;
    const pingNumber = isPingDue && (!acks || session.pings.left > 0) ? session.ping(nowMs) : undefined;
    if (pingNumber === undefined && !acks) continue;
    handed.add({
      pingNumber: acks ? Number.POSITIVE_INFINITY : (pingNumber ?? 0),
      throughSeq: seq,
      messages: group,
    });
    group = [];
  }
}

/** The fields that this receiver gets with a message out of the queue (PROTOCOL B). */
function fieldsFor({ extensions }: Session, message: ClaimedMessage, nowMs: number): SplicedFields {
  return {
    ...(extensions.from ? { _from: message.sender } : {}),
    ...(extensions.acks ? { _seq: message.seq } : {}),
    ...(extensions.age ? { _age_ms: Math.max(0, Math.round(nowMs - message.queuedAtMs)) } : {}),
    _offline_queued: true,
  };
}
