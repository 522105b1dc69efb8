import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeTemporaryFolder, runRelay, spawnRelay, startServe } from '../e2e/built-relay.ts';
import { openRoom, settle } from '../e2e/contract/test-room.ts';
import { canMakeSmallDisks, makeSmallDisk } from './small-disk.ts';

const isRoot = process.geteuid?.() === 0;

let folder: string;
let dataDir: string;
beforeEach(() => {
  folder = makeTemporaryFolder();
  dataDir = join(folder, 'data');
  return () => rmSync(folder, { recursive: true, force: true });
});

/** Starts a relay that must end with 1 and one sentence, before it listens; returns the sentence. */
async function refusal(...args: readonly string[]): Promise<string> {
  await using relay = spawnRelay(['serve', '--json', '--port', '0', '--data', dataDir, ...args]);
  const { code, stdout, stderr } = await relay.exited;
  expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^relay: .*\n$/) });
  return stderr;
}

describe('FAULTS 6: two relays on one data folder', { timeout: 60_000 }, () => {
  it('the second one says so in a sentence and exits 1, and the first one goes on', async () => {
    await using relay = await startServe({ dataDir });
    const { pid } = relay.process;
    expect(await refusal()).toContain(`${dataDir} is in use by another relay (process ${pid}); stop that one, or give`);
    const room = await openRoom(relay);
    await using client = await room.controller('client');
    await settle(client);
  });

  it('one may follow another that was killed', async () => {
    await using relay = await startServe({ dataDir });
    await relay.stop('SIGKILL');
    await using next = await startServe({ dataDir });
    expect(next.bootstrap).toBeUndefined();
  });

  it('a port that is taken is said in a sentence too, and the folder is free again', async () => {
    await using relay = await startServe({ dataDir });
    const other = join(folder, 'other');
    await using second = spawnRelay(['serve', '--json', '--port', String(relay.port), '--data', other]);
    const { code, stderr } = await second.exited;
    expect(code).toBe(1);
    expect(stderr).toContain(String(relay.port));
    expect(stderr).not.toMatch(/^\s+at /m);
    await using third = await startServe({ dataDir: other });
    expect(third.bootstrap).toBeDefined();
  });
});

describe('FAULTS 6: a data folder that the relay cannot have', () => {
  it.runIf(process.platform === 'linux')('is refused where the system makes no folders', async () => {
    dataDir = '/proc/relay/data';
    expect(await refusal()).toMatch(/cannot be made a data folder \(.*\); name another one/);
    const restoring = await runRelay(['restore', '/dev/null', '--data', dataDir]);
    expect(restoring).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be made a data folder') });
  });

  const aboutWriting = /data cannot be written \(.*\); make it writable for the relay, or name another folder/;

  // Root may write everywhere; for root there is the disk below.
  if (!isRoot) {
    it('is refused where it is read-only', async () => {
      mkdirSync(dataDir, { mode: 0o500 });
      expect(await refusal()).toMatch(aboutWriting);
      chmodSync(dataDir, 0o700);
    });
  }

  it.runIf(canMakeSmallDisks())(
    'is refused on a disk that is read-only, in use or new, and is taken when it can be written',
    async () => {
      const disk = makeSmallDisk(16);
      try {
        dataDir = join(disk.path, 'data');
        mkdirSync(dataDir, { mode: 0o700 });
        disk.setWritable(false);
        expect(await refusal()).toMatch(aboutWriting);
        disk.setWritable(true);
        expect(readdirSync(dataDir)).toEqual([]);
        const relay = await startServe({ dataDir });
        await relay.stop();
        disk.setWritable(false);
        expect(await refusal()).toMatch(aboutWriting);
        disk.setWritable(true);
        await using again = await startServe({ dataDir });
        expect(again.bootstrap).toBeUndefined();
        await again.stop();
      } finally {
        disk.remove();
      }
    },
  );

  it('is refused where it belongs to somebody else, and nothing is made in it', async () => {
    // Root can give a folder away; to everybody else the root of all folders is one.
    if (isRoot) {
      mkdirSync(dataDir);
      chownSync(dataDir, 65534, 65534);
    } else dataDir = '/';
    const before = readdirSync(dataDir);
    const [owner, self] = isRoot ? [65534, 0] : [0, process.geteuid?.()];
    expect(await refusal()).toContain(
      `${dataDir} belongs to user ${owner}, and the relay runs as user ${self}; run it as`,
    );
    expect(readdirSync(dataDir)).toEqual(before);
  });
});
