import { describe, expect, it } from 'vitest';
import { claimAll, message } from '../store-samples.ts';
import type { KeptStore } from './kept-store.ts';

/** What is promised of the store as a whole. */
export function describeWhole(kept: KeptStore): void {
  describe('the whole', () => {
    it('keeps what was acknowledged across a restart', async () => {
      const seqs = await kept.enqueue('one', 'two', 'three');
      await kept.restart();
      const { messages } = await kept.store.queue.claim(claimAll());
      expect(messages.map(({ seq }) => seq)).toEqual(seqs);
    });

    it('hands out nothing any more after a restart', async () => {
      await kept.enqueue('one');
      await kept.store.queue.claim(claimAll());
      await kept.restart();
      expect((await kept.store.queue.list('user-1', 'pump', 1, 1)).map(({ handed }) => handed)).toEqual([false]);
      expect(await kept.store.queue.cancel('user-1', 'pump', 'all')).toHaveLength(1);
    });

    it('flushes: everything that was asked for before has its outcome', async () => {
      let stored = 0;
      for (let i = 0; i < 100; i += 1) {
        void kept.store.queue.enqueue(message()).then(() => {
          stored += 1;
        });
      }
      await kept.store.flush();
      expect(stored).toBe(100);
    });

    it('is writable and not congested at rest', () => {
      expect(kept.store.isWritable()).toBe(true);
      expect(kept.store.queue.isCongested()).toBe(false);
    });

    it('commits on closing what is under way, and takes nothing afterwards', async () => {
      const queued = kept.store.queue.enqueue(message({ text: 'last' }));
      const closed = kept.store.close();
      await expect(kept.store.queue.enqueue(message())).rejects.toMatchObject({ name: 'StoreUnavailableError' });
      await expect(queued).resolves.toBeGreaterThan(0);
      await closed;
      await kept.store.close();
      expect(kept.store.isWritable()).toBe(false);
      await expect(kept.store.directory.load()).rejects.toMatchObject({ name: 'StoreUnavailableError' });
    });
  });
}
