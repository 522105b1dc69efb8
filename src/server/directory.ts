import { randomUUID } from 'node:crypto';
import { defaultUserLimits, type UserLimits } from '../protocol/limits.ts';
import type { Refusal } from '../protocol/messages.ts';
import type { Clock } from './clock.ts';
import { findKey, type KeyKind, makeKeyRecord } from './credentials.ts';
import { createDirectoryDevices } from './directory-devices.ts';
import { DirectoryState } from './directory-state.ts';
import type { DirectorySnapshot, DirectoryStore, KeyRecord, UserRecord } from './store/store.ts';
import { createTurns } from './turns.ts';

/** Who is behind a key: the user, and for a token the device. Admin keys belong to no user. */
export interface Principal {
  readonly key: KeyRecord;
  readonly user?: UserRecord;
}

/** What the rest of the relay is told when something is taken away or changed, after it is durable. */
export interface DirectoryListener {
  onKeyRevoked(key: KeyRecord): void;
  onDeviceRemoved(userId: string, clientId: string): void;
  onUserRemoved(userId: string): void;
  onLimitsChanged(userId: string): void;
}

export interface DirectoryOptions {
  readonly store: DirectoryStore;
  readonly snapshot: DirectorySnapshot;
  readonly clock: Clock;
  readonly listener: DirectoryListener;
  /** What the serving relay's own options change in the defaults of all users. */
  readonly limitDefaults: Partial<UserLimits>;
}

export type Directory = ReturnType<typeof createDirectory>;

/** Names of users stand in paths and tables. */
const userNamePattern = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

/**
 * Users, keys and devices: held in memory so that a login costs no I/O, changed in the store first. Every function that
 * changes something resolves when the change is durable, or with a refusal.
 */
export function createDirectory(options: DirectoryOptions) {
  const { clock, listener } = options;
  let limitDefaults: UserLimits = { ...defaultUserLimits(), ...options.limitDefaults };
  const state = new DirectoryState(options.store, options.snapshot);
  const inTurn = createTurns();
  /** Reckoned again after a change of limits; asked for at every connection. */
  let messageBytesMax: number | undefined;

  function limitsOf(user: UserRecord): UserLimits {
    return { ...limitDefaults, ...user.limits };
  }

  function userNamed(name: string): UserRecord | undefined {
    return state.users.values().find((user) => user.name === name);
  }

  function newKey(kind: KeyKind, of: { userId?: string }) {
    return makeKeyRecord(kind, of, clock());
  }

  function noSuchKey(keyId: string): Refusal {
    return { code: 'not_found', message: `there is no key ${JSON.stringify(keyId)}` };
  }

  function isLastAdminKey({ kind }: KeyRecord): boolean {
    return kind === 'admin' && state.keysWhere((key) => key.kind === 'admin').length === 1;
  }

  return {
    ...createDirectoryDevices({ state, clock, listener, limitsOf, inTurn }),

    /** Finds who a key belongs to; undefined for unknown, revoked and expired ones alike. */
    authenticate(keyText: string): Principal | undefined {
      const key = findKey(keyText, (keyId) => state.keys.get(keyId), clock());
      if (key === undefined) return undefined;
      if (key.userId === undefined) return { key };
      const user = state.users.get(key.userId);
      return user === undefined ? undefined : { key, user };
    },

    isEmpty: (): boolean => state.users.size === 0 && state.keys.size === 0,
    users: (): readonly UserRecord[] => [...state.users.values()],
    userNamed,
    limitsOf,
    /** What a user has who has no limits of its own. */
    limitDefaults: (): UserLimits => limitDefaults,
    limitsOfId(userId: string): UserLimits {
      const user = state.users.get(userId);
      return user === undefined ? limitDefaults : limitsOf(user);
    },
    /** New defaults, on a reload: they apply to live sessions and queues at once. */
    setLimitDefaults(changed: Partial<UserLimits>): void {
      limitDefaults = { ...defaultUserLimits(), ...changed };
      messageBytesMax = undefined;
      for (const userId of state.users.keys()) listener.onLimitsChanged(userId);
    },
    /** The shortest `idle_timeout` of all users, in milliseconds. */
    idleTimeoutMsMin(): number {
      return state.users
        .values()
        .reduce((least, user) => Math.min(least, limitsOf(user).idle_timeout), limitDefaults.idle_timeout);
    },
    /** The largest message that any user may send, for the one limit that all sockets share. */
    messageBytesMax(): number {
      messageBytesMax ??= state.users
        .values()
        .reduce((most, user) => Math.max(most, limitsOf(user).message_bytes), limitDefaults.message_bytes);
      return messageBytesMax;
    },

    keysOfUser: (userId: string): readonly KeyRecord[] =>
      state.keysWhere((key) => key.userId === userId && key.kind === 'master'),
    adminKeys: (): readonly KeyRecord[] => state.keysWhere((key) => key.kind === 'admin'),

    /** The first user of an empty store, with a master key, and an admin key. */
    async bootstrap(userName: string): Promise<{ user: string; authKey: string; adminKey: string }> {
      const user: UserRecord = { userId: randomUUID(), name: userName, limits: {}, createdAtMs: clock() };
      const master = newKey('master', { userId: user.userId });
      const admin = newKey('admin', {});
      await state.commit([
        { change: 'put-user', user },
        { change: 'put-key', key: master.record },
        { change: 'put-key', key: admin.record },
      ]);
      return { user: userName, authKey: master.text, adminKey: admin.text };
    },

    async addUser(name: string, limits: Partial<UserLimits>): Promise<{ authKey: string } | Refusal> {
      if (!userNamePattern.test(name)) {
        return {
          code: 'bad_request',
          message: `"${name}" is no user name: 1 to 64 letters, digits, ".", "_", "@" or "-"`,
        };
      }
      if (userNamed(name) !== undefined) return { code: 'conflict', message: `the user ${name} exists already` };
      const user: UserRecord = { userId: randomUUID(), name, limits, createdAtMs: clock() };
      const master = newKey('master', { userId: user.userId });
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
      messageBytesMax = undefined;
      return { authKey: master.text };
    },
    /** `change` makes the user's own limits out of those that it has now. */
    setLimits: (userId: string, change: (own: Partial<UserLimits>) => Partial<UserLimits>) =>
      inTurn(async (): Promise<UserLimits | Refusal> => {
        const user = state.users.get(userId);
        if (user === undefined) return { code: 'not_found', message: 'this user was removed' };
        const changed = { ...user, limits: change(user.limits) };
        await state.commit([{ change: 'put-user', user: changed }]);
        messageBytesMax = undefined;
        listener.onLimitsChanged(userId);
        return limitsOf(changed);
      }),
    removeUser: ({ userId }: UserRecord) =>
      inTurn(async () => {
        const removal = [{ change: 'remove-user', userId }] as const;
        await state.commit(removal);
        listener.onUserRemoved(userId);
        // What its sessions queued while that was written would wait for nobody. A failure leaves it to its time to live.
        await state.commit(removal).catch(() => {});
      }),

    async addKey(user: UserRecord): Promise<{ keyId: string; authKey: string }> {
      const { text, record } = newKey('master', { userId: user.userId });
      await state.commit([{ change: 'put-key', key: record }]);
      return { keyId: record.keyId, authKey: text };
    },
    async addAdminKey(): Promise<{ keyId: string; adminKey: string }> {
      const { text, record } = newKey('admin', {});
      await state.commit([{ change: 'put-key', key: record }]);
      return { keyId: record.keyId, adminKey: text };
    },
    /** Takes a key away, but not the last admin key: nobody could add another to a relay that runs. */
    removeKey: (keyId: string) =>
      inTurn(async (): Promise<KeyRecord | Refusal> => {
        const key = state.keys.get(keyId);
        if (key === undefined) return noSuchKey(keyId);
        if (isLastAdminKey(key)) {
          return { code: 'conflict', message: 'this is the last admin key: add another before you remove it' };
        }
        await state.commit([{ change: 'remove-key', keyId }]);
        listener.onKeyRevoked(key);
        return key;
      }),
  };
}
