import type { Refusal } from '../../protocol/messages.ts';
import type { DeviceRecord, DirectoryChange, KeyRecord, UserRecord } from '../store/store.ts';
import { makeKeyRecord } from './credentials.ts';
import type { DirectoryParts } from './parts.ts';

export function noSuchDevice(clientId: string): Refusal {
  return { code: 'not_found', message: `there is no device ${JSON.stringify(clientId)} here` };
}

/** The registered devices of each user, and their tokens. */
export class Devices {
  readonly #parts: DirectoryParts;
  /** When they were last there, where that is not written yet. */
  readonly #seen = new Map<string, DeviceRecord>();

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
  }

  ofUser(userId: string): readonly DeviceRecord[] {
    return [...this.#parts.state.devicesOf(userId).values()];
  }

  find(userId: string, clientId: string): DeviceRecord | undefined {
    return this.#parts.state.devicesOf(userId).get(clientId);
  }

  /** Remembers when a device was last there; kept in memory until `saveLastSeen`. */
  noteSeen(userId: string, clientId: string): void {
    const { state, clock } = this.#parts;
    const device = this.find(userId, clientId);
    if (device === undefined) return;
    const seenNow = { ...device, lastSeenAtMs: clock() };
    state.devicesOf(userId).set(clientId, seenNow);
    this.#seen.set(`${userId},${clientId}`, seenNow);
  }

  /** Writes what `noteSeen` remembered, all in one commit. */
  saveLastSeen(): Promise<void> {
    const { state } = this.#parts;
    return state.inTurn(async () => {
      const changes = [...this.#seen.values()]
        .filter((device) => state.devicesOf(device.userId).has(device.clientId))
        .map((device) => ({ change: 'put-device', device }) as const);
      this.#seen.clear();
      if (changes.length > 0) await state.commit(changes);
    });
  }

  async add(user: UserRecord, clientId: string): Promise<{ deviceToken: string } | Refusal> {
    const refusal = this.#whyNotAdded(user, clientId);
    if (refusal !== undefined) return refusal;
    const { state, clock } = this.#parts;
    const own = state.devicesOf(user.userId);
    const { text, record } = this.#newToken(user.userId, clientId);
    const device: DeviceRecord = { userId: user.userId, clientId, createdAtMs: clock() };
    // The id is taken from here on, so that a second request cannot take it while this one is written.
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
  }

  #whyNotAdded(user: UserRecord, clientId: string): Refusal | undefined {
    const own = this.#parts.state.devicesOf(user.userId);
    const devicesMax = this.#parts.limits.of(user).devices;
    if (own.has(clientId)) {
      return { code: 'conflict', message: `the device ${clientId} exists already; a new token is a rotation` };
    }
    if (own.size < devicesMax) return undefined;
    const message = `${devicesMax} devices are registered, as many as this user may have`;
    return { code: 'too_many_devices', message };
  }

  remove(userId: string, clientId: string): Promise<{ device: string } | Refusal> {
    const { state, listener } = this.#parts;
    return state.inTurn(async () => {
      if (!state.devicesOf(userId).has(clientId)) return noSuchDevice(clientId);
      await state.commit([{ change: 'remove-device', userId, clientId }]);
      listener.onDeviceRemoved(userId, clientId);
      return { device: clientId };
    });
  }

  /** A new token; the old ones die at once, or after `keepOldMs`. */
  rotateToken(userId: string, clientId: string, keepOldMs: number): Promise<{ deviceToken: string } | Refusal> {
    const { state, clock, listener } = this.#parts;
    return state.inTurn(async () => {
      if (!state.devicesOf(userId).has(clientId)) return noSuchDevice(clientId);
      const old = state.keysWhere((key) => key.userId === userId && key.clientId === clientId);
      const { text, record } = this.#newToken(userId, clientId);
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
    });
  }

  /** Removes tokens whose grace period is over, so that their sessions end too. */
  async removeExpiredTokens(): Promise<void> {
    if (this.#expiredTokens().length === 0) return;
    const { state, listener } = this.#parts;
    await state.inTurn(async () => {
      const expired = this.#expiredTokens();
      if (expired.length === 0) return;
      await state.commit(expired.map((key) => ({ change: 'remove-key', keyId: key.keyId })));
      for (const key of expired) listener.onKeyRevoked(key);
    });
  }

  #expiredTokens(): readonly KeyRecord[] {
    const { state, clock } = this.#parts;
    const nowMs = clock();
    return state.keysWhere((key) => key.expiresAtMs !== undefined && key.expiresAtMs <= nowMs);
  }

  #newToken(userId: string, clientId: string) {
    return makeKeyRecord('device', { userId, clientId }, this.#parts.clock());
  }
}
