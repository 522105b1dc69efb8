import type { RelayCode } from './codes.ts';
import { isExtensionName } from './extensions.ts';
import { defaultUserLimits, isUserLimitName, type LimitJson, limitsToJson, type UserLimitName } from './limits.ts';
import {
  type AuthenticatedMessage,
  type ErrorMessage,
  isObject,
  type Outcome,
  type PresenceMessage,
  type PresenceState,
  type ReceiptMessage,
  type RelayMessage,
  type TapMessage,
} from './messages.ts';

/** Who reads: the relay and other clients speak to it through one socket. */
export interface Recipient {
  readonly clientId: string;
  /** Whether it negotiated `from`, so that the relay signs each payload that it passes on (PROTOCOL B). */
  readonly hasFrom: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads what the relay itself says; undefined when it is a payload that the relay passed on, so that no sender can speak in
 * the relay's name. With `from` every payload carries `_from`, which no sender can leave out. Without it every payload carries
 * the reader's own id as its target; then what the relay says about a message to oneself reads as a payload, too.
 *
 * Before authentication there is no recipient, and nobody but the relay speaks.
 */
export function readRelayMessage(value: unknown, recipient: Recipient | undefined): RelayMessage | undefined {
  if (!isObject(value) || (recipient !== undefined && isPayload(value, recipient))) return undefined;
  switch (value.status) {
    case 'pong':
      return { status: 'pong' };
    case 'authenticated':
      return readAuthenticated(value);
    case 'error':
      return readError(value);
    case 'delivered':
    case 'queued':
    case 'expired':
    case 'cancelled':
      return readReceipt(value.status, value);
    case 'presence':
      return readPresence(value);
    case 'tap':
      return readTap(value);
    default:
      return undefined;
  }
}

function isPayload(value: Fields, { clientId, hasFrom }: Recipient): boolean {
  return hasFrom ? Object.hasOwn(value, '_from') : value.target === clientId;
}

function readAuthenticated({ client_id, extensions, limits }: Fields): AuthenticatedMessage | undefined {
  if (typeof client_id !== 'string') return undefined;
  return {
    status: 'authenticated',
    client_id,
    ...(isListOfStrings(extensions) ? { extensions: extensions.filter(isExtensionName) } : {}),
    ...(isObject(limits) ? { limits: readLimits(limits) } : {}),
  };
}

function isListOfStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** A limit that is not told is the one of PROTOCOL D; those of a newer relay are passed over. */
function readLimits(told: Fields): Record<UserLimitName, LimitJson> {
  const limits = limitsToJson(defaultUserLimits());
  for (const [name, value] of Object.entries(told)) {
    if (isUserLimitName(name) && (typeof value === 'number' || value === 'unlimited')) limits[name] = value;
  }
  return limits;
}

function readError({ code, message, target, _id, count }: Fields): ErrorMessage | undefined {
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  return {
    status: 'error',
    // A newer relay may say more codes than are known here.
    code: code as RelayCode,
    message,
    ...(typeof target === 'string' ? { target } : {}),
    ...(typeof _id === 'string' ? { _id } : {}),
    ...(typeof count === 'number' ? { count } : {}),
  };
}

function readReceipt(status: ReceiptMessage['status'], { _id, target }: Fields): ReceiptMessage | undefined {
  return typeof _id === 'string' && typeof target === 'string' ? { status, _id, target } : undefined;
}

function isPresenceState(value: unknown): value is PresenceState {
  return value === 'online' || value === 'offline';
}

function readPresence({ devices }: Fields): PresenceMessage | undefined {
  if (!isObject(devices)) return undefined;
  const states = Object.entries(devices).filter((entry): entry is [string, PresenceState] => isPresenceState(entry[1]));
  return { status: 'presence', devices: Object.fromEntries(states) };
}

function readTap({ from, target, outcome, dropped, payload }: Fields): TapMessage | undefined {
  if (typeof from !== 'string' || typeof target !== 'string' || typeof outcome !== 'string') return undefined;
  if (!isObject(payload)) return undefined;
  return {
    status: 'tap',
    from,
    target,
    // A newer relay may know more outcomes.
    outcome: outcome as Outcome,
    ...(typeof dropped === 'number' ? { dropped } : {}),
    payload,
  };
}
