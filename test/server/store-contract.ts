import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  ClaimRequest,
  DeviceRecord,
  DirectoryChange,
  KeyRecord,
  QueuedMessage,
  RelayStore,
  UserRecord,
} from '../../src/server/store/store.ts';
import { claimAll } from './store-claims.ts';

/** A store under test, and how it is killed and started again. */
export interface StoreUnderTest {
  readonly store: RelayStore;
  /** Ends the store without a farewell and opens what it left. */
  restart(): Promise<RelayStore>;
  cleanUp(): Promise<void>;
}

export function message(over: Partial<QueuedMessage> & { text?: string } = {}): QueuedMessage {
  const { text = 'hello', ...rest } = over;
  return {
    userId: 'user-1',
    target: 'pump',
    sender: 'controller',
    payload: Buffer.from(text),
    queuedAtMs: 1000,
    expiresAtMs: Number.POSITIVE_INFINITY,
    ...rest,
  };
}

export const text = (payload: Uint8Array): string => Buffer.from(payload).toString();

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
const device: DeviceRecord = { userId: 'user-1', clientId: 'pump', createdAtMs: 4 };

/** What every implementation of `RelayStore` promises. */
export function describeStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the promises of the store, kept by ${name}`, () => {
    let underTest: StoreUnderTest;
    let store: RelayStore;
    beforeEach(async () => {
      underTest = await open();
      store = underTest.store;
    });
    afterEach(() => underTest.cleanUp());

    const enqueue = (...texts: string[]) => Promise.all(texts.map((text) => store.queue.enqueue(message({ text }))));
    const claimTexts = async (over: Partial<ClaimRequest> = {}) =>
      (await store.queue.claim(claimAll(over))).messages.map(({ payload }) => text(payload));
    const restart = async () => {
      store = await underTest.restart();
    };

    describe('queues', () => {
      it('hand out what was queued, in order, as it was', async () => {
        const seqs = await enqueue('one', 'two', 'three');
        const { messages, ended } = await store.queue.claim(claimAll());
        expect(messages.map(({ payload }) => text(payload))).toEqual(['one', 'two', 'three']);
        expect(messages.map(({ seq }) => seq)).toEqual(seqs);
        expect(messages[0]).toMatchObject({ sender: 'controller', queuedAtMs: 1000, attempts: 1 });
        expect(messages[0]).not.toHaveProperty('messageId');
        expect(ended).toEqual([]);
      });

      it('keep fractions of milliseconds, empty payloads and any `_id`', async () => {
        const ids = ['c-91', '', 'a\u0000b', '\ud800', '😀', '"\\'];
        await Promise.all(
          ids.map((messageId) => store.queue.enqueue(message({ messageId, text: '', queuedAtMs: 1000.25 }))),
        );
        const { messages } = await store.queue.claim(claimAll());
        expect(messages.map(({ messageId }) => messageId)).toEqual(ids);
        expect(messages.every(({ payload, queuedAtMs }) => payload.length === 0 && queuedAtMs === 1000.25)).toBe(true);
      });

      it('keep users and targets apart, whatever their ids are', async () => {
        const names = ['pump', 'Pump', 'pump ü', "'; DROP TABLE message; --", '%', '😀', '__proto__', 'a/b'];
        for (const userId of ['user-1', 'user-2']) {
          for (const target of names) {
            void store.queue.enqueue(message({ userId, target, text: `${userId} ${target}` }));
          }
        }
        for (const userId of ['user-1', 'user-2']) {
          for (const target of names) {
            expect(await claimTexts({ userId, target })).toEqual([`${userId} ${target}`]);
          }
        }
        expect(await store.queue.depths()).toHaveLength(2 * names.length);
      });

      it('copy the payload before enqueue returns', async () => {
        const payload = Buffer.from('before');
        const queued = store.queue.enqueue(message({ payload }));
        payload.fill('x');
        await queued;
        expect(await claimTexts()).toEqual(['before']);
      });

      it('hold a payload of megabytes beside small ones', async () => {
        const large = Buffer.alloc(5_000_000, 'abcdefg');
        await Promise.all([
          store.queue.enqueue(message({ text: 'small' })),
          store.queue.enqueue(message({ payload: large })),
          store.queue.enqueue(message({ text: 'behind' })),
        ]);
        const { messages } = await store.queue.claim(claimAll({ payloadBytesMax: 10_000_000 }));
        expect(messages.map(({ payload }) => payload.length)).toEqual([5, large.length, 6]);
        expect(large.equals(messages[1]?.payload ?? Buffer.alloc(0))).toBe(true);
      });

      it('take effect in the order of the calls, also those that are answered later', async () => {
        const answers = await Promise.all([
          store.queue.enqueue(message({ text: 'a' })),
          store.queue.claim(claimAll()),
          store.queue.enqueue(message({ text: 'b' })),
          store.queue.confirm('user-1', 'pump', Number.MAX_SAFE_INTEGER),
          store.queue.depths(),
        ]);
        expect(answers[1].messages).toHaveLength(1);
        expect(answers[3]).toEqual({ messages: 1, payloadBytes: 1 });
        expect(answers[4]).toEqual([{ userId: 'user-1', target: 'pump', messages: 1, payloadBytes: 1 }]);
      });

      it('never use a number twice, not after the last message went and not after a restart', async () => {
        const seqs = await enqueue('one', 'two');
        await store.queue.cancel('user-1', 'pump', 'all');
        seqs.push(...(await enqueue('three')));
        await store.queue.cancel('user-1', 'pump', 'all');
        await restart();
        seqs.push(...(await enqueue('four')));
        expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
        expect(new Set(seqs).size).toBe(4);
      });

      it('number the messages of each user alone, in the order of the calls', async () => {
        const numbers = await Promise.all([
          store.queue.enqueue(message()),
          store.queue.enqueue(message({ userId: 'user-2' })),
          store.queue.enqueue(message({ target: 'gate' })),
          store.queue.enqueue(message({ userId: 'user-2' })),
          store.queue.enqueue(message()),
        ]);
        expect(numbers).toEqual([1, 1, 2, 2, 3]);
        await restart();
        expect(await store.queue.enqueue(message())).toBe(4);
        expect(await store.queue.enqueue(message({ userId: 'user-2' }))).toBe(3);
      });

      it('go on with their numbers for a device that was removed and comes back', async () => {
        await enqueue('one', 'two');
        await store.directory.apply([{ change: 'remove-device', userId: 'user-1', clientId: 'pump' }]);
        await store.queue.cancel('user-1', 'pump', 'all');
        await store.directory.apply([{ change: 'put-device', device }]);
        expect(await enqueue('three')).toEqual([3]);
      });

      it('say how much waits for whom', async () => {
        await enqueue('four', 'letters');
        await store.queue.enqueue(message({ target: 'gate', text: 'x' }));
        expect(new Set(await store.queue.depths())).toEqual(
          new Set([
            { userId: 'user-1', target: 'pump', messages: 2, payloadBytes: 11 },
            { userId: 'user-1', target: 'gate', messages: 1, payloadBytes: 1 },
          ]),
        );
      });
    });

    describe('claims', () => {
      it('hand out nothing twice until it is released', async () => {
        await enqueue('one', 'two');
        expect(await claimTexts()).toEqual(['one', 'two']);
        expect(await claimTexts()).toEqual([]);
        await store.queue.release('user-1', 'pump');
        expect(await claimTexts()).toEqual(['one', 'two']);
      });

      it('hand out what stands above a number', async () => {
        const [first = 0] = await enqueue('one', 'two');
        expect(await claimTexts({ afterSeq: first })).toEqual(['two']);
      });

      it('stop at their size, but give at least one message where that was asked for', async () => {
        await enqueue('12345', '12345', '12345', '12345678901234567890', '1');
        expect(await claimTexts({ payloadBytesMax: 11 })).toEqual(['12345', '12345']);
        expect(await claimTexts({ payloadBytesMax: 11 })).toEqual(['12345']);
        expect(await claimTexts({ payloadBytesMax: 11 })).toEqual(['12345678901234567890']);
        expect(await claimTexts({ payloadBytesMax: 11 })).toEqual(['1']);
        await enqueue('12345678901234567890');
        expect(await claimTexts({ payloadBytesMax: 11, takesOne: false })).toEqual([]);
      });

      it('stop at their number of messages', async () => {
        await enqueue('1', '2', '3');
        expect(await claimTexts({ messagesMax: 2 })).toEqual(['1', '2']);
      });

      it('count the attempts, also across a restart', async () => {
        await enqueue('one');
        const attempts = async () => (await store.queue.claim(claimAll())).messages.map((m) => m.attempts);
        expect(await attempts()).toEqual([1]);
        await store.queue.release('user-1', 'pump');
        expect(await attempts()).toEqual([2]);
        await restart();
        expect(await attempts()).toEqual([3]);
      });

      it('end what was handed out as often as it may be', async () => {
        const [seq] = await Promise.all([
          store.queue.enqueue(message({ text: 'tired', messageId: 'm1' })),
          store.queue.claim(claimAll()),
          store.queue.release('user-1', 'pump'),
          store.queue.enqueue(message({ text: 'fresh' })),
        ]);
        const { messages, ended } = await store.queue.claim(claimAll({ attemptsMax: 1 }));
        expect(messages.map(({ payload }) => text(payload))).toEqual(['fresh']);
        expect(ended).toEqual([
          {
            userId: 'user-1',
            target: 'pump',
            seq,
            sender: 'controller',
            messageId: 'm1',
            payloadBytes: 5,
            queuedAtMs: 1000,
            attempts: 1,
            reason: 'unconfirmed',
          },
        ]);
        await store.queue.release('user-1', 'pump');
        expect(await claimTexts()).toEqual(['fresh']);
      });

      it('end what is past its time', async () => {
        await Promise.all([
          store.queue.enqueue(message({ text: 'old', expiresAtMs: 2000 })),
          store.queue.enqueue(message({ text: 'young', expiresAtMs: 2000.5 })),
        ]);
        const { messages, ended } = await store.queue.claim(claimAll({ nowMs: 2000 }));
        expect(messages.map(({ payload }) => text(payload))).toEqual(['young']);
        expect(ended).toMatchObject([{ reason: 'expired', payloadBytes: 3, attempts: 0 }]);
        await store.queue.release('user-1', 'pump');
        const later = await store.queue.claim(claimAll({ nowMs: 3000 }));
        expect(later.ended).toMatchObject([{ reason: 'expired', payloadBytes: 5, attempts: 1 }]);
      });

      it('of a queue that is empty or unknown give nothing', async () => {
        expect(await store.queue.claim(claimAll({ target: 'nobody' }))).toEqual({ messages: [], ended: [] });
      });
    });

    describe('confirmation and release', () => {
      it('removes what was handed out, up to a number, and says how much that was', async () => {
        const [, second = 0] = await enqueue('one', 'two', 'three');
        await store.queue.claim(claimAll());
        expect(await store.queue.confirm('user-1', 'pump', second)).toEqual({ messages: 2, payloadBytes: 6 });
        await store.queue.release('user-1', 'pump');
        expect(await claimTexts()).toEqual(['three']);
      });

      it('removes nothing that was not handed out', async () => {
        const [, second = 0] = await enqueue('one', 'two');
        expect(await store.queue.confirm('user-1', 'pump', second)).toEqual({ messages: 0, payloadBytes: 0 });
        await store.queue.claim(claimAll({ messagesMax: 1 }));
        expect(await store.queue.confirm('user-1', 'pump', second)).toEqual({ messages: 1, payloadBytes: 3 });
        expect(await claimTexts()).toEqual(['two']);
      });

      it('lasts: what was confirmed does not come back after a restart, what was not does', async () => {
        const [first = 0] = await enqueue('one', 'two');
        await store.queue.claim(claimAll());
        await store.queue.confirm('user-1', 'pump', first);
        await restart();
        expect(await claimTexts()).toEqual(['two']);
      });

      it('concerns one queue alone', async () => {
        await enqueue('one');
        await store.queue.enqueue(message({ target: 'gate', text: 'other' }));
        await store.queue.claim(claimAll());
        await store.queue.claim(claimAll({ target: 'gate' }));
        await store.queue.release('user-1', 'pump');
        expect(await claimTexts({ target: 'gate' })).toEqual([]);
        expect(await store.queue.confirm('user-1', 'gate', Number.MAX_SAFE_INTEGER)).toMatchObject({ messages: 1 });
        expect(await claimTexts()).toEqual(['one']);
      });
    });

    describe('expiry', () => {
      it('ends what is past its time in all queues, and leaves what is handed out', async () => {
        const [, , inGate] = await Promise.all([
          store.queue.enqueue(message({ text: 'handed', expiresAtMs: 3000 })),
          store.queue.claim(claimAll()),
          store.queue.enqueue(message({ target: 'gate', text: 'old', expiresAtMs: 3000, messageId: 'm7' })),
          store.queue.enqueue(message({ target: 'gate', text: 'never' })),
          store.queue.enqueue(message({ text: 'later', expiresAtMs: 3001 })),
        ]);
        expect(await store.queue.expire(3000)).toEqual([
          {
            userId: 'user-1',
            target: 'gate',
            seq: inGate,
            sender: 'controller',
            messageId: 'm7',
            payloadBytes: 3,
            queuedAtMs: 1000,
            attempts: 0,
            reason: 'expired',
          },
        ]);
        expect(await store.queue.expire(3000)).toEqual([]);
        await store.queue.release('user-1', 'pump');
        expect((await store.queue.expire(9e15)).map(({ target, attempts }) => [target, attempts])).toEqual([
          ['pump', 1],
          ['pump', 0],
        ]);
        expect(await claimTexts({ target: 'gate' })).toEqual(['never']);
      });

      it('ends thousands at once', async () => {
        await Promise.all(
          Array.from({ length: 2500 }, (_, i) =>
            store.queue.enqueue(message({ target: `t${i % 7}`, expiresAtMs: 1500 + i / 10 })),
          ),
        );
        expect(await store.queue.expire(1500)).toHaveLength(1);
        expect(await store.queue.expire(9000)).toHaveLength(2499);
        expect(await store.queue.depths()).toEqual([]);
      });
    });

    describe('looking and cancelling', () => {
      it('lists what waits, cut, with its state', async () => {
        const [first, second] = await Promise.all([
          store.queue.enqueue(message({ text: 'handed', messageId: 'm1', expiresAtMs: 5000 })),
          store.queue.enqueue(message({ text: 'waiting' })),
          store.queue.enqueue(message({ text: 'beyond the list' })),
          store.queue.claim(claimAll({ messagesMax: 1 })),
        ]);
        const entries = await store.queue.list('user-1', 'pump', 2, 4);
        expect(entries.map((entry) => ({ ...entry, payload: text(entry.payload) }))).toEqual([
          {
            seq: first,
            sender: 'controller',
            messageId: 'm1',
            payload: 'hand',
            queuedAtMs: 1000,
            expiresAtMs: 5000,
            attempts: 1,
            handed: true,
          },
          {
            seq: second,
            sender: 'controller',
            payload: 'wait',
            queuedAtMs: 1000,
            expiresAtMs: Number.POSITIVE_INFINITY,
            attempts: 0,
            handed: false,
          },
        ]);
        expect(await store.queue.list('user-1', 'nobody', 2, 4)).toEqual([]);
      });

      it('cancels one message, or all, unless handed out', async () => {
        const [first = 0, second = 0, third = 0] = await enqueue('one', 'two', 'three');
        await store.queue.claim(claimAll({ messagesMax: 1 }));
        expect(await store.queue.cancel('user-1', 'pump', first)).toEqual([]);
        expect(await store.queue.cancel('user-1', 'gate', second)).toEqual([]);
        expect(await store.queue.cancel('user-1', 'pump', second)).toMatchObject([
          { seq: second, reason: 'cancelled', payloadBytes: 3 },
        ]);
        expect(await store.queue.cancel('user-1', 'pump', 'all')).toMatchObject([{ seq: third }]);
        await store.queue.release('user-1', 'pump');
        expect(await claimTexts()).toEqual(['one']);
      });
    });

    describe('the directory', () => {
      const put = (...records: (UserRecord | KeyRecord | DeviceRecord)[]) =>
        store.directory.apply(
          records.map((record): DirectoryChange => {
            if ('keyId' in record) return { change: 'put-key', key: record };
            return 'clientId' in record
              ? { change: 'put-device', device: record }
              : { change: 'put-user', user: record };
          }),
        );

      it('is empty at first', async () => {
        expect(await store.directory.load()).toEqual({ users: [], keys: [], devices: [] });
      });

      it('gives back what was put, also after a restart', async () => {
        await put(user, otherUser, masterKey, adminKey, token, device);
        const expected = {
          users: expect.arrayContaining([user, otherUser]),
          keys: expect.arrayContaining([masterKey, adminKey, token]),
          devices: [device],
        };
        expect(await store.directory.load()).toEqual(expected);
        await restart();
        expect(await store.directory.load()).toEqual(expected);
      });

      it('replaces what is put again', async () => {
        await put(user, device, token);
        const renamed = { ...user, name: 'ada l.', limits: {} };
        const seen = { ...device, lastSeenAtMs: 77.5 };
        const { expiresAtMs: _, ...lasting } = token;
        await put(renamed, seen, lasting);
        expect(await store.directory.load()).toEqual({ users: [renamed], keys: [lasting], devices: [seen] });
      });

      it('removes a key alone', async () => {
        await put(user, masterKey, token, device);
        await store.directory.apply([{ change: 'remove-key', keyId: 'k3' }]);
        expect(await store.directory.load()).toEqual({ users: [user], keys: [masterKey], devices: [device] });
      });

      it('removes a device with its tokens, and leaves its queue to who counts it', async () => {
        await put(user, masterKey, token, device, { ...device, clientId: 'gate' });
        await enqueue('waiting');
        await store.directory.apply([{ change: 'remove-device', userId: 'user-1', clientId: 'pump' }]);
        const left = await store.directory.load();
        expect(left.keys).toEqual([masterKey]);
        expect(left.devices).toEqual([{ ...device, clientId: 'gate' }]);
        expect((await store.queue.depths()).map(({ target }) => target)).toEqual(['pump']);
      });

      it('removes a user with keys, devices and queues, and nobody else', async () => {
        const others = { ...device, userId: 'user-2' };
        await put(user, otherUser, masterKey, adminKey, token, device, others);
        await enqueue('gone');
        await store.queue.enqueue(message({ userId: 'user-2', text: 'stays' }));
        await store.directory.apply([{ change: 'remove-user', userId: 'user-1' }]);
        expect(await store.directory.load()).toEqual({ users: [otherUser], keys: [adminKey], devices: [others] });
        expect((await store.queue.depths()).map(({ userId }) => userId)).toEqual(['user-2']);
        expect(await claimTexts({ userId: 'user-2' })).toEqual(['stays']);
      });
    });

    describe('the whole', () => {
      it('keeps what was acknowledged across a restart', async () => {
        const seqs = await enqueue('one', 'two', 'three');
        await restart();
        const { messages } = await store.queue.claim(claimAll());
        expect(messages.map(({ seq }) => seq)).toEqual(seqs);
      });

      it('hands out nothing any more after a restart', async () => {
        await enqueue('one');
        await store.queue.claim(claimAll());
        await restart();
        expect((await store.queue.list('user-1', 'pump', 1, 1)).map(({ handed }) => handed)).toEqual([false]);
        expect(await store.queue.cancel('user-1', 'pump', 'all')).toHaveLength(1);
      });

      it('flushes: everything that was asked for before has its outcome', async () => {
        let stored = 0;
        for (let i = 0; i < 100; i += 1) {
          void store.queue.enqueue(message()).then(() => {
            stored += 1;
          });
        }
        await store.flush();
        expect(stored).toBe(100);
      });

      it('is writable and not congested at rest', () => {
        expect(store.isWritable()).toBe(true);
        expect(store.queue.isCongested()).toBe(false);
      });

      it('commits on closing what is under way, and takes nothing afterwards', async () => {
        const queued = store.queue.enqueue(message({ text: 'last' }));
        const closed = store.close();
        await expect(store.queue.enqueue(message())).rejects.toMatchObject({ name: 'StoreUnavailableError' });
        await expect(queued).resolves.toBeGreaterThan(0);
        await closed;
        await store.close();
        expect(store.isWritable()).toBe(false);
        await expect(store.directory.load()).rejects.toMatchObject({ name: 'StoreUnavailableError' });
      });
    });
  });
}
