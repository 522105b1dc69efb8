import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyStoppedStore, inspectCopy, restoreCopy } from '../../src/server/store/copies.ts';
import { migrations } from '../../src/server/store/schema.ts';
import { type FileStore, StoreUnavailableError } from '../../src/server/store/store.ts';
import { makeStoreFolder, type StoreFolder } from './store-folder.ts';
import { message } from './store-samples.ts';
import { makeStoreInSchema1 } from './store-schema-1.ts';

let folder: StoreFolder;
beforeEach(() => {
  folder = makeStoreFolder();
});
afterEach(() => folder.remove());

const copies = () => readdirSync(folder.dataDir).filter((name) => name.startsWith('relay.copy-'));

describe('a copy of an open store', () => {
  it('is one file, closed to others, with all that was committed before', async () => {
    const store = await folder.open();
    for (let n = 0; n < 20; n += 1) await store.queue.enqueue(message());
    const copy = await store.backUp();
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(inspectCopy(copy)).toEqual({
      schema: migrations.length,
      contents: { users: 0, devices: 0, messages: 20 },
    });
    expect(existsSync(`${copy}-wal`)).toBe(false);
  });

  it('lets operations through between its steps', async () => {
    const store = await folder.open();
    const payload = Buffer.alloc(200_000, 'x');
    for (let n = 0; n < 200; n += 1) await store.queue.enqueue(message({ payload }));
    let isCopied = false;
    const copying = store.backUp().finally(() => {
      isCopied = true;
    });
    let meanwhile = 0;
    while (!isCopied) {
      await store.queue.enqueue(message());
      if (!isCopied) meanwhile += 1;
    }
    expect(meanwhile).toBeGreaterThan(3);
    expect(inspectCopy(await copying).contents?.messages).toBeGreaterThanOrEqual(200);
    expect(folder.fatal).toEqual([]);
  });

  it('of which any page is damaged is refused', async () => {
    const store = await folder.open();
    for (let n = 0; n < 20; n += 1) await store.queue.enqueue(message({ target: `t${n}` }));
    const copy = await store.backUp();
    const whole = readFileSync(copy);
    const pageBytes = 4096;
    for (let page = 1; page * pageBytes < whole.length; page += 1) {
      writeFileSync(copy, Buffer.from(whole).fill('garbage! ', page * pageBytes, (page + 1) * pageBytes));
      expect(() => inspectCopy(copy), `page ${page + 1}`).toThrow(/is no whole backup of a relay/);
    }
  });

  it('of a newer program is whole as well, and is not brought back by this one', async () => {
    const copy = await (await folder.open()).backUp();
    const database = new DatabaseSync(copy);
    database.exec('DROP TABLE message; PRAGMA user_version = 99');
    database.close();
    expect(inspectCopy(copy)).toEqual({ schema: 99 });
    expect(() => restoreCopy(copy, join(folder.dataDir, 'restored'))).toThrow(/newer softlab-relay \(schema 99/);
    expect(existsSync(join(folder.dataDir, 'restored'))).toBe(false);
  });

  it('is one at a time', async () => {
    const store = await folder.open();
    const first = store.backUp();
    await expect(store.backUp()).rejects.toThrow(StoreUnavailableError);
    await first;
    await store.backUp();
  });

  it('is given up when the store is closed, and leaves nothing', async () => {
    const store = await folder.open();
    const payload = Buffer.alloc(200_000, 'x');
    for (let n = 0; n < 200; n += 1) await store.queue.enqueue(message({ payload }));
    const copying = expect(store.backUp()).rejects.toThrow('the store is closed');
    await store.close();
    await copying;
    expect(copies()).toEqual([]);
    await expect(store.backUp()).rejects.toThrow(StoreUnavailableError);
  });

  it('that nobody took is removed at the next opening', async () => {
    writeFileSync(join(folder.dataDir, 'relay.copy-of-last-week'), 'x');
    await folder.open();
    expect(copies()).toEqual([]);
  });
});

describe('a store that was brought back', () => {
  const users = ['u1', 'u2', 'u3'];
  const enqueueForEach = async (store: FileStore) => {
    const numbers: number[] = [];
    for (const userId of users) numbers.push(await store.queue.enqueue(message({ userId })));
    return numbers;
  };

  it.each(['of today', 'in schema 1'])(
    'gives out no number that was given out after it was copied: %s',
    async (kind) => {
      if (kind === 'in schema 1') makeStoreInSchema1(folder.database, [{ seq: 3, message: message() }], 3);
      else await (await folder.open()).queue.enqueue(message({ userId: 'u1' }));
      await folder.close();
      const copy = join(folder.dataDir, 'copy');
      copyStoppedStore(folder.dataDir, copy);
      const lost = await enqueueForEach(await folder.open());
      await folder.close();

      await using back = makeStoreFolder();
      restoreCopy(copy, back.dataDir);
      const first = await enqueueForEach(await back.open());
      expect(Math.min(...first)).toBeGreaterThan(Math.max(...lost));
      await back.close();
      // Only the first opening begins anew.
      expect(await enqueueForEach(await back.open())).toEqual(first.map((seq) => seq + 1));
    },
  );
});

describe('a copy of a stopped store', () => {
  it('leaves the store in the schema that it has', async () => {
    makeStoreInSchema1(folder.database, [{ seq: 1, message: message() }], 1);
    const copy = join(folder.dataDir, 'copy');
    copyStoppedStore(folder.dataDir, copy);
    expect(inspectCopy(copy)).toMatchObject({ schema: 1, contents: { messages: 1 } });
    const database = new DatabaseSync(folder.database, { readOnly: true });
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    database.close();
  });
});
