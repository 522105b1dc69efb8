import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataFolderAt } from '../../src/server/store/data-folder.ts';
import { openDatabase } from '../../src/server/store/open-database.ts';
import { type Migration, migrations } from '../../src/server/store/schema.ts';
import { StoreOpenError } from '../../src/server/store/store.ts';
import { message } from '../server/store-contract.ts';
import { makeStoreFolder, type StoreFolder } from '../server/store-folder.ts';

/** FAULTS 10. */

let folder: StoreFolder;
beforeEach(async () => {
  folder = makeStoreFolder();
  const store = await folder.open();
  await store.queue.enqueue(message());
  await store.close();
});
afterEach(() => folder.remove());

function openWith(steps: readonly Migration[]): DatabaseSync {
  const database = { current: new DatabaseSync(':memory:') };
  const connect = (file: string) => {
    database.current = new DatabaseSync(file);
    return database.current;
  };
  openDatabase({ folder: dataFolderAt(folder.dataDir), connect, onEvent: (event) => folder.events.push(event), steps });
  return database.current;
}

const copy = () => `${folder.database}.schema-1`;
const addNotes = 'CREATE TABLE notes (text TEXT); INSERT INTO notes SELECT sender FROM message;';

describe('a migration', () => {
  it('brings the store to the newest schema, and keeps a copy of what was before', () => {
    const database = openWith([...migrations, addNotes, 'ALTER TABLE notes ADD COLUMN more TEXT']);
    expect(database.prepare('SELECT * FROM notes').all()).toEqual([{ text: 'controller', more: null }]);
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 });
    database.close();
    expect(folder.events).toEqual([
      { event: 'migrated', fromVersion: 1, toVersion: 2, copy: copy() },
      { event: 'migrated', fromVersion: 2, toVersion: 3, copy: `${folder.database}.schema-2` },
    ]);
    expect(statSync(copy()).mode & 0o777).toBe(0o600);
    const before = new DatabaseSync(copy(), { readOnly: true });
    expect(before.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    expect(before.prepare('SELECT count(*) AS n FROM message').get()).toEqual({ n: 1 });
    expect(before.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    before.close();
  });

  it('does nothing where the schema is the newest', () => {
    openWith(migrations).close();
    expect(folder.events).toEqual([]);
    expect(existsSync(copy())).toBe(false);
  });

  it('that fails in the middle leaves the old store', async () => {
    expect(() => openWith([...migrations, `DELETE FROM message; ${addNotes} INSERT INTO nowhere VALUES (1);`])).toThrow(
      StoreOpenError,
    );
    const store = await folder.open();
    expect(await store.queue.depths()).toMatchObject([{ messages: 1 }]);
  });

  it('that is killed in the middle leaves the old store', async () => {
    const script = join(import.meta.dirname, 'migration-child.ts');
    const child = spawn(process.execPath, [script, folder.dataDir], { stdio: ['ignore', 'inherit', 'inherit'] });
    const exited = once(child, 'exit');
    // The step is under way when its pages go into the log, behind the copy.
    const log = `${folder.database}-wal`;
    for await (const { filename } of watch(folder.dataDir)) {
      if (filename === 'relay.db-wal' && existsSync(copy()) && statSync(log).size > 0) break;
    }
    child.kill('SIGKILL');
    expect(await exited).toEqual([null, 'SIGKILL']);
    const store = await folder.open();
    expect(await store.queue.depths()).toMatchObject([{ messages: 1 }]);
  });
});
