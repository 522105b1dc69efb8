import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasTool } from '../tools.ts';
import { makeStoreFolder, type StoreFolder } from './store-folder.ts';

const run = promisify(execFile);

describe.runIf(hasTool('cc'))('a disk that fails an fsync (FAULTS 3)', () => {
  let folder: StoreFolder;
  beforeEach(() => {
    folder = makeStoreFolder();
  });
  afterEach(() => folder.remove());

  it('ends the store: what was not synced is refused, the owner is told once, no commit is tried again', async () => {
    const shim = join(folder.dataDir, 'shim.so');
    execFileSync('cc', ['-shared', '-fPIC', '-o', shim, join(import.meta.dirname, 'store-fsync-shim.c'), '-ldl']);
    const breaker = join(folder.dataDir, 'broken');
    const script = join(import.meta.dirname, 'store-fsync-child.ts');
    const env = { ...process.env, LD_PRELOAD: shim, FAIL_FSYNC_ONCE_EXISTS: breaker };
    const { stdout } = await run(process.execPath, [script, folder.dataDir, breaker], { env });
    expect(JSON.parse(stdout)).toEqual({
      outcomes: ['queued', 'StoreUnavailableError', 'StoreUnavailableError'],
      fatal: [expect.stringMatching(/^the disk of .* failed: disk I\/O error \(SQLite result code 1034\)$/)],
      isWritable: false,
    });
    // The commit's, and perhaps one when SQLite closes the log: of what earlier commits have synced.
    expect(readFileSync(breaker, 'utf8')).toMatch(/^xx?$/);
  });
});
