import type { LimitJson, UserLimitName } from '../../../protocol/limits.ts';
import type { PresenceState } from '../../../protocol/messages.ts';
import type { Device } from './device.ts';
import type { LogEntry } from './log-entry.ts';

/** The keys that somebody logged in with; a master key belongs to a user, an admin key to none. */
export interface Keys {
  readonly master?: string;
  readonly admin?: string;
}

/** The session of this page. */
export type Connection =
  | { readonly phase: 'closed'; readonly reason?: string }
  | { readonly phase: 'connecting' }
  | { readonly phase: 'waiting'; readonly reason: string; readonly retryAtMs: number }
  | { readonly phase: 'authenticated'; readonly clientId: string; readonly limits: Limits };

export type Limits = Readonly<Partial<Record<UserLimitName, LimitJson>>>;

export interface State {
  readonly keys: Keys;
  readonly connection: Connection;
  /** Undefined until they were listed once. */
  readonly devices: readonly Device[] | undefined;
  /** Client ids that the next message goes to. */
  readonly marks: ReadonlySet<string>;
  readonly log: readonly LogEntry[];
  readonly nextNumber: number;
  /** The last thing that went wrong or right, for everybody to see and to hear; the number tells repeated ones apart. */
  readonly notice: { readonly text: string; readonly isProblem: boolean; readonly number: number } | undefined;
}

export type Action =
  | { readonly type: 'logged-in'; readonly keys: Keys }
  | { readonly type: 'logged-out' }
  | { readonly type: 'connection'; readonly connection: Connection }
  | { readonly type: 'devices'; readonly devices: readonly Device[] }
  | { readonly type: 'presence'; readonly states: Readonly<Record<string, PresenceState>> }
  | { readonly type: 'marked'; readonly id: string; readonly isMarked: boolean }
  | {
      readonly type: 'received';
      readonly peer: string;
      readonly text: string;
      readonly timeMs: number;
      readonly re?: string;
    }
  | {
      readonly type: 'sent';
      readonly messages: readonly { readonly target: string; readonly text: string; readonly messageId: string }[];
      readonly timeMs: number;
    }
  | { readonly type: 'outcome'; readonly messageId: string; readonly target: string; readonly outcome: string }
  | { readonly type: 'log-cleared' }
  | { readonly type: 'noticed'; readonly text: string; readonly isProblem: boolean };

export const initialState: State = {
  keys: {},
  connection: { phase: 'closed' },
  devices: undefined,
  marks: new Set(),
  log: [],
  nextNumber: 1,
  notice: undefined,
};
