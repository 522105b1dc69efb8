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
