import type { KeyRecord } from '../store/store.ts';

/** What the rest of the relay is told when something is taken away or changed, after it is durable. */
export interface DirectoryListener {
  onKeyRevoked(key: KeyRecord): void;
  onDeviceRemoved(userId: string, clientId: string): void;
  onUserRemoved(userId: string): void;
  onLimitsChanged(userId: string): void;
}
