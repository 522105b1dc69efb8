import { describe, expect, it } from 'vitest';
import { claimAll, device, message, text } from '../store-samples.ts';
import type { KeptStore } from './kept-store.ts';

/** What queues promise: order, numbers and bytes. */
export function describeQueues(kept: KeptStore): void {
  describe('queues', () => {
    it('hand out what was queued, in order, as it was', async () => {
      const seqs = await kept.enqueue('one', 'two', 'three');
      const { messages, ended } = await kept.store.queue.claim(claimAll());
      expect(messages.map(({ payload }) => text(payload))).toEqual(['one', 'two', 'three']);
      expect(messages.map(({ seq }) => seq)).toEqual(seqs);
      expect(messages[0]).toMatchObject({ sender: 'controller', queuedAtMs: 1000, attempts: 1 });
      expect(messages[0]).not.toHaveProperty('messageId');
      expect(ended).toEqual([]);
    });

    it('keep fractions of milliseconds, empty payloads and any `_id`', async () => {
      const ids = ['c-91', '', 'a\u0000b', '\ud800', '😀', '"\\'];
      await Promise.all(
        ids.map((messageId) => kept.store.queue.enqueue(message({ messageId, text: '', queuedAtMs: 1000.25 }))),
      );
      const { messages } = await kept.store.queue.claim(claimAll());
      expect(messages.map(({ messageId }) => messageId)).toEqual(ids);
      expect(messages.every(({ payload, queuedAtMs }) => payload.length === 0 && queuedAtMs === 1000.25)).toBe(true);
    });

    it('keep users and targets apart, whatever their ids are', async () => {
      const names = ['pump', 'Pump', 'pump ü', "'; DROP TABLE message; --", '%', '😀', '__proto__', 'a/b'];
      for (const userId of ['user-1', 'user-2']) {
        for (const target of names) {
          void kept.store.queue.enqueue(message({ userId, target, text: `${userId} ${target}` }));
        }
      }
      for (const userId of ['user-1', 'user-2']) {
        for (const target of names) {
          expect(await kept.claimTexts({ userId, target })).toEqual([`${userId} ${target}`]);
        }
      }
      expect(await kept.store.queue.depths()).toHaveLength(2 * names.length);
    });

    it('copy the payload before enqueue returns', async () => {
      const payload = Buffer.from('before');
      const queued = kept.store.queue.enqueue(message({ payload }));
      payload.fill('x');
      await queued;
      expect(await kept.claimTexts()).toEqual(['before']);
    });

    it('hold a payload of megabytes beside small ones', async () => {
      const large = Buffer.alloc(5_000_000, 'abcdefg');
      await Promise.all([
        kept.store.queue.enqueue(message({ text: 'small' })),
        kept.store.queue.enqueue(message({ payload: large })),
        kept.store.queue.enqueue(message({ text: 'behind' })),
      ]);
      const { messages } = await kept.store.queue.claim(claimAll({ payloadBytesMax: 10_000_000 }));
      expect(messages.map(({ payload }) => payload.length)).toEqual([5, large.length, 6]);
      expect(large.equals(messages[1]?.payload ?? Buffer.alloc(0))).toBe(true);
    });

    it('take effect in the order of the calls, also those that are answered later', async () => {
      const answers = await Promise.all([
        kept.store.queue.enqueue(message({ text: 'a' })),
        kept.store.queue.claim(claimAll()),
        kept.store.queue.enqueue(message({ text: 'b' })),
        kept.store.queue.confirm('user-1', 'pump', Number.MAX_SAFE_INTEGER),
        kept.store.queue.depths(),
      ]);
      expect(answers[1].messages).toHaveLength(1);
      expect(answers[3]).toEqual({ messages: 1, payloadBytes: 1 });
      expect(answers[4]).toEqual([{ userId: 'user-1', target: 'pump', messages: 1, payloadBytes: 1 }]);
    });

    it('never use a number twice, not after the last message went and not after a restart', async () => {
      const seqs = await kept.enqueue('one', 'two');
      await kept.store.queue.cancel('user-1', 'pump', 'all');
      seqs.push(...(await kept.enqueue('three')));
      await kept.store.queue.cancel('user-1', 'pump', 'all');
      await kept.restart();
      seqs.push(...(await kept.enqueue('four')));
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
      expect(new Set(seqs).size).toBe(4);
    });

    it('number the messages of each user alone, in the order of the calls', async () => {
      const numbers = await Promise.all([
        kept.store.queue.enqueue(message()),
        kept.store.queue.enqueue(message({ userId: 'user-2' })),
        kept.store.queue.enqueue(message({ target: 'gate' })),
        kept.store.queue.enqueue(message({ userId: 'user-2' })),
        kept.store.queue.enqueue(message()),
      ]);
      expect(numbers).toEqual([1, 1, 2, 2, 3]);
      await kept.restart();
      expect(await kept.store.queue.enqueue(message())).toBe(4);
      expect(await kept.store.queue.enqueue(message({ userId: 'user-2' }))).toBe(3);
    });

    it('go on with their numbers for a device that was removed and comes back', async () => {
      await kept.enqueue('one', 'two');
      await kept.store.directory.apply([{ change: 'remove-device', userId: 'user-1', clientId: 'pump' }]);
      await kept.store.queue.cancel('user-1', 'pump', 'all');
      await kept.store.directory.apply([{ change: 'put-device', device }]);
      expect(await kept.enqueue('three')).toEqual([3]);
    });

    it('say how much waits for whom', async () => {
      await kept.enqueue('four', 'letters');
      await kept.store.queue.enqueue(message({ target: 'gate', text: 'x' }));
      expect(new Set(await kept.store.queue.depths())).toEqual(
        new Set([
          { userId: 'user-1', target: 'pump', messages: 2, payloadBytes: 11 },
          { userId: 'user-1', target: 'gate', messages: 1, payloadBytes: 1 },
        ]),
      );
    });
  });
}
