import { randomUUID } from 'node:crypto';
import type { UserLimits } from '../../protocol/limits.ts';
import type { Refusal } from '../../protocol/messages.ts';
import type { UserRecord } from '../store/store.ts';
import { makeKeyRecord } from './credentials.ts';
import type { DirectoryParts } from './parts.ts';

/** Names of users stand in paths and tables. */
const userNamePattern = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

/** The users of a relay: each a room of its own. */
export class Users {
  readonly #parts: DirectoryParts;

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
  }

  all(): readonly UserRecord[] {
    return [...this.#parts.state.users.values()];
  }

  named(name: string): UserRecord | undefined {
    return this.#parts.state.users.values().find((user) => user.name === name);
  }

  /** A new user with its first master key. */
  async add(name: string, limits: Partial<UserLimits>): Promise<{ authKey: string } | Refusal> {
    const refusal = this.#whyNotAdded(name);
    if (refusal !== undefined) return refusal;
    const { state, clock } = this.#parts;
    const user: UserRecord = { userId: randomUUID(), name, limits, createdAtMs: clock() };
    const master = makeKeyRecord('master', { userId: user.userId }, clock());
    // The name is taken from here on, so that a second request cannot take it while this one is written.
    state.users.set(user.userId, user);
    try {
      await state.commit([
        { change: 'put-user', user },
        { change: 'put-key', key: master.record },
      ]);
    } catch (error) {
      state.users.delete(user.userId);
      throw error;
    }
    this.#parts.limits.noteChange();
    return { authKey: master.text };
  }

  #whyNotAdded(name: string): Refusal | undefined {
    if (!userNamePattern.test(name)) {
      const message = `"${name}" is no user name: 1 to 64 letters, digits, ".", "_", "@" or "-"`;
      return { code: 'bad_request', message };
    }
    if (this.named(name) === undefined) return undefined;
    return { code: 'conflict', message: `the user ${name} exists already` };
  }

  /** `change` makes the user's own limits out of those that it has now. */
  setLimits(userId: string, change: (own: Partial<UserLimits>) => Partial<UserLimits>): Promise<UserLimits | Refusal> {
    const { state, listener, limits } = this.#parts;
    return state.inTurn(async () => {
      const user = state.users.get(userId);
      if (user === undefined) return { code: 'not_found', message: 'this user was removed' };
      const changed = { ...user, limits: change(user.limits) };
      await state.commit([{ change: 'put-user', user: changed }]);
      limits.noteChange();
      listener.onLimitsChanged(userId);
      return limits.of(changed);
    });
  }

  remove({ userId }: UserRecord): Promise<void> {
    const { state, listener } = this.#parts;
    return state.inTurn(async () => {
      const removal = [{ change: 'remove-user', userId }] as const;
      await state.commit(removal);
      listener.onUserRemoved(userId);
      // What its sessions queued while that was written would wait for nobody. A failure leaves it to its time to live.
      await state.commit(removal).catch(() => {});
    });
  }
}
