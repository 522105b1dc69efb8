import { randomUUID } from 'node:crypto';
import type { UserLimits } from '../../protocol/limits.ts';
import type { Clock } from '../clock.ts';
import type { DirectorySnapshot, DirectoryStore, KeyRecord, UserRecord } from '../store/store.ts';
import { findKey, makeKeyRecord } from './credentials.ts';
import { Devices } from './devices.ts';
import { Keys } from './keys.ts';
import { LimitsOfUsers } from './limits.ts';
import type { DirectoryListener } from './listener.ts';
import { DirectoryState } from './state.ts';
import { Users } from './users.ts';

/** Who is behind a key: the user, and for a token the device. Admin keys belong to no user. */
export interface Principal {
  readonly key: KeyRecord;
  readonly user?: UserRecord;
}

export interface DirectoryOptions {
  readonly store: DirectoryStore;
  readonly snapshot: DirectorySnapshot;
  readonly clock: Clock;
  readonly listener: DirectoryListener;
  /** What the serving relay's own options change in the defaults of all users. */
  readonly limitDefaults: Partial<UserLimits>;
}

/**
 * Users, keys and devices: held in memory so that a login costs no I/O, changed in the store first. Every function that
 * changes something resolves when the change is durable, or with a refusal.
 */
export class Directory {
  readonly users: Users;
  readonly keys: Keys;
  readonly devices: Devices;
  readonly limits: LimitsOfUsers;
  readonly #state: DirectoryState;
  readonly #clock: Clock;

  constructor({ store, snapshot, clock, listener, limitDefaults }: DirectoryOptions) {
    const state = new DirectoryState(store, snapshot);
    this.limits = new LimitsOfUsers(state, listener, limitDefaults);
    const parts = { state, clock, listener, limits: this.limits };
    this.users = new Users(parts);
    this.keys = new Keys(parts);
    this.devices = new Devices(parts);
    this.#state = state;
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#state.users.size === 0 && this.#state.keys.size === 0;
  }

  /** Finds who a key belongs to; undefined for unknown, revoked and expired ones alike. */
  authenticate(keyText: string): Principal | undefined {
    const key = findKey(keyText, (keyId) => this.#state.keys.get(keyId), this.#clock());
    if (key === undefined) return undefined;
    if (key.userId === undefined) return { key };
    const user = this.#state.users.get(key.userId);
    return user === undefined ? undefined : { key, user };
  }

  /** The first user of an empty store, with a master key, and an admin key. */
  async bootstrap(userName: string): Promise<{ user: string; authKey: string; adminKey: string }> {
    const nowMs = this.#clock();
    const user: UserRecord = { userId: randomUUID(), name: userName, limits: {}, createdAtMs: nowMs };
    const master = makeKeyRecord('master', { userId: user.userId }, nowMs);
    const admin = makeKeyRecord('admin', {}, nowMs);
    await this.#state.commit([
      { change: 'put-user', user },
      { change: 'put-key', key: master.record },
      { change: 'put-key', key: admin.record },
    ]);
    return { user: userName, authKey: master.text, adminKey: admin.text };
  }
}
