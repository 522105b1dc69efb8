import { randomUUID } from 'node:crypto';
import { defaultUserLimits, type UserLimits } from '../protocol/limits.ts';
import type { Refusal } from '../protocol/messages.ts';
import type { Clock } from './clock.ts';
import { findKey, type KeyKind, makeKey, type NewKey } from './credentials.ts';
import { DirectoryState } from './directory-state.ts';
import type {
  DeviceRecord,
  DirectoryChange,
  DirectorySnapshot,
  DirectoryStore,
  KeyRecord,
  UserRecord,
} from './store/store.ts';

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
  const seen = new Map<string, DeviceRecord>();
  /** Reckoned again after a change of limits; asked for at every connection. */
  let messageBytesMax: number | undefined;

  function limitsOf(user: UserRecord): UserLimits {
    return { ...limitDefaults, ...user.limits };
  }

  function userNamed(name: string): UserRecord | undefined {
    return state.users.values().find((user) => user.name === name);
  }

  function newKey(kind: KeyKind, of: { userId?: string; clientId?: string }): { made: NewKey; record: KeyRecord } {
    const made = makeKey(kind);
    return { made, record: { keyId: made.keyId, kind, ...of, hash: made.hash, createdAtMs: clock() } };
  }

  return {
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

    devices: (userId: string): readonly DeviceRecord[] => [...state.devicesOf(userId).values()],
    device: (userId: string, clientId: string): DeviceRecord | undefined => state.devicesOf(userId).get(clientId),
    keysOfUser: (userId: string): readonly KeyRecord[] =>
      state.keysWhere((key) => key.userId === userId && key.kind === 'master'),
    adminKeys: (): readonly KeyRecord[] => state.keysWhere((key) => key.kind === 'admin'),

    /** Remembers when a device was last there; kept in memory until `saveLastSeen`. */
    noteSeen(userId: string, clientId: string): void {
      const device = state.devicesOf(userId).get(clientId);
      if (device === undefined) return;
      const seenNow = { ...device, lastSeenAtMs: clock() };
      state.devicesOf(userId).set(clientId, seenNow);
      seen.set(`${userId},${clientId}`, seenNow);
    },
    /** Writes what `noteSeen` remembered, all in one commit. */
    async saveLastSeen(): Promise<void> {
      const changes = [...seen.values()]
        .filter((device) => state.devicesOf(device.userId).has(device.clientId))
        .map((device) => ({ change: 'put-device', device }) as const);
      seen.clear();
      if (changes.length > 0) await state.commit(changes);
    },

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
      return { user: userName, authKey: master.made.text, adminKey: admin.made.text };
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
      return { authKey: master.made.text };
    },
    async setLimits(user: UserRecord, limits: Partial<UserLimits>): Promise<UserLimits> {
      const changed = { ...user, limits };
      await state.commit([{ change: 'put-user', user: changed }]);
      messageBytesMax = undefined;
      listener.onLimitsChanged(user.userId);
      return limitsOf(changed);
    },
    async removeUser(user: UserRecord): Promise<void> {
      await state.commit([{ change: 'remove-user', userId: user.userId }]);
      listener.onUserRemoved(user.userId);
    },

    async addKey(user: UserRecord): Promise<{ keyId: string; authKey: string }> {
      const { made, record } = newKey('master', { userId: user.userId });
      await state.commit([{ change: 'put-key', key: record }]);
      return { keyId: made.keyId, authKey: made.text };
    },
    async addAdminKey(): Promise<{ keyId: string; adminKey: string }> {
      const { made, record } = newKey('admin', {});
      await state.commit([{ change: 'put-key', key: record }]);
      return { keyId: made.keyId, adminKey: made.text };
    },
    async removeKey(key: KeyRecord): Promise<void> {
      await state.commit([{ change: 'remove-key', keyId: key.keyId }]);
      listener.onKeyRevoked(key);
    },
    key: (keyId: string): KeyRecord | undefined => state.keys.get(keyId),

    async addDevice(user: UserRecord, clientId: string): Promise<{ deviceToken: string } | Refusal> {
      const own = state.devicesOf(user.userId);
      const devicesMax = limitsOf(user).devices;
      if (own.has(clientId)) {
        return { code: 'conflict', message: `the device ${clientId} exists already; a new token is a rotation` };
      }
      if (own.size >= devicesMax) {
        return {
          code: 'too_many_devices',
          message: `${devicesMax} devices are registered, as many as this user may have`,
        };
      }
      const { made, record } = newKey('device', { userId: user.userId, clientId });
      const device: DeviceRecord = { userId: user.userId, clientId, createdAtMs: clock() };
      own.set(clientId, device);
      try {
        await state.commit([
          { change: 'put-device', device },
          { change: 'put-key', key: record },
        ]);
      } catch (error) {
        own.delete(clientId);
        throw error;
      }
      return { deviceToken: made.text };
    },
    async removeDevice(userId: string, clientId: string): Promise<void> {
      await state.commit([{ change: 'remove-device', userId, clientId }]);
      listener.onDeviceRemoved(userId, clientId);
    },
    /** A new token; the old ones die at once, or after `keepOldMs`. */
    async rotateToken(userId: string, clientId: string, keepOldMs: number): Promise<{ deviceToken: string }> {
      const old = state.keysWhere((key) => key.userId === userId && key.clientId === clientId);
      const { made, record } = newKey('device', { userId, clientId });
      const expiresAtMs = clock() + keepOldMs;
      const changes = old.map((key): DirectoryChange => {
        if (keepOldMs === 0) return { change: 'remove-key', keyId: key.keyId };
        return {
          change: 'put-key',
          key: { ...key, expiresAtMs: Math.min(expiresAtMs, key.expiresAtMs ?? expiresAtMs) },
        };
      });
      await state.commit([...changes, { change: 'put-key', key: record }]);
      if (keepOldMs === 0) for (const key of old) listener.onKeyRevoked(key);
      return { deviceToken: made.text };
    },
    /** Removes tokens whose grace period is over, so that their sessions end too. */
    async removeExpiredKeys(): Promise<void> {
      const nowMs = clock();
      const expired = state.keysWhere((key) => key.expiresAtMs !== undefined && key.expiresAtMs <= nowMs);
      if (expired.length === 0) return;
      await state.commit(expired.map((key) => ({ change: 'remove-key', keyId: key.keyId })));
      for (const key of expired) listener.onKeyRevoked(key);
    },
  };
}
