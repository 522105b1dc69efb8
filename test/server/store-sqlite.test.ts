import { describeStoreContract } from './store-contract.ts';
import { makeStoreFolder } from './store-folder.ts';

// How a process is killed instead of closed is in test/faults; here the folder is closed and opened again.
describeStoreContract('SQLite', async () => {
  const folder = makeStoreFolder();
  let store = await folder.open();
  return {
    store,
    restart: async () => {
      await store.close();
      store = await folder.open();
      return store;
    },
    cleanUp: () => folder.remove(),
  };
});
