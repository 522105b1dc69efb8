import { addFields } from '../protocol/address.ts';
import { isClientId } from '../protocol/client-id.ts';
import { isMessageId, messageIdLengthMax } from '../protocol/message-id.ts';
import { clientIdRule } from '../protocol/messages.ts';
import { RelaySendError } from './errors.ts';
import type { SendOptions, Session } from './types.ts';

type Payload = Readonly<Record<string, unknown>>;

export interface MessageToCompose extends SendOptions {
  readonly target: string;
  readonly payload: Payload | string;
  /** The `_id` of a payload that has none. */
  readonly defaultId?: string;
}

/** A message that is ready to leave. */
export interface ComposedMessage {
  readonly json: string;
  /** Its `_id`, whatever it is; undefined when it has none. */
  readonly id: unknown;
}

const idRule = `a text of 1 to ${messageIdLengthMax} characters`;

/** Adds the fields of the way to a payload and touches nothing else of it. Throws `RelaySendError` when it cannot be sent so. */
export function composeMessage(session: Session, message: MessageToCompose): ComposedMessage {
  const { target, payload, id, defaultId } = message;
  if (!isClientId(target)) {
    throw new RelaySendError('invalid_target', `${JSON.stringify(target)} is no client id: ${clientIdRule}`);
  }
  if (id !== undefined && !isMessageId(id)) {
    throw new RelaySendError('invalid_payload', `the id ${JSON.stringify(id).slice(0, 160)} is not ${idRule}`);
  }
  const ttlSeconds = readTtlSeconds(session, message);
  const extended = addFields(typeof payload === 'string' ? payload : toJson(payload), {
    required: {
      target,
      ...(id === undefined ? {} : { _id: id }),
      ...(ttlSeconds === undefined ? {} : { _ttl: ttlSeconds }),
    },
    defaults: { sender: session.clientId, ...(defaultId === undefined ? {} : { _id: defaultId }) },
  });
  if ('problem' in extended) throw new RelaySendError('invalid_payload', extended.problem);
  const ownId = Object.hasOwn(extended.payload, '_id') ? extended.payload._id : (id ?? defaultId);
  return { json: extended.json, id: ownId };
}

/** The same for a message that is followed by its id, so that the id must be one. */
export function composeTrackedMessage(session: Session, message: MessageToCompose): { json: string; id: string } {
  const { json, id } = composeMessage(session, message);
  if (isMessageId(id)) return { json, id };
  throw new RelaySendError('invalid_payload', `the _id of the payload is not ${idRule}`);
}

function readTtlSeconds({ extensions }: Session, { ttlMs }: SendOptions): number | undefined {
  if (ttlMs === undefined) return undefined;
  if (!(ttlMs >= 0 && Number.isFinite(ttlMs))) {
    throw new RelaySendError('invalid_payload', `a time to live of ${ttlMs} ms is none: it is 0 or more`);
  }
  if (!extensions.ttl) {
    const message = 'the relay did not grant ttl: the message could wait for longer than it may, and was not sent';
    throw new RelaySendError('unsupported', message);
  }
  return Math.floor(ttlMs / 1000);
}

function toJson(payload: Payload): string {
  try {
    // JSON.stringify gives undefined for what toJSON makes nothing of; as text it is refused for what it is.
    return String(JSON.stringify(payload));
  } catch (error) {
    throw new RelaySendError('invalid_payload', `the payload has no JSON: ${String(error)}`);
  }
}
