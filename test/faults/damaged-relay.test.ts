import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/server/store/sqlite-store.ts';
import { runRelay, type ServedRelay, spawnRelay, startServe } from '../e2e/built-relay.ts';
import { callApiOk } from '../e2e/contract/http-api.ts';
import { flagged, numbered, queue } from '../e2e/contract/queueing.ts';
import { createRandom } from '../e2e/contract/random.ts';
import { login, openRoom, roomOf, type TestRoom } from '../e2e/contract/test-room.ts';
import { opcodes, writeFrame } from '../e2e/raw-frame.ts';
import { openRawWebSocket } from '../e2e/raw-websocket.ts';
import { makeTemporaryFolder } from '../e2e/watched-process.ts';

const seed = Number(process.env.DAMAGE_SEED ?? Date.now() % 1_000_000);

let folder: string;
let dataDir: string;
let database: string;
let backup: string;
let room: TestRoom;
beforeEach(async () => {
  folder = makeTemporaryFolder();
  dataDir = join(folder, 'data');
  database = join(dataDir, 'relay.db');
  backup = join(folder, 'relay.backup');
  const relay = await startServe({ dataDir });
  room = await openRoom(relay);
  for (const target of ['pump', 'gate']) await queue(room, target, numbered(target, 0, 20).map(padded));
  expect(await runRelay(['backup', backup], { env: relay.env })).toMatchObject({ code: 0 });
  // The log is written back into the main file.
  expect(await relay.stop('SIGTERM')).toMatchObject({ code: 0 });
  return () => rmSync(folder, { recursive: true, force: true });
});

/** Long enough that most bytes of the file are payload. */
const padded = (text: string) => text.replace('}', `,"fill":"${'.'.repeat(1500)}"}`);

async function numbersFor(relay: ServedRelay, target: string): Promise<number[]> {
  const after = roomOf(relay, room.user, room.authKey);
  await using client = await after.controller(target);
  const numbers: number[] = [];
  client.sendJson({ target, last: true });
  for (let message = await client.nextJson(); message.last !== true; message = await client.nextJson()) {
    numbers.push(Number(message.n));
  }
  await after.untilWaiting(target, 0);
  return numbers;
}

const all = Array.from({ length: 20 }, (_, n) => n);

describe('FAULTS 5: bits flipped in the payload of a record', () => {
  it('only that record is lost, its sender is not invented, and the log says which it was', async () => {
    const bytes = readFileSync(database);
    const at = bytes.indexOf('{"target":"pump","n":7,') + 40;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0b0001_0100, at);
    writeFileSync(database, bytes);
    await using relay = await startServe({ dataDir });
    expect(await numbersFor(relay, 'pump')).toEqual(all.filter((n) => n !== 7));
    expect(await numbersFor(relay, 'gate')).toEqual(all);
    const log = relay.process.stderr.text().split('\n');
    const said = log.filter((line) => line.includes('record-damaged'));
    expect(said).toHaveLength(1);
    expect(JSON.parse(said[0] ?? '')).toMatchObject({ event: 'record-damaged', table: 'message' });
    expect(said[0]).toContain('for pump');
    const metrics = await (await fetch(`${relay.http}/metrics`)).text();
    expect(metrics).toMatch(/^softlab_relay_messages_total\{state="damaged"\} 1$/m);
  });
});

describe('FAULTS 5: the name of a queue that is another one', () => {
  it('what waited under it is lost alone, counted and told, and waits for no other name', async () => {
    // By SQL, so that the index has the same name: a bit in one of the two is the business of flipped-bits.test.ts.
    const sql = new DatabaseSync(database);
    expect(sql.prepare("UPDATE queue SET target = 'gatd' WHERE target = 'gate'").run()).toMatchObject({ changes: 1 });
    sql.close();
    await using relay = await startServe({ dataDir });
    const queues = await callApiOk(relay, '/api/queue/', { key: room.authKey });
    expect(queues).toMatchObject({ queues: [{ target: 'pump', waiting: 20 }] });
    const metrics = await (await fetch(`${relay.http}/metrics`)).text();
    expect(metrics).toMatch(/^softlab_relay_messages_total\{state="damaged"\} 20$/m);
    expect(metrics).toMatch(/^softlab_relay_queued_messages 20$/m);
    expect(relay.process.stderr.text()).toMatch(/"event":"record-damaged","table":"queue".*"messages":20/);
    const after = roomOf(relay, room.user, room.authKey);
    await queue(after, 'gate', numbered('gate', 20, 22));
    expect(await numbersFor(relay, 'gate')).toEqual([20, 21]);
    expect(await numbersFor(relay, 'pump')).toEqual(all);
  });
});

describe('FAULTS 5: the record of a user that is damaged', () => {
  it('is lost alone and told; what waits for the user counts for nothing', async () => {
    const sql = new DatabaseSync(database);
    const renamed = sql.prepare("UPDATE user_account SET name = name || '!' WHERE name = ?").run(room.user);
    expect(renamed).toMatchObject({ changes: 1 });
    sql.close();
    await using relay = await startServe({ dataDir });
    await expect(roomOf(relay, room.user, room.authKey).controller('pump')).rejects.toThrow(/invalid_credentials/);
    const log = relay.process.stderr.text();
    expect(log).toMatch(/"event":"record-damaged","table":"user_account"/);
    expect(log).toMatch(/"event":"user-lost","user":"[^"]+","messages":40/);
    const metrics = await (await fetch(`${relay.http}/metrics`)).text();
    expect(metrics).toMatch(/^softlab_relay_queued_messages 0$/m);
    expect(metrics).toMatch(/^softlab_relay_queues 0$/m);
  });
});

describe('FAULTS 5: a file that is damaged in its structure', () => {
  /** Starts the relay, which must refuse in one sentence that names the file and the way back. */
  async function expectRefusal(): Promise<void> {
    await using relay = spawnRelay(['serve', '--json', '--port', '0', '--data', dataDir]);
    const { code, signal, stdout, stderr } = await relay.exited;
    expect({ code, signal, stdout, stderr }).toEqual({ code: 1, signal: null, stdout: '', stderr: expect.any(String) });
    expect(stderr).toMatch(
      /^relay: .*relay\.db is (damaged|empty or was removed).*`relay restore FILE --data DIR`.*\n$/,
    );
  }

  const whole = () => readFileSync(database);
  const damages: readonly (readonly [string, () => void])[] = [
    ['cut off at a page', () => truncateSync(database, 4 * 4096)],
    ['cut off within a page', () => truncateSync(database, Math.floor(whole().length * 0.7))],
    ['cut off by a few bytes', () => truncateSync(database, whole().length - 3)],
    ['cut off after its first bytes', () => truncateSync(database, 30)],
    ['of garbage', () => writeFileSync(database, Buffer.alloc(whole().length, 'garbage! '))],
    ['of zeros', () => writeFileSync(database, Buffer.alloc(whole().length))],
    ['emptied beside the marker that says it was initialised', () => truncateSync(database, 0)],
    ['removed beside that marker', () => rmSync(database)],
  ];

  it.each(damages)('%s: the relay does not start, and says what to do', async (_what, damage) => {
    damage();
    await expectRefusal();
  });

  it('what the sentence says works: the backup comes back in an empty folder', async () => {
    truncateSync(database, 5000);
    await expectRefusal();
    const restored = join(folder, 'restored');
    expect(await runRelay(['restore', backup, '--data', restored])).toMatchObject({ code: 0 });
    await using relay = await startServe({ dataDir: restored });
    expect(await numbersFor(relay, 'pump')).toEqual(all);
    expect(await numbersFor(relay, 'gate')).toEqual(all);
  });

  it(`random bytes at random places (seed ${seed}): it starts or says why not, never dies of a signal, delivers nothing changed`, async () => {
    const random = createRandom(seed);
    const original = whole();
    const sent = new Set(['pump', 'gate'].flatMap((target) => numbered(target, 0, 20).map(padded).map(flagged)));
    for (let round = 0; round < 12; round += 1) {
      const bytes = Buffer.from(original);
      for (let n = 0; n < 1 + round; n += 1) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      writeFileSync(database, bytes);
      await using relay = spawnRelay(['serve', '--json', '--port', '0', '--data', dataDir]);
      const listening = await relay.stdout.waitFor(/"event":"listening","url":"([^"]*)"/).catch(() => undefined);
      if (listening === undefined) {
        expect(await relay.exited).toMatchObject({ code: 1, signal: null });
        continue;
      }
      await expectNothingChanged(listening[1] ?? '', sent);
      relay.kill('SIGTERM');
      expect(await relay.exited).toMatchObject({ signal: null });
    }
  });

  it('while the relay runs: who sends is told, /readyz is 503, and it ends with 1 and the sentence of a start', async () => {
    // More than SQLite keeps in memory, so that the claim of the queue has to read the file.
    await fillQueue('well', 24 * 1024 * 1024);
    await using relay = await startServe({ dataDir });
    const after = roomOf(relay, room.user, room.authKey);
    // Who does not answer the close keeps the relay from its end for a moment, in which it can be asked.
    await using stubborn = await after.controller('stubborn', { answersClose: false });
    await using well = await openRawWebSocket(relay.url);
    const bytes = whole();
    writeFileSync(database, bytes.fill('garbage! ', 4096));

    // The login claims what waits. The message comes with it in one piece, so that it is read before the claim has failed.
    const sent = [
      { auth_key: room.authKey, sender: 'well', extensions: ['receipts'] },
      { target: 'nobody-here', _id: 'lost' },
    ];
    const frames = sent.map((value) => writeFrame({ opcode: opcodes.text, payload: JSON.stringify(value) }));
    await well.sendBytes(Buffer.concat(frames));
    expect(await well.nextJson()).toMatchObject({ status: 'authenticated' });
    expect(await well.nextJson()).toMatchObject({ status: 'error', code: 'store_unavailable', _id: 'lost' });
    expect((await stubborn.nextClose()).code).toBe(1001);
    const ready = await fetch(`${relay.http}/readyz`);
    expect(ready.status).toBe(503);
    const sentence = /relay\.db is damaged \(.*malformed.*\).*`relay restore FILE --data DIR`/;
    expect(await ready.json()).toMatchObject({ status: 'error', message: expect.stringMatching(sentence) });

    const { code, signal, stderr } = await relay.process.exited;
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    const said = stderr.split('\n').filter((line) => !line.startsWith('{') && line !== '');
    expect(said).toEqual([expect.stringMatching(sentence)]);
    expect(said[0]).toMatch(/^the relay ends: /);
  });

  /** Queues so many bytes for a target, past the limits, in a relay that is stopped. */
  async function fillQueue(target: string, payloadBytes: number): Promise<void> {
    const store = await openSqliteStore({ dataDir, listener: { onRelieved() {}, onFatal() {} } });
    const { users } = await store.directory.load();
    const userId = users.find(({ name }) => name === room.user)?.userId ?? '';
    const payload = Buffer.from(`{"target":"${target}","fill":"${'.'.repeat(100_000)}"}`);
    const times = { queuedAtMs: Date.now(), expiresAtMs: Number.POSITIVE_INFINITY };
    await Promise.all(
      Array.from({ length: payloadBytes / payload.length }, () =>
        store.queue.enqueue({ userId, target, sender: 'filler', payload, ...times }),
      ),
    );
    await store.close();
  }

  async function expectNothingChanged(url: string, sent: ReadonlySet<string>): Promise<void> {
    for (const target of ['pump', 'gate']) {
      // The user or its key may be what was damaged; then nobody can log in, and nothing is delivered.
      const client = await login(url, { auth_key: room.authKey, sender: target }).catch(() => undefined);
      if (client === undefined) continue;
      client.sendJson({ target, last: true });
      for (let text = await client.nextText(); !text.includes('"last":true'); text = await client.nextText()) {
        expect(sent).toContain(text);
      }
      await client[Symbol.asyncDispose]();
    }
  }
});
