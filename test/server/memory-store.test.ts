import { describe, expect, it } from 'vitest';
import { createMemoryStore } from './memory-store.ts';
import { describeStoreContract } from './store-contract.ts';
import { claimAll, message } from './store-samples.ts';

describeStoreContract('the memory store of the tests', async () => {
  let store = createMemoryStore();
  return {
    store,
    restart: async () => {
      store = store.restart();
      return store;
    },
    cleanUp: () => store.close(),
  };
});

describe('the memory store on request', () => {
  it('lets commits wait, and commits so many of them as it is told', async () => {
    const store = createMemoryStore();
    store.holdCommits();
    const committed: number[] = [];
    for (let i = 0; i < 3; i += 1) void store.queue.enqueue(message()).then((seq) => committed.push(seq));
    const depths = store.queue.depths();
    expect(store.heldCommits()).toBe(4);
    store.releaseCommits(2);
    await Promise.resolve();
    expect(committed).toEqual([1, 2]);
    store.releaseCommits();
    expect(await depths).toMatchObject([{ messages: 3 }]);
    expect(await store.queue.enqueue(message())).toBe(4);
  });

  it('fails what waits and what comes, of which nothing happened, until it is healed', async () => {
    const store = createMemoryStore();
    store.holdCommits();
    const waiting = store.queue.enqueue(message());
    store.fail('no room');
    await expect(waiting).rejects.toMatchObject({ name: 'StoreUnavailableError', message: 'no room' });
    await expect(store.queue.enqueue(message())).rejects.toThrow('no room');
    expect(store.isWritable()).toBe(false);
    await store.flush();
    store.heal();
    expect(await store.queue.depths()).toEqual([]);
    expect(store.isWritable()).toBe(true);
  });

  it('tells its owner once that nothing can be promised any more, and that it is relieved', async () => {
    const told: string[] = [];
    const store = createMemoryStore({
      onRelieved: () => told.push('relieved'),
      onFatal: (reason) => told.push(reason),
    });
    store.setCongested(true);
    expect(store.queue.isCongested()).toBe(true);
    store.setCongested(false);
    store.setCongested(false);
    store.failForever('fsync');
    store.failForever('again');
    store.heal();
    expect(told).toEqual(['relieved', 'fsync']);
    await expect(store.queue.depths()).rejects.toThrow();
  });

  it('is killed with what waits', async () => {
    const store = createMemoryStore();
    await store.queue.enqueue(message());
    store.holdCommits();
    void store.queue.enqueue(message());
    const again = store.restart();
    expect(await again.queue.depths()).toMatchObject([{ messages: 1 }]);
    await expect(store.queue.depths()).rejects.toThrow('restarted');
  });

  it('ends a damaged record at its claim', async () => {
    const store = createMemoryStore();
    const seq = await store.queue.enqueue(message());
    await store.queue.enqueue(message());
    store.damage(seq);
    const { messages, ended } = await store.queue.claim(claimAll());
    expect(messages).toHaveLength(1);
    expect(ended).toMatchObject([{ seq, reason: 'damaged' }]);
  });
});
