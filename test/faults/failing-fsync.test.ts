import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startServe } from '../e2e/built-relay.ts';
import { openRoom, roomOf } from '../e2e/contract/test-room.ts';
import { makeTemporaryFolder } from '../e2e/watched-process.ts';
import { hasTool } from '../tools.ts';
import { openReceiptSender } from './receipts.ts';
import { buildShim } from './shims.ts';

const run = promisify(execFile);

let folder: string;
let breaker: string;
beforeEach(() => {
  folder = makeTemporaryFolder();
  breaker = join(folder, 'broken');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const preload = () => ({ LD_PRELOAD: buildShim('disk', folder), FAIL_FSYNC_ONCE_EXISTS: breaker });
/** The commit's, and perhaps one when SQLite closes the log: of what earlier commits have synced. */
const triedOnce = /^xx?$/;

describe.runIf(hasTool('cc'))('FAULTS 3: a disk that fails an fsync', () => {
  it('ends the store: what was not synced is refused, the owner is told once, no commit is tried again', async () => {
    const dataDir = join(folder, 'data');
    const script = join(import.meta.dirname, 'failing-fsync-child.ts');
    const env = { ...process.env, ...preload() };
    const { stdout } = await run(process.execPath, [script, dataDir, breaker], { env });
    expect(JSON.parse(stdout)).toEqual({
      outcomes: ['queued', 'StoreUnavailableError', 'StoreUnavailableError'],
      fatal: [expect.stringMatching(/^the disk of .* failed: disk I\/O error \(SQLite result code 1034\)$/)],
      isWritable: false,
    });
    expect(readFileSync(breaker, 'utf8')).toMatch(triedOnce);
  });

  it('ends the relay: store_unavailable to the sender, /readyz 503, exit 1; what was acknowledged is there after it', async () => {
    const dataDir = join(folder, 'data');
    await using relay = await startServe({ dataDir, env: preload() });
    const room = await openRoom(relay);
    // Who does not answer the close keeps the relay from its end for a moment, in which it can be asked.
    await using stubborn = await room.controller('stubborn', { answersClose: false });
    await using sender = await openReceiptSender(room);
    sender.send('pump', 'before');
    expect(await sender.nextTold()).toEqual({ id: 'before', state: 'queued' });

    writeFileSync(breaker, '');
    sender.send('pump', 'lost');
    expect(await sender.nextTold()).toEqual({ id: 'lost', state: 'store_unavailable' });
    expect((await stubborn.nextClose()).code).toBe(1001);
    const ready = await fetch(`${relay.http}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ status: 'error', message: expect.stringContaining('failed') });

    const { code, stderr } = await relay.process.exited;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^the relay ends: the disk of .* failed: disk I\/O error/m);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(readFileSync(breaker, 'utf8')).toMatch(triedOnce);

    await using next = await startServe({ dataDir });
    await using pump = await roomOf(next, room.user, room.authKey).controller('pump');
    expect(await pump.nextJson()).toMatchObject({ _id: 'before', _offline_queued: true });
  });
});
