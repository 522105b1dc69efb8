import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreEvent } from '../../src/server/store/operations.ts';
import { openSqliteStore } from '../../src/server/store/sqlite-store.ts';
import type { FileStore } from '../../src/server/store/store.ts';

/** A data folder of a test, and the store in it. */
export interface StoreFolder {
  readonly dataDir: string;
  readonly database: string;
  /** What the stores of this folder logged. */
  readonly events: StoreEvent[];
  /** Reasons why they could promise nothing any more. */
  readonly fatal: string[];
  open(): Promise<FileStore>;
  /** Closes what is open. */
  close(): Promise<void>;
  /** Closes what is open and removes the folder. */
  remove(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export function makeStoreFolder(parent = tmpdir()): StoreFolder {
  const dataDir = mkdtempSync(join(parent, 'relay-store-'));
  const events: StoreEvent[] = [];
  const fatal: string[] = [];
  const opened: FileStore[] = [];
  const listener = { onRelieved: () => {}, onFatal: (reason: string) => fatal.push(reason) };
  const close = async () => {
    for (const store of opened.splice(0)) await store.close();
  };
  const remove = async () => {
    await close();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return {
    dataDir,
    database: join(dataDir, 'relay.db'),
    events,
    fatal,
    open: async () => {
      const store = await openSqliteStore({ dataDir, listener, log: (event) => events.push(event) });
      opened.push(store);
      return store;
    },
    close,
    remove,
    [Symbol.asyncDispose]: remove,
  };
}
