import { createMemoryStore } from './memory-store.ts';
import { describeStoreContract } from './store-contract.ts';

describeStoreContract('the memory store of the tests', async () => {
  const store = createMemoryStore();
  return { store, restart: async () => store.restart(), cleanUp: () => store.close() };
});
