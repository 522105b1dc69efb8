import { defaultUserLimits, type UserLimits } from '../../protocol/limits.ts';
import type { UserRecord } from '../store/store.ts';
import type { DirectoryListener } from './listener.ts';
import type { DirectoryState } from './state.ts';

/** What each user may: its own limits, and for the rest the defaults of this relay (PROTOCOL D). */
export class LimitsOfUsers {
  readonly #state: DirectoryState;
  readonly #listener: DirectoryListener;
  #defaults: UserLimits;
  /** Reckoned again after a change of limits; asked for at every connection. */
  #messageBytesMax: number | undefined;

  constructor(state: DirectoryState, listener: DirectoryListener, defaults: Partial<UserLimits>) {
    this.#state = state;
    this.#listener = listener;
    this.#defaults = { ...defaultUserLimits(), ...defaults };
  }

  /** What a user has who has no limits of its own. */
  get defaults(): UserLimits {
    return this.#defaults;
  }

  of(user: UserRecord): UserLimits {
    return { ...this.#defaults, ...user.limits };
  }

  ofId(userId: string): UserLimits {
    const user = this.#state.users.get(userId);
    return user === undefined ? this.#defaults : this.of(user);
  }

  /** New defaults, on a reload: they apply to live sessions and queues at once. */
  setDefaults(changed: Partial<UserLimits>): void {
    this.#defaults = { ...defaultUserLimits(), ...changed };
    this.noteChange();
    for (const userId of this.#state.users.keys()) this.#listener.onLimitsChanged(userId);
  }

  /** A user came, or has other limits of its own now. */
  noteChange(): void {
    this.#messageBytesMax = undefined;
  }

  /** The shortest `idle_timeout` of all users, in milliseconds. */
  get idleTimeoutMsMin(): number {
    return this.#state.users
      .values()
      .reduce((least, user) => Math.min(least, this.of(user).idle_timeout), this.#defaults.idle_timeout);
  }

  /** The largest message that any user may send, for the one limit that all sockets share. */
  get messageBytesMax(): number {
    this.#messageBytesMax ??= this.#state.users
      .values()
      .reduce((most, user) => Math.max(most, this.of(user).message_bytes), this.#defaults.message_bytes);
    return this.#messageBytesMax;
  }
}
