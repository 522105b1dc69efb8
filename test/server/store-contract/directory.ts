import { describe, expect, it } from 'vitest';
import type { DeviceRecord, DirectoryChange, KeyRecord, UserRecord } from '../../../src/server/store/store.ts';
import { device, message } from '../store-samples.ts';
import type { KeptStore } from './kept-store.ts';

const user: UserRecord = {
  userId: 'user-1',
  name: 'ada',
  limits: { queue_messages: 7, queue_bytes: Number.POSITIVE_INFINITY, idle_timeout: 1500 },
  createdAtMs: 1234.5,
};
const otherUser: UserRecord = { userId: 'user-2', name: 'bob', limits: {}, createdAtMs: 5 };
const masterKey: KeyRecord = {
  keyId: 'k1',
  kind: 'master',
  userId: 'user-1',
  hash: new Uint8Array(32).fill(1),
  createdAtMs: 1,
};
const adminKey: KeyRecord = { keyId: 'k2', kind: 'admin', hash: new Uint8Array(32).fill(2), createdAtMs: 2 };
const token: KeyRecord = {
  keyId: 'k3',
  kind: 'device',
  userId: 'user-1',
  clientId: 'pump',
  hash: new Uint8Array(32).fill(3),
  createdAtMs: 3,
  expiresAtMs: 9000,
};

/** What is promised of users, keys and devices. */
export function describeDirectory(kept: KeptStore): void {
  describe('the directory', () => {
    const put = (...records: (UserRecord | KeyRecord | DeviceRecord)[]) =>
      kept.store.directory.apply(
        records.map((record): DirectoryChange => {
          if ('keyId' in record) return { change: 'put-key', key: record };
          return 'clientId' in record ? { change: 'put-device', device: record } : { change: 'put-user', user: record };
        }),
      );

    it('is empty at first', async () => {
      expect(await kept.store.directory.load()).toEqual({ users: [], keys: [], devices: [] });
    });

    it('gives back what was put, also after a restart', async () => {
      await put(user, otherUser, masterKey, adminKey, token, device);
      const expected = {
        users: expect.arrayContaining([user, otherUser]),
        keys: expect.arrayContaining([masterKey, adminKey, token]),
        devices: [device],
      };
      expect(await kept.store.directory.load()).toEqual(expected);
      await kept.restart();
      expect(await kept.store.directory.load()).toEqual(expected);
    });

    it('replaces what is put again', async () => {
      await put(user, device, token);
      const renamed = { ...user, name: 'ada l.', limits: {} };
      const seen = { ...device, lastSeenAtMs: 77.5 };
      const { expiresAtMs: _, ...lasting } = token;
      await put(renamed, seen, lasting);
      expect(await kept.store.directory.load()).toEqual({ users: [renamed], keys: [lasting], devices: [seen] });
    });

    it('removes a key alone', async () => {
      await put(user, masterKey, token, device);
      await kept.store.directory.apply([{ change: 'remove-key', keyId: 'k3' }]);
      expect(await kept.store.directory.load()).toEqual({ users: [user], keys: [masterKey], devices: [device] });
    });

    it('removes a device with its tokens, and leaves its queue to who counts it', async () => {
      await put(user, masterKey, token, device, { ...device, clientId: 'gate' });
      await kept.enqueue('waiting');
      await kept.store.directory.apply([{ change: 'remove-device', userId: 'user-1', clientId: 'pump' }]);
      const left = await kept.store.directory.load();
      expect(left.keys).toEqual([masterKey]);
      expect(left.devices).toEqual([{ ...device, clientId: 'gate' }]);
      expect((await kept.store.queue.depths()).map(({ target }) => target)).toEqual(['pump']);
    });

    it('removes a user with keys, devices and queues, and nobody else', async () => {
      const others = { ...device, userId: 'user-2' };
      await put(user, otherUser, masterKey, adminKey, token, device, others);
      await kept.enqueue('gone');
      await kept.store.queue.enqueue(message({ userId: 'user-2', text: 'stays' }));
      await kept.store.directory.apply([{ change: 'remove-user', userId: 'user-1' }]);
      expect(await kept.store.directory.load()).toEqual({ users: [otherUser], keys: [adminKey], devices: [others] });
      expect((await kept.store.queue.depths()).map(({ userId }) => userId)).toEqual(['user-2']);
      expect(await kept.claimTexts({ userId: 'user-2' })).toEqual(['stays']);
    });
  });
}
