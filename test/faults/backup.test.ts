import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTemporaryFolder, runRelay, type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { flagged } from '../e2e/contract/queueing.ts';
import { openRoom, roomOf, type TestRoom } from '../e2e/contract/test-room.ts';
import { load, openReceiptSender, roomy } from './receipts.ts';

let folder: string;
let relay: ServedRelay;
let room: TestRoom;
beforeEach(async () => {
  folder = makeTemporaryFolder();
  relay = await startServe({ dataDir: join(folder, 'data') });
  room = await openRoom(relay, roomy);
});
afterEach(async () => {
  await relay[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const targets = ['t0', 't1', 't2', 't3'];

async function downloadBackup(name: string): Promise<string> {
  const headers = { authorization: `Bearer ${relay.bootstrap?.adminKey}` };
  const response = await fetch(`${relay.http}/api/admin/backup`, { method: 'POST', headers });
  expect(response.status).toBe(200);
  const path = join(folder, name);
  writeFileSync(path, await response.bytes());
  return path;
}

/** The `_id` of every message in a copy, which must be whole. */
function idsIn(path: string): Set<string> {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    const rows = database.prepare('SELECT message_id FROM message').all();
    return new Set(rows.map((row) => String(JSON.parse(String(row.message_id)))));
  } finally {
    database.close();
  }
}

describe('FAULTS 11: a backup while messages are written', () => {
  it('opens, passes the integrity check and holds all that was acknowledged before it began; the queues go on', async () => {
    const queued = new Set<string>();
    let goesOn = true;
    await using sender = await openReceiptSender(room);
    const loading = load(sender, 'm', {
      targets,
      window: 200,
      text: 'x'.repeat(2000),
      goesOn: () => goesOn,
      onTold({ id, state }) {
        expect(state).toBe('queued');
        queued.add(id);
        if (queued.size === 10_000) enough.resolve();
      },
    });
    const enough = Promise.withResolvers<void>();
    await enough.promise;
    let queuedDuring = 0;
    for (const name of ['first.backup', 'second.backup', 'third.backup']) {
      const before = new Set(queued);
      const copy = await downloadBackup(name);
      queuedDuring += queued.size - before.size;
      expect(before.difference(idsIn(copy)).size).toBe(0);
    }
    goesOn = false;
    await loading;
    expect(queuedDuring).toBeGreaterThan(200);
    expect(queued.difference(idsIn(await downloadBackup('last.backup'))).size).toBe(0);
  });

  it('comes back as a relay that delivers what waited, in order and flagged, to the same keys', async () => {
    const texts = Array.from({ length: 50 }, (_, n) => `{"target":"pump","n":${n}}`);
    await using sender = await room.controller('sender');
    for (const text of texts) sender.sendText(text);
    await room.untilWaiting('pump', 50);
    const copy = await downloadBackup('relay.backup');
    await relay.stop('SIGKILL');

    const dataDir = join(folder, 'restored');
    expect(await runRelay(['restore', copy, '--data', dataDir])).toMatchObject({ code: 0 });
    await using restored = await startServe({ dataDir });
    await using pump = await roomOf(restored, room.user, room.authKey).controller('pump');
    for (const text of texts) expect(await pump.nextText()).toBe(flagged(text));
  });
});
