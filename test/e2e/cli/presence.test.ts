import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeTemporaryFolder, runRelay, type ServedRelay, spawnRelay, startServe } from '../built-relay.ts';
import type { RawWebSocket } from '../raw-websocket.ts';
import { logInRaw } from './raw-login.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
let gate: RawWebSocket;
beforeAll(async () => {
  relay = await startServe();
  gate = await logInRaw(relay.url, relay.bootstrap?.authKey ?? '', 'gate');
  await runRelay(['device', 'add', 'pump', '-q'], { env: relay.env });
});
afterAll(async () => {
  await gate[Symbol.asyncDispose]();
  await relay[Symbol.asyncDispose]();
});

const presence = (...args: string[]) => runRelay(['presence', ...args], { env: relay.env });

describe('relay presence', () => {
  it('prints with --json the object of GET /api/presence/', async () => {
    expect((await presence('--json')).stdout).toBe('{"gate":"online","pump":"offline"}\n');
    expect((await presence('--json', 'gate', 'nobody')).stdout).toBe('{"gate":"online","nobody":"offline"}\n');
  });

  it('shows a table to people, and what was meant by a name that nobody has', async () => {
    const { code, stdout, stderr } = await presence('gaet');
    expect(code).toBe(0);
    expect(stdout).toBe('CLIENT  PRESENCE\ngaet    offline\n');
    expect(stderr).toBe('the room has never seen "gaet"; did you mean "gate"?\n');
  });

  it.each(['constructor', '__proto__'])('takes %s for a name like any other', async (name) => {
    expect(await presence(name)).toMatchObject({ code: 0, stdout: expect.stringMatching(/offline\n$/) });
    await using watching = spawnRelay(['presence', name, '--watch', '--json'], { env: relay.env });
    await watching.stdout.waitFor(new RegExp(`^\\{"${name}":"offline"\\}\\n`));
  });

  it('answers with -q by exit code alone', async () => {
    expect(await presence('-q', 'gate')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(await presence('-q', 'gate', 'pump')).toMatchObject({ code: 1, stdout: '', stderr: '' });
  });

  it('prints with --watch all of it and then the changes', async () => {
    await using watching = spawnRelay(['presence', '--watch', '--json'], { env: relay.env });
    await watching.stdout.waitFor(/^\{"gate":"online","pump":"offline"\}\n/);
    await using _lamp = await logInRaw(relay.url, relay.bootstrap?.authKey ?? '', 'lamp');
    await watching.stdout.waitFor(/\n\{"lamp":"online"\}\n/);
    watching.kill('SIGINT');
    expect((await watching.exited).code).toBe(130);
  });

  it('goes on with --watch when the relay comes back, and says what has changed meanwhile', async () => {
    const dataDir = makeTemporaryFolder();
    const first = await startServe({ dataDir });
    const authKey = first.bootstrap?.authKey ?? '';
    const env = { RELAY_URL: first.url, RELAY_AUTH_KEY: authKey };
    await using _lamp = await logInRaw(first.url, authKey, 'lamp');
    await using watching = spawnRelay(['presence', '--watch', '--json'], { env });
    await watching.stdout.waitFor(/^\{"lamp":"online"\}\n/);
    await first[Symbol.asyncDispose]();
    await watching.stderr.waitFor(/trying again/);
    await using second = await startServe({ dataDir, port: first.port });
    await watching.stdout.waitFor(/\n\{"lamp":"offline"\}\n/);
    await using _bell = await logInRaw(second.url, authKey, 'bell');
    await watching.stdout.waitFor(/\n\{"bell":"online"\}\n/);
    watching.kill('SIGTERM');
    expect((await watching.exited).code).toBe(143);
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('exits 3 for a wrong key and 4 where nobody listens, also with --watch', async () => {
    const code = async (env: object, ...args: string[]) =>
      (await runRelay(['presence', ...args], { env: { ...relay.env, ...env } })).code;
    expect(await code({ RELAY_AUTH_KEY: 'wrong' })).toBe(3);
    expect(await code({ RELAY_URL: 'http://127.0.0.1:1' }, '--watch')).toBe(4);
  });
});
