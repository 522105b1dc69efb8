import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeTemporaryFolder, runRelay, type ServedRelay, spawnRelay, startServe } from '../built-relay.ts';
import type { RawWebSocket } from '../raw-websocket.ts';
import { startPublishedRelay } from './published-relay.ts';
import { logInRaw } from './raw-login.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
let sender: RawWebSocket;
let gate: RawWebSocket;
let folder: string;
beforeAll(async () => {
  relay = await startServe();
  sender = await logInRaw(relay.url, relay.bootstrap?.authKey ?? '', 'sender');
  gate = await logInRaw(relay.url, relay.bootstrap?.authKey ?? '', 'gate');
  folder = makeTemporaryFolder();
});
afterAll(async () => {
  await sender[Symbol.asyncDispose]();
  await gate[Symbol.asyncDispose]();
  await relay[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], env: object = {}) =>
  runRelay(args, { env: { ...relay.env, ...env }, cwd: folder });
const pathOf = (name: string) => join(folder, name);
const linesOf = (name: string) =>
  readFileSync(pathOf(name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

function writeRecording(name: string, ...messages: readonly object[]): void {
  writeFileSync(
    pathOf(name),
    messages.map((message) => `${JSON.stringify({ target: 'gate', ...message })}\n`).join(''),
  );
}

describe('relay record', () => {
  it('writes what arrives, which the relay then keeps no longer, and replay sends it again', async () => {
    sender.sendText('{"target":"console","n":1.0,"sender":"sender"}');
    sender.sendText('{"target":"console","n":2}');
    const { code, stdout } = await run(['record', 'console.ndjson', '--as', 'console', '--count', '2', '--json']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"file":"console.ndjson","messages":2,"dropped":0}\n' });
    expect(linesOf('console.ndjson')).toMatchObject([
      { ms: expect.any(Number), from: 'sender', target: 'console', queued: true, payload: { n: 1, sender: 'sender' } },
      { age_ms: expect.any(Number), payload: { target: 'console', n: 2 } },
    ]);
    expect(statSync(pathOf('console.ndjson')).mode & 0o777).toBe(0o600);
    const left = await run(['listen', '--as', 'console', '--timeout', '100ms', '--json']);
    expect(left).toMatchObject({ code: 0, stdout: '' });

    const replayed = await run(['replay', 'console.ndjson', '-t', 'gate', '--speed', '100', '--yes', '--json']);
    expect(replayed.code).toBe(0);
    expect(JSON.parse(replayed.stdout)).toEqual({ messages: 2, sent: 2, refused: 0, ms: expect.any(Number) });
    expect(await gate.nextText()).toBe('{"n":1.0,"sender":"sender","target":"gate"}');
    expect(await gate.nextJson()).toMatchObject({ n: 2, sender: expect.stringMatching(/^cli-/) });
  });

  it('--tap writes what passes in the room and what became of it, until Ctrl+C', async () => {
    await using recorder = spawnRelay(['record', 'room.ndjson', '--tap'], { env: relay.env, cwd: folder });
    await recorder.stderr.waitFor(/recording what passes in the room/);
    sender.sendText('{"target":"gate","n":12345678901234567890}');
    sender.sendText('{"target":"away","n":1}');
    await gate.nextText();
    await vi.waitUntil(() => linesOf('room.ndjson').length === 2, { timeout: 15_000 });
    recorder.kill('SIGINT');
    const { code, stderr } = await recorder.exited;
    expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringContaining('2 messages are in room.ndjson') });
    expect(readFileSync(pathOf('room.ndjson'), 'utf8')).toContain(
      '"payload":{"target":"gate","n":12345678901234567890}}\n',
    );
    expect(linesOf('room.ndjson')).toMatchObject([
      { from: 'sender', target: 'gate', outcome: 'sent' },
      { from: 'sender', target: 'away', outcome: 'queued' },
    ]);
  });

  it('does not replace a file without being told, and leaves no file behind when it fails', async () => {
    writeFileSync(pathOf('kept.ndjson'), 'kept\n');
    const refused = await run(['record', 'kept.ndjson', '--as', 'console', '--count', '1']);
    expect({ code: refused.code, stderr: refused.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('--yes'),
    });
    const unreachable = await run(['record', 'kept.ndjson', '--yes'], { RELAY_URL: 'ws://127.0.0.1:1' });
    expect(unreachable.code).toBe(4);
    expect(readFileSync(pathOf('kept.ndjson'), 'utf8')).toBe('kept\n');
    expect((await run(['record', 'new.ndjson'], { RELAY_AUTH_KEY: 'wrong' })).code).toBe(3);
    expect(existsSync(pathOf('new.ndjson'))).toBe(false);
    const replaced = await run(['record', 'kept.ndjson', '--yes', '--as', 'console', '--timeout', '100ms']);
    expect(replaced.code).toBe(0);
    expect(readFileSync(pathOf('kept.ndjson'), 'utf8')).toBe('');
  });

  it('exits 6 when too few come, 1 for an id that is online or a relay without tap, 2 for flags that make no sense', async () => {
    expect((await run(['record', 'few.ndjson', '--count', '1', '--timeout', '50ms'])).code).toBe(6);
    expect((await run(['record', 'other.ndjson', '--as', 'gate'])).code).toBe(1);
    expect((await run(['record', 'other.ndjson', '--tap', '--as', 'console'])).code).toBe(2);
    expect((await run(['record', '-'])).code).toBe(2);
    await using published = await startPublishedRelay();
    const { code, stderr } = await run(['record', 'other.ndjson', '--tap'], { RELAY_URL: published.url });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('no tap') });
    expect(existsSync(pathOf('other.ndjson'))).toBe(false);
  });
});

describe('relay replay', () => {
  it('says with --dry-run to whom how much would go, and sends nothing', async () => {
    writeRecording('plan.ndjson', { ms: 0, payload: { n: 1 } }, { ms: 4_000, payload: { n: 2 } });
    const { code, stdout, stderr } = await run(['replay', 'plan.ndjson', '--dry-run', '--speed', '2']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'over 2s\n' });
    expect(stdout).toMatch(/^gate +online +2$/m);
    const asJson = await run(['replay', 'plan.ndjson', '--dry-run', '--json']);
    expect(JSON.parse(asJson.stdout)).toEqual({ messages: 2, ms: 4_000, targets: { gate: 2 } });
    sender.sendText('{"target":"gate","n":"the next one"}');
    expect(await gate.nextJson()).toMatchObject({ n: 'the next one' });
  });

  it('asks first; where nobody can be asked it needs --yes', async () => {
    writeRecording('asked.ndjson', { ms: 0, payload: { n: 1 } });
    const { code, stderr } = await run(['replay', 'asked.ndjson']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Send 1 message to gate at 127\.0\.0\.1:\d+, over 0ms\?.* say --yes/);
  });

  it('stops at Ctrl+C and says how far it came', async () => {
    writeRecording('long.ndjson', { ms: 0, payload: { n: 1 } }, { ms: 3_600_000, payload: { n: 2 } });
    await using replay = spawnRelay(['replay', 'long.ndjson', '--yes'], { env: relay.env, cwd: folder });
    expect(await gate.nextJson()).toMatchObject({ n: 1 });
    replay.kill('SIGINT');
    const { code, stderr } = await replay.exited;
    expect({ code, stderr }).toEqual({ code: 130, stderr: '1 of 2 messages sent\n' });
  });

  it('refuses a target that the room has never seen, and sends nothing of a file that is broken', async () => {
    writeRecording('stray.ndjson', { ms: 0, payload: { n: 1 } }, { ms: 1, target: 'gaet', payload: { n: 2 } });
    const stray = await run(['replay', 'stray.ndjson', '--yes']);
    expect({ code: stray.code, stderr: stray.stderr }).toEqual({ code: 5, stderr: expect.stringContaining('gate') });
    writeFileSync(pathOf('broken.ndjson'), '{"ms":0,"target":"gate","payload":{"n":1}}\n{"ms":0,"tar\n');
    const broken = await run(['replay', 'broken.ndjson', '--yes']);
    expect(broken).toMatchObject({ code: 2, stderr: expect.stringContaining('line 2 of broken.ndjson is not JSON') });
    expect((await run(['replay', 'missing.ndjson', '--yes'])).code).toBe(1);
    expect((await run(['replay', 'broken.ndjson', '--speed', '0'])).code).toBe(2);
    sender.sendText('{"target":"gate","n":"the next one"}');
    expect(await gate.nextJson()).toMatchObject({ n: 'the next one' });
  });

  it('leaves out what went to sessions of commands that are gone', async () => {
    writeRecording(
      'room.ndjson',
      { ms: 0, payload: { n: 1 } },
      { ms: 1, target: 'cli-0123456789ab', payload: { n: 2 } },
    );
    const { code, stdout, stderr } = await run(['replay', 'room.ndjson', '--yes', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('left out: 1 message') });
    expect(JSON.parse(stdout)).toMatchObject({ messages: 1, sent: 1, refused: 0 });
    expect(await gate.nextJson()).toMatchObject({ n: 1 });
    writeRecording('replies.ndjson', { ms: 0, target: 'cli-0123456789ab', payload: { n: 2 } });
    expect((await run(['replay', 'replies.ndjson', '--yes'])).code).toBe(2);
  });

  it('exits 5 when the relay refuses some of it', async () => {
    const messages = Array.from({ length: 52 }, (_, n) => ({ ms: n / 10, target: 'full', payload: { n } }));
    writeRecording('full.ndjson', ...messages);
    const { code, stdout, stderr } = await run(['replay', 'full.ndjson', '--yes', '--force', '--json']);
    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({ messages: 52, sent: 52, refused: 2 });
    expect(stderr).toContain('full');
  });
});
