import { memberText } from '../protocol/member-text.ts';
import { offlineQueuedKey, type TapMessage } from '../protocol/messages.ts';
import type { ReceivedMessage, Session, TappedMessage } from './types.ts';

type Payload = Readonly<Record<string, unknown>>;

/**
 * What a message says about itself. Fields of the relay's own are read only where this session negotiated them: then they
 * come from the relay alone (PROTOCOL B), and else they are anybody's word.
 */
export function readReceivedMessage(
  text: string,
  payload: Payload,
  { extensions }: Session,
  receivedAtMs: number,
): ReceivedMessage {
  const { _id, _re, _from, _seq, _age_ms } = payload;
  return {
    text,
    payload,
    offlineQueued: payload[offlineQueuedKey] === true,
    receivedAtMs,
    ...(typeof _id === 'string' ? { id: _id } : {}),
    ...(typeof _re === 'string' ? { re: _re } : {}),
    ...(extensions.from && typeof _from === 'string' ? { from: _from } : {}),
    ...(extensions.acks && typeof _seq === 'number' ? { seq: _seq } : {}),
    ...(extensions.age && typeof _age_ms === 'number' ? { ageMs: _age_ms } : {}),
  };
}

/** The copy of a message; `text` is the message of the relay around it. */
export function readTappedMessage(text: string, said: TapMessage, receivedAtMs: number): TappedMessage {
  const { from, target, outcome, payload, dropped = 0 } = said;
  // The relay's message was read, so that it has a payload.
  return { from, target, outcome, text: memberText(text, 'payload') ?? '', payload, dropped, receivedAtMs };
}
