import { describe, expect, it } from 'vitest';
import { claimAll, message, text } from '../store-samples.ts';
import type { KeptStore } from './kept-store.ts';

/** How messages end without a delivery, and how they are looked at. */
export function describeEnds(kept: KeptStore): void {
  describe('expiry', () => {
    it('ends what is past its time in all queues, and leaves what is handed out', async () => {
      const [, , inGate] = await Promise.all([
        kept.store.queue.enqueue(message({ text: 'handed', expiresAtMs: 3000 })),
        kept.store.queue.claim(claimAll()),
        kept.store.queue.enqueue(message({ target: 'gate', text: 'old', expiresAtMs: 3000, messageId: 'm7' })),
        kept.store.queue.enqueue(message({ target: 'gate', text: 'never' })),
        kept.store.queue.enqueue(message({ text: 'later', expiresAtMs: 3001 })),
      ]);
      expect(await kept.store.queue.expire(3000)).toEqual([
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
      expect(await kept.store.queue.expire(3000)).toEqual([]);
      await kept.store.queue.release('user-1', 'pump');
      expect((await kept.store.queue.expire(9e15)).map(({ target, attempts }) => [target, attempts])).toEqual([
        ['pump', 1],
        ['pump', 0],
      ]);
      expect(await kept.claimTexts({ target: 'gate' })).toEqual(['never']);
    });

    it('ends thousands at once', async () => {
      await Promise.all(
        Array.from({ length: 2500 }, (_, i) =>
          kept.store.queue.enqueue(message({ target: `t${i % 7}`, expiresAtMs: 1500 + i / 10 })),
        ),
      );
      expect(await kept.store.queue.expire(1500)).toHaveLength(1);
      expect(await kept.store.queue.expire(9000)).toHaveLength(2499);
      expect(await kept.store.queue.depths()).toEqual([]);
    });
  });

  describe('looking and cancelling', () => {
    it('lists what waits, cut, with its state', async () => {
      const [first, second] = await Promise.all([
        kept.store.queue.enqueue(message({ text: 'handed', messageId: 'm1', expiresAtMs: 5000 })),
        kept.store.queue.enqueue(message({ text: 'waiting' })),
        kept.store.queue.enqueue(message({ text: 'beyond the list' })),
        kept.store.queue.claim(claimAll({ messagesMax: 1 })),
      ]);
      const entries = await kept.store.queue.list('user-1', 'pump', 2, 4);
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
      expect(await kept.store.queue.list('user-1', 'nobody', 2, 4)).toEqual([]);
    });

    it('cancels one message, or all, unless handed out', async () => {
      const [first = 0, second = 0, third = 0] = await kept.enqueue('one', 'two', 'three');
      await kept.store.queue.claim(claimAll({ messagesMax: 1 }));
      expect(await kept.store.queue.cancel('user-1', 'pump', first)).toEqual([]);
      expect(await kept.store.queue.cancel('user-1', 'gate', second)).toEqual([]);
      expect(await kept.store.queue.cancel('user-1', 'pump', second)).toMatchObject([
        { seq: second, reason: 'cancelled', payloadBytes: 3 },
      ]);
      expect(await kept.store.queue.cancel('user-1', 'pump', 'all')).toMatchObject([{ seq: third }]);
      await kept.store.queue.release('user-1', 'pump');
      expect(await kept.claimTexts()).toEqual(['one']);
    });
  });
}
