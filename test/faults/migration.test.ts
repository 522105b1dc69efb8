import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restoreCopy } from '../../src/server/store/copies.ts';
import { dataFolderAt } from '../../src/server/store/data-folder.ts';
import { openDatabase } from '../../src/server/store/open-database.ts';
import { type Migration, migrations } from '../../src/server/store/schema.ts';
import { StoreOpenError } from '../../src/server/store/store.ts';
import { spawnRelay } from '../e2e/built-relay.ts';
import { makeStoreFolder, type StoreFolder } from '../server/store-folder.ts';
import { message } from '../server/store-samples.ts';
import { hasTool } from '../tools.ts';
import { shortStep } from './migration-steps.ts';
import { buildShim } from './shims.ts';

let folder: StoreFolder;
beforeEach(async () => {
  folder = makeStoreFolder();
  const store = await folder.open();
  await store.queue.enqueue(message());
  await store.close();
});
afterEach(() => folder.remove());

function openWith(steps: readonly Migration[], of = folder): DatabaseSync {
  const database = { current: new DatabaseSync(':memory:') };
  const connect = (file: string) => {
    database.current = new DatabaseSync(file);
    return database.current;
  };
  openDatabase({ folder: dataFolderAt(of.dataDir), connect, onEvent: (event) => of.events.push(event), steps });
  return database.current;
}

/** The steps that tests add come behind this version. */
const newest = migrations.length;
const copy = () => `${folder.database}.schema-${newest}`;
const addNotes = 'CREATE TABLE notes (text TEXT); INSERT INTO notes SELECT sender FROM message;';

describe('FAULTS 10: a migration', () => {
  it('brings the store to the newest schema, and keeps a copy of what was before', () => {
    const database = openWith([...migrations, addNotes, 'ALTER TABLE notes ADD COLUMN more TEXT']);
    expect(database.prepare('SELECT * FROM notes').all()).toEqual([{ text: 'controller', more: null }]);
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: newest + 2 });
    database.close();
    expect(folder.events).toEqual([
      { event: 'migrated', fromVersion: newest, toVersion: newest + 1, copy: copy() },
      {
        event: 'migrated',
        fromVersion: newest + 1,
        toVersion: newest + 2,
        copy: `${folder.database}.schema-${newest + 1}`,
      },
    ]);
    expect(statSync(copy()).mode & 0o777).toBe(0o600);
    const before = new DatabaseSync(copy(), { readOnly: true });
    expect(before.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    expect(before.prepare('SELECT count(*) AS n FROM message').get()).toEqual({ n: 1 });
    expect(before.prepare('PRAGMA user_version').get()).toEqual({ user_version: newest });
    before.close();
  });

  it('leaves a copy that comes back as a backup does', () => {
    openWith([...migrations, addNotes]).close();
    const restored = join(folder.dataDir, 'restored');
    expect(restoreCopy(copy(), restored)).toMatchObject({ schema: newest, contents: { messages: 1 } });
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

describe.runIf(hasTool('cc'))('FAULTS 10: a migration that is killed at any of its fsyncs', () => {
  const messages = 20;

  /** Fills a folder of its own, and migrates it until the process is killed; how it ended. */
  async function migrateUntilKilled(killed: StoreFolder, atFsync: number): Promise<string | number | null> {
    const store = await killed.open();
    for (let n = 0; n < messages; n += 1) await store.queue.enqueue(message({ text: `payload ${n}` }));
    await store.close();
    const env = { ...process.env, LD_PRELOAD: buildShim('disk', folder.dataDir), KILL_AT_FSYNC: String(atFsync) };
    const script = join(import.meta.dirname, 'migration-child.ts');
    const child = spawn(process.execPath, [script, killed.dataDir, 'short'], { stdio: 'inherit', env });
    const [code, signal] = await once(child, 'exit');
    return signal ?? code;
  }

  it('leaves a store that the old or the new program opens, with every message in it', async () => {
    const left = new Set<number>();
    for (let atFsync = 1; ; atFsync += 1) {
      const killed = makeStoreFolder();
      try {
        const ending = await migrateUntilKilled(killed, atFsync);
        const version = versionOf(killed.database);
        left.add(version);
        if (version === newest) {
          const store = await killed.open();
          expect(await store.queue.depths()).toMatchObject([{ messages }]);
          await store.close();
        } else await expect(killed.open()).rejects.toThrow(/newer softlab-relay/);
        const database = openWith([...migrations, shortStep], killed);
        const counted = database.prepare(
          "SELECT count(*) AS n FROM message JOIN kept USING (record_id) WHERE sender LIKE 'migrated c%'",
        );
        expect(counted.get()).toEqual({ n: messages });
        database.close();
        if (ending === 0) break;
        expect(ending).toBe('SIGKILL');
      } finally {
        await killed.remove();
      }
    }
    expect([...left].sort()).toEqual([newest, newest + 1]);
  });
});

function versionOf(file: string): number {
  const database = new DatabaseSync(file);
  const { user_version: version } = database.prepare('PRAGMA user_version').get() ?? {};
  database.close();
  return Number(version);
}

describe('FAULTS 10: a data folder of a newer relay', () => {
  it('is refused by an older one, in a sentence, and left as it is', async () => {
    const database = new DatabaseSync(folder.database);
    database.exec('PRAGMA user_version = 99');
    database.close();
    await using relay = spawnRelay(['serve', '--json', '--port', '0', '--data', folder.dataDir]);
    const { code, stdout, stderr } = await relay.exited;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^relay: .*relay\.db was written by a newer softlab-relay \(schema 99, this one knows up to \d+\); .*\n$/,
    );
    expect(versionOf(folder.database)).toBe(99);
  });
});
