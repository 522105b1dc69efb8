import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/server/store/sqlite-store.ts';
import { describeStoreContract } from './store-contract.ts';

describeStoreContract('SQLite', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'relay-store-'));
  const listener = {
    onRelieved() {},
    onFatal(reason: string) {
      throw new Error(reason);
    },
  };
  let store = await openSqliteStore({ dataDir, listener });
  return {
    store,
    restart: async () => {
      await store.close();
      store = await openSqliteStore({ dataDir, listener });
      return store;
    },
    cleanUp: async () => {
      await store.close();
      rmSync(dataDir, { recursive: true });
    },
  };
});
