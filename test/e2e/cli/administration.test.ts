import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runRelay, type ServedRelay, spawnRelay, startServe } from '../built-relay.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
beforeAll(async () => {
  relay = await startServe();
});
afterAll(() => relay[Symbol.asyncDispose]());

const run = (args: readonly string[], env: object = {}) => runRelay(args, { env: { ...relay.env, ...env } });

/** Runs a command that must succeed, and reads its one JSON document. */
async function json(...args: string[]) {
  const { code, stdout, stderr } = await run([...args, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe('relay device', () => {
  it('add prints the token once, with --json as the machine contract says', async () => {
    expect(await json('device', 'add', 'gate')).toEqual({
      device: 'gate',
      device_token: expect.stringMatching(/^rly_device_/),
    });
    const again = await run(['device', 'add', 'gate']);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('gate');
  });

  it('add shows people the token, the address, and a worker to paste with both in it', async () => {
    const { code, stdout } = await run(['device', 'add', 'pump']);
    expect(code).toBe(0);
    const token = /Token: +(rly_device_\S+)/.exec(stdout)?.[1];
    expect(stdout).toContain(`Address:  ${relay.url}`);
    expect(stdout).toContain(`URL = "${relay.url}"`);
    expect(stdout).toContain(`DEVICE_TOKEN = "${token}"`);
    expect((await run(['device', 'add', 'valve', '-q'])).stdout).toMatch(/^rly_device_\S+\n$/);
  });

  it('ls and show say what the relay knows', async () => {
    const { devices } = await json('device', 'ls');
    expect(devices).toContainEqual({
      device: 'gate',
      state: 'offline',
      online_since: null,
      last_seen: null,
      waiting: 0,
      registered: true,
    });
    expect(await json('device', 'show', 'gate')).toMatchObject({ device: 'gate', registered: true, address: null });
    expect((await run(['device', 'ls'])).stdout).toMatch(/^DEVICE +PRESENCE +SEEN +WAITING +REGISTERED\n/);
  });

  it('show, rm and rotate-token say which device was meant', async () => {
    for (const command of [['show'], ['rm', '--yes'], ['rotate-token', '--yes']]) {
      const { code, stderr } = await run(['device', ...command, 'gaet']);
      expect(code).toBe(1);
      expect(stderr).toContain('there is no device "gaet"; did you mean "gate"?');
    }
  });

  it('rotate-token needs --yes where nobody sits; the old token dies, and its session with it', async () => {
    const { device_token: old } = await json('device', 'add', 'rotated');
    const env = { RELAY_URL: relay.url, RELAY_DEVICE_TOKEN: old };
    await using device = spawnRelay(['listen'], { env });
    await device.stderr.waitFor(/listening as rotated/);
    expect((await run(['device', 'rotate-token', 'rotated'])).code).toBe(2);
    const { device_token: next } = await json('device', 'rotate-token', 'rotated', '--yes');
    expect(next).not.toBe(old);
    expect((await device.exited).code).toBe(3);
  });

  it('rm says with --dry-run what would go, and removes it with --yes', async () => {
    await json('device', 'add', 'gone');
    await run(['send', '-t', 'gone', 'a=1']);
    expect(await json('device', 'rm', 'gone', '--dry-run')).toEqual({ device: 'gone', waiting: 1, state: 'offline' });
    const refused = await run(['device', 'rm', 'gone']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--yes');
    expect(await json('device', 'rm', 'gone', '--yes')).toEqual({ device: 'gone', removed: true });
    expect((await run(['device', 'show', 'gone'])).code).toBe(1);
  });
});

describe('relay user', () => {
  it('add prints the key once, with --json as the machine contract says, and its limits hold', async () => {
    const added = await json('user', 'add', 'lab', '--limit', 'queue_messages=1', '--limit', 'queue_ttl=1h');
    expect(added).toEqual({ user: 'lab', auth_key: expect.stringMatching(/^rly_master_/) });
    const env = { RELAY_AUTH_KEY: added.auth_key };
    expect((await run(['send', '--force', '-t', 'x', 'a=1'], env)).code).toBe(0);
    expect((await run(['send', '-t', 'x', 'a=1'], env)).code).toBe(5);
    const { users } = await json('user', 'ls');
    expect(users).toContainEqual(
      expect.objectContaining({
        user: 'lab',
        limits: expect.objectContaining({ queue_messages: 1, queue_ttl: 3_600_000 }),
      }),
    );
  });

  it('set changes a limit, and takes it back to the default', async () => {
    await json('user', 'add', 'changed');
    const limits = async (limit: string) => (await json('user', 'set', 'changed', '--limit', limit)).limits;
    expect((await limits('queue_messages=7')).queue_messages).toBe(7);
    expect((await limits('idle_timeout=unlimited')).idle_timeout).toBe('unlimited');
    expect((await limits('queue_messages=default')).queue_messages).toBe(50);
  });

  it('refuses a limit that there is not, and one of the server, before anything is sent', async () => {
    const refusal = async (limit: string) => {
      const { code, stderr } = await run(['user', 'add', 'never', '--limit', limit]);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refusal('queue_mesages=5')).toContain('did you mean "queue_messages"?');
    expect(await refusal('queue_ttl=5')).toContain('write a duration');
    expect(await refusal('auth_failures=5')).toContain('relay serve');
    expect((await json('user', 'ls')).users.map(({ user }: { user: string }) => user)).not.toContain('never');
  });

  it('rm names what would go, needs --yes, and closes what was connected', async () => {
    const { auth_key } = await json('user', 'add', 'leaving');
    await using session = spawnRelay(['listen'], { env: { RELAY_URL: relay.url, RELAY_AUTH_KEY: auth_key } });
    await session.stderr.waitFor(/listening as/);
    expect(await json('user', 'rm', 'leaving', '--dry-run')).toEqual({
      user: 'leaving',
      keys: 1,
      devices: 0,
      connections: 1,
    });
    expect((await run(['user', 'rm', 'leaving'])).code).toBe(2);
    expect(await json('user', 'rm', 'leaving', '--yes')).toEqual({ user: 'leaving', removed: true });
    expect((await session.exited).code).toBe(3);
    expect((await run(['user', 'rm', 'laeving', '--yes'])).code).toBe(1);
  });

  it('needs an admin key: 2 without one, 3 with another', async () => {
    expect((await run(['user', 'ls'], { RELAY_ADMIN_KEY: undefined })).code).toBe(2);
    expect((await run(['user', 'ls'], { RELAY_ADMIN_KEY: relay.bootstrap?.authKey })).code).toBe(3);
  });
});

describe('relay key', () => {
  it('adds, lists and revokes master keys, so that they can be exchanged one by one', async () => {
    const { user, key, auth_key } = await json('key', 'add', 'default');
    expect(user).toBe('default');
    const env = { RELAY_AUTH_KEY: auth_key };
    expect((await run(['presence'], env)).code).toBe(0);
    expect((await json('key', 'ls')).keys).toContainEqual({ key, kind: 'master', created_at: expect.any(String) });
    expect((await run(['key', 'rm', key])).code).toBe(2);
    expect(await json('key', 'rm', key, '--yes')).toEqual({ key, removed: true });
    expect((await run(['presence'], env)).code).toBe(3);
    expect((await run(['key', 'rm', key, '--yes'])).code).toBe(1);
  });

  it('adds, lists and revokes admin keys', async () => {
    const { key, admin_key } = await json('key', 'add', '--admin');
    expect((await run(['user', 'ls'], { RELAY_ADMIN_KEY: admin_key })).code).toBe(0);
    expect((await json('key', 'ls', '--admin')).keys).toContainEqual(expect.objectContaining({ key, kind: 'admin' }));
    expect(await json('key', 'rm', key, '--yes')).toEqual({ key, removed: true });
    expect((await run(['user', 'ls'], { RELAY_ADMIN_KEY: admin_key })).code).toBe(3);
  });

  it('refuses a whole key on the command line', async () => {
    const { code, stderr } = await run(['key', 'rm', 'rly_master_aaaaaaaaaaaa_x', '--yes']);
    expect(code).toBe(2);
    expect(stderr).toContain('does not belong on a command line');
  });

  it('makes an admin key in the data folder while the relay is stopped, and only then', async () => {
    await using stopped = await startServe();
    const offline = ['key', 'add', '--admin', '--data', stopped.dataDir, '--json'];
    const running = await runRelay(offline);
    expect(running.code).toBe(1);
    expect(running.stderr).toContain(stopped.dataDir);
    await stopped.stop();
    const { code, stdout } = await runRelay(offline);
    expect(code).toBe(0);
    await using again = await startServe({ dataDir: stopped.dataDir });
    const env = { RELAY_URL: again.url, RELAY_ADMIN_KEY: JSON.parse(stdout).admin_key };
    expect((await runRelay(['user', 'ls', '--json'], { env })).stdout).toContain('"default"');
  });

  it('makes nothing where no relay has its data', async () => {
    const { code, stderr } = await runRelay(['key', 'add', '--admin', '--data', '/nowhere/at/all']);
    expect(code).toBe(1);
    expect(stderr).toContain('/nowhere/at/all holds no data of a relay');
  });
});
