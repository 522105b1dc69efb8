import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeStoreFolder, type StoreFolder } from '../server/store-folder.ts';
import { claimAll, message, text } from '../server/store-samples.ts';
import { makeStoreInSchema1 } from '../server/store-schema-1.ts';
import { hasTool } from '../tools.ts';
import { buildShim } from './shims.ts';
import { canMakeSmallDisks, makeSmallDisk } from './small-disk.ts';

let folder: StoreFolder;
beforeEach(() => {
  folder = makeStoreFolder();
  makeStoreInSchema1(
    folder.database,
    [
      { seq: 3, message: message({ text: 'one', messageId: 'm1' }), attempts: 2 },
      { seq: 5, message: message({ text: 'of another', userId: 'user-2' }) },
      { seq: 7, message: message({ text: 'two' }) },
      { seq: 8, message: message({ text: 'three', expiresAtMs: 5000 }) },
    ],
    41,
  );
});
afterEach(() => folder.remove());

describe('FAULTS 10: the step from one counter of all users to one for each', { timeout: 60_000 }, () => {
  it('keeps what waits, with its numbers, attempts, ids and times', async () => {
    const { queue } = await folder.open();
    expect(folder.events).toMatchObject([{ event: 'migrated', fromVersion: 1, toVersion: 2 }]);
    const { messages, ended } = await queue.claim(claimAll());
    expect(messages.map(({ seq, payload, attempts }) => [seq, text(payload), attempts])).toEqual([
      [3, 'one', 3],
      [7, 'two', 1],
      [8, 'three', 1],
    ]);
    expect(messages[0]).toMatchObject({ messageId: 'm1', sender: 'controller', queuedAtMs: 1000 });
    expect(ended).toEqual([]);
    await queue.release('user-1', 'pump');
    expect(await queue.expire(5000)).toMatchObject([{ seq: 8, reason: 'expired' }]);
    expect((await queue.claim(claimAll({ userId: 'user-2' }))).messages).toMatchObject([{ seq: 5 }]);
  });

  it('goes on above all numbers that were given out, also of users of whom nothing waits, and after a restart', async () => {
    const store = await folder.open();
    expect(await store.queue.enqueue(message())).toBe(42);
    expect(await store.queue.enqueue(message({ userId: 'user-3' }))).toBe(42);
    expect(await store.queue.enqueue(message({ userId: 'user-3', target: 'gate' }))).toBe(43);
    await store.close();
    const { queue } = await folder.open();
    expect(await queue.enqueue(message())).toBe(43);
    expect(await queue.enqueue(message({ userId: 'user-4' }))).toBe(42);
  });

  it('does not make a damaged record whole', async () => {
    const database = new DatabaseSync(folder.database);
    database.exec("UPDATE message SET payload = CAST('tvo' AS BLOB) WHERE seq = 7");
    database.close();
    const { messages, ended } = await (await folder.open()).queue.claim(claimAll());
    expect(messages.map(({ payload }) => text(payload))).toEqual(['one', 'three']);
    expect(ended).toMatchObject([{ seq: 7, reason: 'damaged' }]);
  });

  it.runIf(hasTool('cc'))('that is killed at any of its fsyncs is done, or done at the next opening', async () => {
    const script = join(import.meta.dirname, 'migration-child.ts');
    const shim = buildShim('disk', folder.dataDir);
    for (let atFsync = 1; ; atFsync += 1) {
      const killed = makeStoreFolder();
      makeStoreInSchema1(killed.database, [{ seq: 3, message: message({ text: 'one' }), attempts: 1 }], 41);
      const env = { ...process.env, LD_PRELOAD: shim, KILL_AT_FSYNC: String(atFsync) };
      const { status, signal } = spawnSync(process.execPath, [script, killed.dataDir, 'none'], { env });
      const { queue } = await killed.open();
      expect(await queue.enqueue(message({ text: 'two' }))).toBe(42);
      const { messages } = await queue.claim(claimAll());
      expect(messages.map(({ seq, attempts }) => [seq, attempts])).toEqual([
        [3, 2],
        [42, 1],
      ]);
      await killed.remove();
      if (status === 0) break;
      expect(signal).toBe('SIGKILL');
      expect(atFsync).toBeLessThan(50);
    }
  });

  it.runIf(canMakeSmallDisks())('without room on the disk leaves the old store, and says so', async () => {
    const disk = makeSmallDisk(16);
    const crowded = makeStoreFolder(disk.path);
    try {
      const payload = Buffer.alloc(100_000, 'x');
      const many = Array.from({ length: 60 }, (_, n) => ({ seq: n + 1, message: message({ payload }) }));
      makeStoreInSchema1(crowded.database, many, 60);
      await expect(crowded.open()).rejects.toThrow(/the disk of .* is full \(.*\); free some space on it/);
      const database = new DatabaseSync(crowded.database);
      expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
      expect(database.prepare('SELECT count(*) AS n FROM message').get()).toEqual({ n: 60 });
      database.close();
    } finally {
      await crowded.remove();
      disk.remove();
    }
  });
});
