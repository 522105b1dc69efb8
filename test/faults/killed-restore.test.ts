import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { copyStoppedStore } from '../../src/server/store/copies.ts';
import { makeTemporaryFolder, runRelay, spawnRelay } from '../e2e/built-relay.ts';
import { makeStoreFolder } from '../server/store-folder.ts';
import { message } from '../server/store-samples.ts';
import { hasTool } from '../tools.ts';
import { buildShim } from './shims.ts';

let folder: string;
let dataDir: string;
let backup: string;
const messages = 200;
beforeEach(async () => {
  folder = makeTemporaryFolder();
  dataDir = join(folder, 'data');
  backup = join(folder, 'relay.backup');
  const source = makeStoreFolder();
  const store = await source.open();
  const payload = Buffer.alloc(100_000, 'x');
  await Promise.all(Array.from({ length: messages }, () => store.queue.enqueue(message({ payload }))));
  await store.close();
  copyStoppedStore(source.dataDir, backup);
  await source.remove();
  return () => rmSync(folder, { recursive: true, force: true });
});

const restore = () => runRelay(['restore', backup, '--data', dataDir, '--json']);
const unfinished = () => join(dataDir, 'relay.db.unfinished');

/** What a relay says that must not begin in this folder; it changes nothing there. */
async function expectNotServed(): Promise<void> {
  const before = readdirSync(dataDir);
  await using relay = spawnRelay(['serve', '--json', '--port', '0', '--data', dataDir]);
  const { code, stdout, stderr } = await relay.exited;
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^relay: .*data holds a restore that did not come to its end; run `relay restore FILE --data/);
  expect(readdirSync(dataDir)).toEqual(before);
}

describe.runIf(hasTool('cc'))('FAULTS 11: a restore that is killed', { timeout: 60_000 }, () => {
  it.each([
    ['when its copy is there', 0],
    ['when some of its copy is there', 5_000_000],
  ])('%s: no relay begins there, and it can simply be run again', async (_when, bytes) => {
    // It is there before, so that it can be watched.
    mkdirSync(dataDir);
    const changes = watch(dataDir);
    // However late the signal comes, the copy is not synced by then, and so is not the store yet.
    const env = { LD_PRELOAD: buildShim('disk', folder), FSYNC_DELAY_MS: '30000' };
    await using running = spawnRelay(['restore', backup, '--data', dataDir], { env });
    for await (const { filename } of changes) {
      if (filename === 'relay.db.unfinished' && statSync(unfinished()).size >= bytes) break;
    }
    running.kill('SIGKILL');
    expect(await running.exited).toMatchObject({ signal: 'SIGKILL' });
    expect(existsSync(unfinished())).toBe(true);
    await expectNotServed();
    const again = await restore();
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(again.stdout)).toMatchObject({ messages });
    expect(existsSync(unfinished())).toBe(false);
  });

  it.runIf(hasTool('cc'))(
    'at any of its fsyncs: the store is there, whole, or it can simply be run again',
    async () => {
      const endings = new Set<string>();
      for (let atFsync = 1; ; atFsync += 1) {
        const env = { LD_PRELOAD: buildShim('disk', folder), KILL_AT_FSYNC: String(atFsync) };
        const { code } = await runRelay(['restore', backup, '--data', dataDir], { env });
        if (code === 0) break;
        const isDone = existsSync(join(dataDir, 'relay.db'));
        endings.add(isDone ? 'done' : 'unfinished');
        if (!isDone) {
          await expectNotServed();
          expect(await restore()).toMatchObject({ code: 0 });
        }
        // A store that is there is whole, and is not replaced.
        expect(readFileSync(join(dataDir, 'relay.db')).equals(readFileSync(backup))).toBe(true);
        expect(await restore()).toMatchObject({ code: 1, stderr: expect.stringContaining(`${dataDir} is not empty`) });
        rmSync(dataDir, { recursive: true });
      }
      expect([...endings].sort()).toEqual(['done', 'unfinished']);
    },
  );
});

describe('FAULTS 11: a restore into a folder that one has left', () => {
  it('replaces what it left, and nothing else', async () => {
    await expect(restore()).resolves.toMatchObject({ code: 0 });
    rmSync(join(dataDir, 'relay.db'));
    writeFileSync(unfinished(), 'half of a backup');
    writeFileSync(join(dataDir, 'notes.txt'), 'mine');
    expect(await restore()).toMatchObject({ code: 1, stderr: expect.stringContaining(`${dataDir} is not empty`) });
    expect(readFileSync(unfinished(), 'utf8')).toBe('half of a backup');
    rmSync(join(dataDir, 'notes.txt'));
    expect(await restore()).toMatchObject({ code: 0 });
  });
});
