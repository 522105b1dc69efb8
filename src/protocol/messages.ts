import { isClientId } from './client-id.ts';
import type { RelayCode } from './codes.ts';
import type { ExtensionName } from './extensions.ts';
import type { LimitJson, UserLimitName } from './limits.ts';

/** The path of the one endpoint (PROTOCOL A1). */
export const connectPath = '/ws/connect/';
/** Most bytes of the first message (PROTOCOL A2). */
export const credentialsBytesMax = 4096;
/** What is spliced into a payload that came out of the queue (PROTOCOL A4). */
export const offlineQueuedKey = '_offline_queued';

/** The first message of a session, checked. */
export type Credentials = (
  | { readonly kind: 'master'; readonly authKey: string; readonly sender: string }
  | { readonly kind: 'device'; readonly deviceToken: string }
) & {
  /** The extensions asked for, known here or not; undefined when the client knows the published contract only. */
  readonly extensions?: readonly string[];
};

/** The relay's answer to good credentials: two keys, and two more for who asked for extensions (PROTOCOL A2, B). */
export interface AuthenticatedMessage {
  readonly status: 'authenticated';
  readonly client_id: string;
  /** Those granted, in the order asked. */
  readonly extensions?: readonly ExtensionName[];
  /** This user's limits. */
  readonly limits?: Readonly<Record<UserLimitName, LimitJson>>;
}

/** What became of a message with an `_id` (PROTOCOL B `receipts`). */
export interface ReceiptMessage {
  readonly status: 'delivered' | 'queued' | 'expired' | 'cancelled';
  readonly _id: string;
  readonly target: string;
}

/** Who is online: all that was asked for, or what has changed (PROTOCOL B `presence`). */
export interface PresenceMessage {
  readonly status: 'presence';
  readonly devices: Readonly<Record<string, PresenceState>>;
}

/** What became of a message: a state of a receipt, `sent` for a live one whose proof nobody asked for, or an error. */
export type Outcome = ReceiptMessage['status'] | 'sent' | RelayCode;

/** A copy of what passed in the room (PROTOCOL B `tap`). */
export interface TapMessage {
  readonly status: 'tap';
  readonly from: string;
  readonly target: string;
  readonly outcome: Outcome;
  /** How many copies were left out before this one, because the reader was slow. */
  readonly dropped?: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface PongMessage {
  readonly status: 'pong';
}

/** What went wrong (PROTOCOL D); `target` and `_id` where the failed message had them. */
export interface ErrorMessage {
  readonly status: 'error';
  readonly code: RelayCode;
  /** What failed, with which value, and what to do. */
  readonly message: string;
  readonly target?: string;
  readonly _id?: string;
  /** How many messages a `rate_limited` speaks of. */
  readonly count?: number;
}

/** What the relay itself says to a client, as against what it passes on. */
export type RelayMessage =
  | AuthenticatedMessage
  | PongMessage
  | ErrorMessage
  | ReceiptMessage
  | PresenceMessage
  | TapMessage;

export type PresenceState = 'online' | 'offline';

/** An expected refusal, on its way to the client. */
export interface Refusal {
  readonly code: RelayCode;
  readonly message: string;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Checks the first message of a session. A `device_token` wins over an `auth_key` beside it (PROTOCOL A2). */
export function readCredentials(value: unknown): Credentials | Refusal {
  if (!isObject(value)) {
    return { code: 'bad_message', message: 'the first message must be a JSON object with credentials' };
  }
  const extensions = readExtensions(value.extensions);
  if (Object.hasOwn(value, 'device_token')) {
    if (typeof value.device_token === 'string')
      return { kind: 'device', deviceToken: value.device_token, ...extensions };
    return { code: 'missing_credentials', message: 'device_token must be a string' };
  }
  if (typeof value.auth_key !== 'string') {
    const what = Object.hasOwn(value, 'auth_key') ? 'auth_key must be a string' : 'auth_key or device_token is missing';
    return {
      code: 'missing_credentials',
      message: `${what}: send {"auth_key":…,"sender":…} or {"device_token":…} first`,
    };
  }
  if (typeof value.sender !== 'string') {
    return {
      code: 'missing_credentials',
      message: 'sender is missing or not a string: with an auth_key a client names itself',
    };
  }
  if (!isClientId(value.sender)) {
    return {
      code: 'invalid_client_id',
      message: `sender ${JSON.stringify(value.sender).slice(0, 160)} is no client id: ${clientIdRule}`,
    };
  }
  return { kind: 'master', authKey: value.auth_key, sender: value.sender, ...extensions };
}

/** A client of the published contract may have a field of that name for itself: only a list of strings asks for something. */
function readExtensions(asked: unknown): { extensions?: readonly string[] } {
  return Array.isArray(asked) && asked.every((name) => typeof name === 'string') ? { extensions: asked } : {};
}

/** The rule for client ids in words, for errors. */
export const clientIdRule = '1 to 128 bytes of UTF-8 without control characters, commas, or spaces at its ends';
