/** The answers of PROTOCOL C as they travel: the names are those on the wire, so that `--json` can print them as they are. */
import type { LimitJson } from '../protocol/limits.ts';
import type { PresenceState } from '../protocol/messages.ts';

export type Presence = Readonly<Record<string, PresenceState>>;

/** A client that the room knows: registered, connected, or with something waiting. */
export interface DeviceSummary {
  readonly device: string;
  readonly state: PresenceState;
  /** When the present session began, as ISO 8601; null while offline. */
  readonly online_since: string | null;
  readonly last_seen: string | null;
  /** Messages in its queue. */
  readonly waiting: number;
  /** Whether it has a token of its own. */
  readonly registered: boolean;
}

export interface DeviceDetail extends DeviceSummary {
  /** Where it is connected from; null while offline. */
  readonly address: string | null;
  readonly created_at: string | null;
  /** What became of the last messages to it, newest last. */
  readonly outcomes: readonly OutcomeSummary[];
}

/** The same outcome of several messages of one sender in a row is one line with their number. */
export interface OutcomeSummary {
  /** `sent`, a state of a receipt, or the code of an error. */
  readonly state: string;
  readonly from: string;
  readonly _id?: string | undefined;
  readonly count: number;
  readonly at: string;
}

/**
 * What became of a message that was sent over HTTP, as far as it is known: `sent` went to the target's socket, which has not
 * proven to have read it; `expired` and `cancelled` come only to who waited for the end.
 */
export interface MessageAnswer {
  readonly status: 'delivered' | 'queued' | 'sent' | 'expired' | 'cancelled';
  readonly target: string;
  readonly _id?: string | undefined;
}

/** What waits for one target. */
export interface QueueSummary {
  readonly target: string;
  readonly waiting: number;
  readonly bytes: number;
}

export interface QueueDetail extends QueueSummary {
  /** The first of them, in order. */
  readonly messages: readonly QueuedMessage[];
}

export interface QueuedMessage {
  readonly seq: number;
  readonly from: string;
  readonly _id?: string | undefined;
  readonly queued_at: string;
  /** Null where it has no end. */
  readonly expires_at: string | null;
  /** How often it was handed over without proof. */
  readonly attempts: number;
  /** Handed over, its proof awaited: it cannot be cancelled now. */
  readonly handed: boolean;
  /** The text as it was sent, cut when it is long. */
  readonly payload: string;
}

export interface PurgedQueue {
  readonly cancelled: number;
  /** How many of them were handed over before without proof: the target may have those. Missing where nobody says. */
  readonly attempted?: number | undefined;
}

export interface CancelledMessage {
  /** How often it was handed over without proof: more than 0 means that the target may have it. Missing where nobody says. */
  readonly attempts?: number | undefined;
}

/** The token is said this once. */
export interface NewDeviceToken {
  readonly device: string;
  readonly device_token: string;
}

export type LimitsJson = Readonly<Record<string, LimitJson>>;

export interface UserSummary {
  readonly user: string;
  readonly created_at: string;
  /** Every limit that holds for this user. */
  readonly limits: LimitsJson;
  readonly devices: number;
  readonly connections: number;
}

/** The key is said this once. */
export interface NewUser {
  readonly user: string;
  readonly auth_key: string;
}

export interface UserLimitsAnswer {
  readonly user: string;
  readonly limits: LimitsJson;
}

/** A key by its id; the key itself is never said again. */
export interface KeySummary {
  readonly key: string;
  readonly kind: string;
  readonly created_at: string;
}

export interface NewMasterKey {
  readonly user: string;
  readonly key: string;
  readonly auth_key: string;
}

export interface NewAdminKey {
  readonly key: string;
  readonly admin_key: string;
}
