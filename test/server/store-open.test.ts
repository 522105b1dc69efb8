import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/server/store/sqlite-store.ts';
import { StoreOpenError } from '../../src/server/store/store.ts';
import { makeStoreFolder, type StoreFolder } from './store-folder.ts';
import { message } from './store-samples.ts';

const isRoot = process.geteuid?.() === 0;
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

let folder: StoreFolder;
beforeEach(() => {
  folder = makeStoreFolder();
});
afterEach(() => folder.remove());

async function refusal(dataDir = folder.dataDir): Promise<string> {
  const opening = openSqliteStore({ dataDir, listener: { onRelieved() {}, onFatal() {} } });
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreOpenError);
  return error instanceof Error ? error.message : '';
}

describe('the data folder', () => {
  it('is made where it is missing, for its owner alone', async () => {
    const dataDir = join(folder.dataDir, 'deep', 'er');
    const store = await openSqliteStore({ dataDir, listener: { onRelieved() {}, onFatal() {} } });
    await store.queue.enqueue(message());
    expect(mode(dataDir)).toBe('700');
    const files = readdirSync(dataDir);
    expect(files).toContain('relay.db');
    expect(files).toContain('relay.db-wal');
    for (const file of files) expect(`${file} ${mode(join(dataDir, file))}`).toBe(`${file} 600`);
    await store.close();
  });

  it('is closed to others while it is empty, and its database whenever it is opened', async () => {
    chmodSync(folder.dataDir, 0o755);
    await (await folder.open()).close();
    expect(mode(folder.dataDir)).toBe('700');
    chmodSync(folder.database, 0o644);
    await folder.open();
    expect(mode(folder.database)).toBe('600');
  });

  it('that holds other things keeps its mode', async () => {
    writeFileSync(join(folder.dataDir, 'notes.txt'), 'mine');
    chmodSync(folder.dataDir, 0o750);
    await folder.open();
    expect(mode(folder.dataDir)).toBe('750');
  });

  it('that holds other things and may be written by everybody is refused', async () => {
    writeFileSync(join(folder.dataDir, 'notes.txt'), 'mine');
    chmodSync(folder.dataDir, 0o777);
    expect(await refusal()).toMatch(`${folder.dataDir} may be written by everybody`);
  });

  it('is refused where it is a file', async () => {
    const file = join(folder.dataDir, 'file');
    writeFileSync(file, '');
    expect(await refusal(file)).toMatch(`${file} cannot be made a data folder`);
  });

  it('of another owner is refused', async () => {
    // Root can give a folder away; to everybody else the root of all folders is one.
    const dataDir = isRoot ? folder.dataDir : '/';
    if (isRoot) chownSync(dataDir, 65534, 65534);
    const [owner, self] = isRoot ? [65534, 0] : [0, process.geteuid?.()];
    expect(await refusal(dataDir)).toMatch(`${dataDir} belongs to user ${owner}, and the relay runs as user ${self}`);
  });

  // Root may write everywhere; for root there is the write-protected disk in test/faults/full-disk-store.test.ts.
  if (!isRoot) {
    it('that cannot be written is refused', async () => {
      chmodSync(folder.dataDir, 0o500);
      expect(await refusal()).toMatch(`${folder.dataDir} cannot be written`);
      chmodSync(folder.dataDir, 0o700);
    });
  }

  it('is refused to a second store, which names who holds it, and free again after the first', async () => {
    const store = await folder.open();
    const sentence = await refusal();
    expect(sentence).toMatch(`${folder.dataDir} is in use by another relay (process ${process.pid})`);
    await store.close();
    await folder.open();
  });
});

describe('the schema', () => {
  it('of a newer program is refused', async () => {
    await (await folder.open()).close();
    const database = new DatabaseSync(folder.database);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(await refusal()).toMatch(/relay\.db was written by a newer softlab-relay \(schema 99/);
  });

  it('of another program is refused, and its file left as it is', async () => {
    const database = new DatabaseSync(folder.database);
    database.exec('CREATE TABLE recipes (name TEXT); PRAGMA user_version = 1');
    database.close();
    expect(await refusal()).toMatch(/relay\.db is a SQLite file of another program/);
    const again = new DatabaseSync(folder.database);
    expect(again.prepare('SELECT count(*) AS n FROM recipes').get()).toEqual({ n: 0 });
    again.close();
    expect(existsSync(join(folder.dataDir, 'relay.initialised'))).toBe(false);
  });
});

describe('the settings of the database', () => {
  it('are those that keep what was acknowledged', async () => {
    const store = await folder.open();
    await store.queue.enqueue(message());
    expect(statSync(`${folder.database}-wal`).size).toBeGreaterThan(0);
    // No shared index: the exclusive locking mode keeps it in memory.
    expect(existsSync(`${folder.database}-shm`)).toBe(false);
    await store.close();
    expect(existsSync(`${folder.database}-wal`)).toBe(false);
  });

  it('open a folder again that lost its lock, its process number and its reserve', async () => {
    await (await folder.open()).close();
    for (const file of ['relay.lock', 'relay.pid', 'relay.reserve']) rmSync(join(folder.dataDir, file));
    mkdirSync(join(folder.dataDir, 'lost+found'));
    await folder.open();
    expect(readdirSync(folder.dataDir)).toContain('relay.reserve');
  });
});
