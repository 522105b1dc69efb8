import type { UserLimits } from '../protocol/limits.ts';
import type { Refusal } from '../protocol/messages.ts';
import type { Clock } from './clock.ts';
import { makeKeyRecord } from './credentials.ts';
import type { DirectoryListener } from './directory.ts';
import type { DirectoryState } from './directory-state.ts';
import type { DeviceRecord, DirectoryChange, UserRecord } from './store/store.ts';
import type { InTurn } from './turns.ts';

export interface DirectoryDevicesOptions {
  readonly state: DirectoryState;
  readonly clock: Clock;
  readonly listener: DirectoryListener;
  readonly limitsOf: (user: UserRecord) => UserLimits;
  /** For what looks before it changes: between the two nothing else is changed. */
  readonly inTurn: InTurn;
}

export function noSuchDevice(clientId: string): Refusal {
  return { code: 'not_found', message: `there is no device ${JSON.stringify(clientId)} here` };
}

/** The part of the directory that is about devices and their tokens. */
export function createDirectoryDevices({ state, clock, listener, limitsOf, inTurn }: DirectoryDevicesOptions) {
  const seen = new Map<string, DeviceRecord>();

  function newToken(userId: string, clientId: string) {
    return makeKeyRecord('device', { userId, clientId }, clock());
  }

  function expiredKeys() {
    const nowMs = clock();
    return state.keysWhere((key) => key.expiresAtMs !== undefined && key.expiresAtMs <= nowMs);
  }

  return {
    devices: (userId: string): readonly DeviceRecord[] => [...state.devicesOf(userId).values()],
    device: (userId: string, clientId: string): DeviceRecord | undefined => state.devicesOf(userId).get(clientId),

    /** Remembers when a device was last there; kept in memory until `saveLastSeen`. */
    noteSeen(userId: string, clientId: string): void {
      const device = state.devicesOf(userId).get(clientId);
      if (device === undefined) return;
      const seenNow = { ...device, lastSeenAtMs: clock() };
      state.devicesOf(userId).set(clientId, seenNow);
      seen.set(`${userId},${clientId}`, seenNow);
    },
    /** Writes what `noteSeen` remembered, all in one commit. */
    saveLastSeen: () =>
      inTurn(async () => {
        const changes = [...seen.values()]
          .filter((device) => state.devicesOf(device.userId).has(device.clientId))
          .map((device) => ({ change: 'put-device', device }) as const);
        seen.clear();
        if (changes.length > 0) await state.commit(changes);
      }),

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
      const { text, record } = newToken(user.userId, clientId);
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
      return { deviceToken: text };
    },

    removeDevice: (userId: string, clientId: string) =>
      inTurn(async (): Promise<{ device: string } | Refusal> => {
        if (!state.devicesOf(userId).has(clientId)) return noSuchDevice(clientId);
        await state.commit([{ change: 'remove-device', userId, clientId }]);
        listener.onDeviceRemoved(userId, clientId);
        return { device: clientId };
      }),

    /** A new token; the old ones die at once, or after `keepOldMs`. */
    rotateToken: (userId: string, clientId: string, keepOldMs: number) =>
      inTurn(async (): Promise<{ deviceToken: string } | Refusal> => {
        if (!state.devicesOf(userId).has(clientId)) return noSuchDevice(clientId);
        const old = state.keysWhere((key) => key.userId === userId && key.clientId === clientId);
        const { text, record } = newToken(userId, clientId);
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
        return { deviceToken: text };
      }),

    /** Removes tokens whose grace period is over, so that their sessions end too. */
    async removeExpiredKeys(): Promise<void> {
      if (expiredKeys().length === 0) return;
      await inTurn(async () => {
        const expired = expiredKeys();
        if (expired.length === 0) return;
        await state.commit(expired.map((key) => ({ change: 'remove-key', keyId: key.keyId })));
        for (const key of expired) listener.onKeyRevoked(key);
      });
    },
  };
}
