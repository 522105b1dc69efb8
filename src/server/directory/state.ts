import type {
  DeviceRecord,
  DirectoryChange,
  DirectorySnapshot,
  DirectoryStore,
  KeyRecord,
  UserRecord,
} from '../store/store.ts';
import { createTurns, type InTurn } from './turns.ts';

/** Users, keys and devices in memory, so that a login costs no I/O; every change is committed to the store first. */
export class DirectoryState {
  readonly users: Map<string, UserRecord>;
  readonly keys: Map<string, KeyRecord>;
  readonly #devices = new Map<string, Map<string, DeviceRecord>>();
  readonly #store: DirectoryStore;
  /** For what looks before it changes: between the two nothing else is changed. */
  readonly inTurn: InTurn = createTurns();

  constructor(store: DirectoryStore, snapshot: DirectorySnapshot) {
    this.#store = store;
    this.users = new Map(snapshot.users.map((user) => [user.userId, user]));
    this.keys = new Map(snapshot.keys.map((key) => [key.keyId, key]));
    for (const device of snapshot.devices) this.devicesOf(device.userId).set(device.clientId, device);
  }

  /** The registered devices of a user by client id. */
  devicesOf(userId: string): Map<string, DeviceRecord> {
    const found = this.#devices.get(userId);
    if (found !== undefined) return found;
    const made = new Map<string, DeviceRecord>();
    this.#devices.set(userId, made);
    return made;
  }

  keysWhere(matches: (key: KeyRecord) => boolean): KeyRecord[] {
    return [...this.keys.values().filter(matches)];
  }

  /** Resolves when all of the changes are durable and seen here; rejects when none are. */
  async commit(changes: readonly DirectoryChange[]): Promise<void> {
    await this.#store.apply(changes);
    for (const change of changes) this.#take(change);
  }

  #take(change: DirectoryChange): void {
    switch (change.change) {
      case 'put-user':
        this.users.set(change.user.userId, change.user);
        return;
      case 'put-key':
        this.keys.set(change.key.keyId, change.key);
        return;
      case 'put-device':
        this.devicesOf(change.device.userId).set(change.device.clientId, change.device);
        return;
      case 'remove-key':
        this.keys.delete(change.keyId);
        return;
      case 'remove-device':
        this.devicesOf(change.userId).delete(change.clientId);
        this.#forgetKeys((key) => key.userId === change.userId && key.clientId === change.clientId);
        return;
      case 'remove-user':
        this.users.delete(change.userId);
        this.#devices.delete(change.userId);
        this.#forgetKeys((key) => key.userId === change.userId);
        return;
      default:
        change satisfies never;
    }
  }

  #forgetKeys(matches: (key: KeyRecord) => boolean): void {
    for (const key of this.keysWhere(matches)) this.keys.delete(key.keyId);
  }
}
