import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasTool } from '../../tools.ts';
import { makeTemporaryFolder, runRelay, type ServedRelay, startServe } from '../built-relay.ts';
import { startPublishedRelay } from './published-relay.ts';
import { spawnRelayInTerminal } from './shell.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
let configDir: string;
beforeAll(async () => {
  relay = await startServe();
});
afterAll(() => relay[Symbol.asyncDispose]());
beforeEach(() => {
  configDir = makeTemporaryFolder();
});
afterEach(() => rmSync(configDir, { recursive: true, force: true }));

const keys = () => relay.bootstrap ?? { user: '', authKey: '', adminKey: '' };
const run = (args: readonly string[], input = '') => runRelay(args, { input, env: { RELAY_CONFIG_DIR: configDir } });

const saved = () => JSON.parse(readFileSync(join(configDir, 'profiles.json'), 'utf8'));

describe('relay profile', () => {
  it('saves keys from standard input in a file of its owner, and the commands use it', async () => {
    const args = ['profile', 'add', 'prod', '--url', relay.url, '--auth-key-stdin', '--admin-key-stdin'];
    const { code } = await run(args, `${keys().authKey}\n${keys().adminKey}\n`);
    expect(code).toBe(0);
    expect(statSync(join(configDir, 'profiles.json')).mode & 0o777).toBe(0o600);
    expect((await run(['presence', '--json'])).stdout).toBe('{}\n');
    expect((await run(['user', 'ls', '--profile', 'prod'])).code).toBe(0);
  });

  it('lists profiles without their keys', async () => {
    await run(
      ['profile', 'add', 'prod', '--url', relay.url, '--sender', 'console', '--auth-key-stdin'],
      keys().authKey,
    );
    const listed = await run(['profile', 'ls', '--json']);
    expect(JSON.parse(listed.stdout)).toEqual({
      current: 'prod',
      profiles: [{ profile: 'prod', url: relay.url, sender: 'console', credentials: ['auth_key'] }],
    });
    expect(listed.stdout + (await run(['profile', 'ls'])).stdout).not.toContain(keys().authKey);
  });

  it('adds a key for the same address; for another address the old keys go, which needs --yes', async () => {
    await run(['profile', 'add', 'prod', '--url', relay.url, '--auth-key-stdin'], 'first');
    expect((await run(['profile', 'add', 'prod', '--admin-key-stdin'], 'second')).code).toBe(0);
    expect(saved().profiles.prod).toEqual({ url: relay.url, auth_key: 'first', admin_key: 'second' });
    const moved = ['profile', 'add', 'prod', '--url', 'wss://elsewhere.example'];
    expect((await run(moved)).code).toBe(2);
    expect(saved().profiles.prod.url).toBe(relay.url);
    expect((await run([...moved, '--yes'])).code).toBe(0);
    expect(saved().profiles.prod).toEqual({ url: 'wss://elsewhere.example/ws/connect/' });
  });

  it('use and rm go by name, with a hint for a mistyped one', async () => {
    await run(['profile', 'add', 'one', '--url', relay.url]);
    await run(['profile', 'add', 'two', '--url', relay.url]);
    expect((await run(['profile', 'use', 'two'])).code).toBe(0);
    expect(saved().current).toBe('two');
    const mistyped = await run(['profile', 'use', 'tow']);
    expect(mistyped).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean "two"?') });
    expect((await run(['profile', 'rm', 'two'])).code).toBe(2);
    expect((await run(['profile', 'rm', 'two', '--yes', '--json'])).stdout).toBe('{"profile":"two","removed":true}\n');
    expect(Object.keys(saved().profiles)).toEqual(['one']);
  });

  it('refuses an address that is none, a name that is none, and two kinds of key in one', async () => {
    expect((await run(['profile', 'add', 'x', '--url', 'ftp://host'])).code).toBe(2);
    expect((await run(['profile', 'add', 'a/b', '--url', relay.url])).code).toBe(2);
    expect((await run(['profile', 'add', 'x'])).code).toBe(2);
    const both = ['profile', 'add', 'x', '--url', relay.url, '--auth-key-stdin', '--device-token-stdin'];
    expect((await run(both, 'a\nb\n')).code).toBe(2);
    expect((await run(['profile', 'add', 'x', '--url', relay.url, '--auth-key-stdin'])).code).toBe(2);
  });
});

describe('relay login', () => {
  it('checks the key before it saves it', async () => {
    const login = (key: string) => run(['login', relay.http, '--name', 'prod', '--auth-key-stdin'], key);
    const refused = await login('rly_master_aaaaaaaaaaaa_wrong');
    expect(refused.code).toBe(3);
    expect((await run(['profile', 'ls', '--json'])).stdout).toContain('"profiles":[]');
    expect((await login(keys().authKey)).code).toBe(0);
    expect(saved()).toEqual({ current: 'prod', profiles: { prod: { url: relay.url, auth_key: keys().authKey } } });
  });

  it('checks an admin key and a device token too', async () => {
    const env = { RELAY_CONFIG_DIR: configDir, ...relay.env };
    const { stdout } = await runRelay(['device', 'add', 'gate', '--json'], { env });
    const token = JSON.parse(stdout).device_token;
    expect((await run(['login', relay.url, '--name', 'gate', '--device-token-stdin'], token)).code).toBe(0);
    expect((await run(['login', relay.url, '--name', 'admin', '--admin-key-stdin'], keys().adminKey)).code).toBe(0);
    expect((await run(['login', relay.url, '--name', 'no', '--admin-key-stdin'], keys().authKey)).code).toBe(3);
  });

  it('logs in once where the server has no HTTP side', async () => {
    await using server = await startPublishedRelay();
    expect((await run(['login', server.url, '--name', 'other', '--auth-key-stdin'], 'any key')).code).toBe(3);
    expect((await run(['login', server.url, '--name', 'other', '--auth-key-stdin'], 'any-key')).code).toBe(0);
    expect(saved().profiles.other).toEqual({ url: server.url, auth_key: 'any-key' });
  });

  it('says what it needs where nobody can be asked', async () => {
    expect(await run(['login'])).toMatchObject({ code: 2, stderr: expect.stringContaining('relay login URL') });
    expect(await run(['login', relay.url])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--auth-key-stdin'),
    });
    expect((await run(['login', 'ws://127.0.0.1:1', '--auth-key-stdin'], 'k')).code).toBe(4);
  });

  describe.runIf(hasTool('python3-websocket'))('in a terminal', () => {
    const env = () => ({ RELAY_CONFIG_DIR: configDir });

    it('asks for address and key, and does not show the key', async () => {
      await using login = spawnRelayInTerminal(['login', '--name', 'asked'], { env: env() });
      await login.stdout.waitFor(/Address of the relay: /);
      login.write(`${relay.http}\r`);
      await login.stdout.waitFor(/\(not shown\): /);
      login.write(`${keys().authKey}\r`);
      const { code, stdout } = await login.exited;
      expect(code).toBe(0);
      expect(stdout).not.toContain(keys().authKey);
      expect(saved().profiles.asked.auth_key).toBe(keys().authKey);
    });

    it('tells the kind of a key by itself', async () => {
      await using login = spawnRelayInTerminal(['login', relay.http, '--name', 'admin'], { env: env() });
      await login.stdout.waitFor(/\(not shown\): /);
      login.write(`${keys().adminKey}\r`);
      expect((await login.exited).code).toBe(0);
      expect(saved().profiles.admin.admin_key).toBe(keys().adminKey);
    });

    it('ends with 130 on Ctrl+C at the question, and asks nothing with --no-input', async () => {
      await using login = spawnRelayInTerminal(['login', relay.http], { env: env() });
      await login.stdout.waitFor(/\(not shown\): /);
      login.write('\u0003');
      expect((await login.exited).code).toBe(130);
      await using silent = spawnRelayInTerminal(['login', relay.http, '--no-input'], { env: env() });
      expect((await silent.exited).code).toBe(2);
    });

    it('asks a missing key for one command, and before it removes something', async () => {
      await run(['profile', 'add', 'keyless', '--url', relay.url]);
      await using asked = spawnRelayInTerminal(['presence', '--json'], { env: env() });
      await asked.stdout.waitFor(/Master key \(auth_key\) for .* \(not shown\): /);
      asked.write(`${keys().authKey}\r`);
      expect((await asked.exited).code).toBe(0);

      for (const [answer, code, left] of [
        ['n', 1, ['keyless']],
        ['y', 0, []],
      ] as const) {
        await using removing = spawnRelayInTerminal(['profile', 'rm', 'keyless'], { env: env() });
        await removing.stdout.waitFor(/Forget profile keyless .*\[y\/N\] /);
        removing.write(`${answer}\r`);
        expect((await removing.exited).code).toBe(code);
        expect(Object.keys(saved().profiles)).toEqual(left);
      }
    });
  });
});
