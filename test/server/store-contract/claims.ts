import { describe, expect, it } from 'vitest';
import { claimAll, message, text } from '../store-samples.ts';
import type { KeptStore } from './kept-store.ts';

/** What handing out promises, and what comes of it: proof or release. */
export function describeClaims(kept: KeptStore): void {
  describe('claims', () => {
    it('hand out nothing twice until it is released', async () => {
      await kept.enqueue('one', 'two');
      expect(await kept.claimTexts()).toEqual(['one', 'two']);
      expect(await kept.claimTexts()).toEqual([]);
      await kept.store.queue.release('user-1', 'pump');
      expect(await kept.claimTexts()).toEqual(['one', 'two']);
    });

    it('hand out what stands above a number', async () => {
      const [first = 0] = await kept.enqueue('one', 'two');
      expect(await kept.claimTexts({ afterSeq: first })).toEqual(['two']);
    });

    it('stop at their size, but give at least one message where that was asked for', async () => {
      await kept.enqueue('12345', '12345', '12345', '12345678901234567890', '1');
      expect(await kept.claimTexts({ payloadBytesMax: 11 })).toEqual(['12345', '12345']);
      expect(await kept.claimTexts({ payloadBytesMax: 11 })).toEqual(['12345']);
      expect(await kept.claimTexts({ payloadBytesMax: 11 })).toEqual(['12345678901234567890']);
      expect(await kept.claimTexts({ payloadBytesMax: 11 })).toEqual(['1']);
      await kept.enqueue('12345678901234567890');
      expect(await kept.claimTexts({ payloadBytesMax: 11, takesOne: false })).toEqual([]);
    });

    it('stop at their number of messages', async () => {
      await kept.enqueue('1', '2', '3');
      expect(await kept.claimTexts({ messagesMax: 2 })).toEqual(['1', '2']);
    });

    it('count the attempts, also across a restart', async () => {
      await kept.enqueue('one');
      const attempts = async () => (await kept.store.queue.claim(claimAll())).messages.map((m) => m.attempts);
      expect(await attempts()).toEqual([1]);
      await kept.store.queue.release('user-1', 'pump');
      expect(await attempts()).toEqual([2]);
      await kept.restart();
      expect(await attempts()).toEqual([3]);
    });

    it('end what was handed out as often as it may be', async () => {
      const [seq] = await Promise.all([
        kept.store.queue.enqueue(message({ text: 'tired', messageId: 'm1' })),
        kept.store.queue.claim(claimAll()),
        kept.store.queue.release('user-1', 'pump'),
        kept.store.queue.enqueue(message({ text: 'fresh' })),
      ]);
      const { messages, ended } = await kept.store.queue.claim(claimAll({ attemptsMax: 1 }));
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
      await kept.store.queue.release('user-1', 'pump');
      expect(await kept.claimTexts()).toEqual(['fresh']);
    });

    it('end what is past its time', async () => {
      await Promise.all([
        kept.store.queue.enqueue(message({ text: 'old', expiresAtMs: 2000 })),
        kept.store.queue.enqueue(message({ text: 'young', expiresAtMs: 2000.5 })),
      ]);
      const { messages, ended } = await kept.store.queue.claim(claimAll({ nowMs: 2000 }));
      expect(messages.map(({ payload }) => text(payload))).toEqual(['young']);
      expect(ended).toMatchObject([{ reason: 'expired', payloadBytes: 3, attempts: 0 }]);
      await kept.store.queue.release('user-1', 'pump');
      const later = await kept.store.queue.claim(claimAll({ nowMs: 3000 }));
      expect(later.ended).toMatchObject([{ reason: 'expired', payloadBytes: 5, attempts: 1 }]);
    });

    it('of a queue that is empty or unknown give nothing', async () => {
      expect(await kept.store.queue.claim(claimAll({ target: 'nobody' }))).toEqual({ messages: [], ended: [] });
    });
  });

  describe('confirmation and release', () => {
    it('removes what was handed out, up to a number, and says how much that was', async () => {
      const [, second = 0] = await kept.enqueue('one', 'two', 'three');
      await kept.store.queue.claim(claimAll());
      expect(await kept.store.queue.confirm('user-1', 'pump', second)).toEqual({ messages: 2, payloadBytes: 6 });
      await kept.store.queue.release('user-1', 'pump');
      expect(await kept.claimTexts()).toEqual(['three']);
    });

    it('removes nothing that was not handed out', async () => {
      const [, second = 0] = await kept.enqueue('one', 'two');
      expect(await kept.store.queue.confirm('user-1', 'pump', second)).toEqual({ messages: 0, payloadBytes: 0 });
      await kept.store.queue.claim(claimAll({ messagesMax: 1 }));
      expect(await kept.store.queue.confirm('user-1', 'pump', second)).toEqual({ messages: 1, payloadBytes: 3 });
      expect(await kept.claimTexts()).toEqual(['two']);
    });

    it('lasts: what was confirmed does not come back after a restart, what was not does', async () => {
      const [first = 0] = await kept.enqueue('one', 'two');
      await kept.store.queue.claim(claimAll());
      await kept.store.queue.confirm('user-1', 'pump', first);
      await kept.restart();
      expect(await kept.claimTexts()).toEqual(['two']);
    });

    it('concerns one queue alone', async () => {
      await kept.enqueue('one');
      await kept.store.queue.enqueue(message({ target: 'gate', text: 'other' }));
      await kept.store.queue.claim(claimAll());
      await kept.store.queue.claim(claimAll({ target: 'gate' }));
      await kept.store.queue.release('user-1', 'pump');
      expect(await kept.claimTexts({ target: 'gate' })).toEqual([]);
      expect(await kept.store.queue.confirm('user-1', 'gate', Number.MAX_SAFE_INTEGER)).toMatchObject({ messages: 1 });
      expect(await kept.claimTexts()).toEqual(['one']);
    });
  });
}
