import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeCertificates } from '../../client/certificates.ts';
import { hasTool } from '../../tools.ts';
import { makeTemporaryFolder, runRelay, spawnRelay, startServe } from '../built-relay.ts';
import { spawnRelayInTerminal } from './shell.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
let dataDir: string;
beforeEach(() => {
  folder = makeTemporaryFolder();
  dataDir = join(folder, 'data');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const keyPattern = /rly_[a-z]+_[A-Za-z0-9]+_[A-Za-z0-9_-]+/g;

describe('relay serve --json (UX, machine contract)', () => {
  it('prints the bootstrap once, then the address, and nothing else on standard output', async () => {
    await using first = await startServe({ dataDir });
    const lines = first.process.stdout.text().trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        event: 'bootstrap',
        user: 'default',
        auth_key: expect.stringMatching(/^rly_master_/),
        admin_key: expect.stringMatching(/^rly_admin_/),
      },
      {
        event: 'listening',
        url: `ws://127.0.0.1:${first.port}/ws/connect/`,
        http: `http://127.0.0.1:${first.port}`,
      },
    ]);
    await first.stop();

    await using second = await startServe({ dataDir });
    expect(second.process.stdout.text()).toMatch(/^\{"event":"listening".*\}\n$/);
    expect((await runRelay(['presence', '--json'], { env: { ...first.env, RELAY_URL: second.url } })).code).toBe(0);
  });

  it('logs JSON lines on standard error, and no key in them', async () => {
    await using relay = await startServe({ args: ['--log-level', 'trace'] });
    await runRelay(['device', 'add', 'gate', '--json'], { env: relay.env });
    await runRelay(['send', '-t', 'gate', 'a=1'], { env: relay.env });
    await runRelay(['presence'], { env: { ...relay.env, RELAY_AUTH_KEY: 'rly_master_aaaaaaaaaaaa_wrong' } });
    const { stderr } = await relay.stop();
    const events = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ msg }) => msg)).toContain('listening');
    expect(stderr.match(keyPattern)).toBeNull();
  });

  it('exits 0 on SIGTERM and 130 on SIGINT', async () => {
    const [terminated, interrupted] = await Promise.all([startServe(), startServe()]);
    expect((await terminated.stop('SIGTERM')).code).toBe(0);
    expect((await interrupted.stop('SIGINT')).code).toBe(130);
    await Promise.all([terminated[Symbol.asyncDispose](), interrupted[Symbol.asyncDispose]()]);
  });

  it('reads limits again on SIGHUP, and keeps the old ones when the file is broken', async () => {
    const config = join(folder, 'relay.json');
    writeFileSync(config, JSON.stringify({ limit: { queue_messages: '7' }, 'log-level': 'info' }));
    await using relay = await startServe({ args: ['--config', config] });
    const queueMessages = async () => {
      const { stdout } = await runRelay(['user', 'ls', '--json'], { env: relay.env });
      return JSON.parse(stdout).users[0].limits.queue_messages;
    };
    expect(await queueMessages()).toBe(7);

    writeFileSync(config, JSON.stringify({ limit: { queue_messages: '9' } }));
    relay.process.kill('SIGHUP');
    await relay.process.stderr.waitFor(/are read again/);
    expect(await queueMessages()).toBe(9);

    writeFileSync(config, '{');
    relay.process.kill('SIGHUP');
    await relay.process.stderr.waitFor(/nothing was reloaded: --config/);
    expect(await queueMessages()).toBe(9);
  });

  it.runIf(hasTool('openssl'))('changes nothing on SIGHUP when the certificate cannot be used', async () => {
    const [config, cert, key] = [join(folder, 'relay.json'), join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const certificates = makeCertificates(['IP:127.0.0.1']);
    writeFileSync(cert, certificates.cert);
    writeFileSync(key, certificates.key);
    writeFileSync(config, JSON.stringify({ limit: { queue_messages: 7 }, 'tls-cert': cert, 'tls-key': key }));
    await using relay = await startServe({ args: ['--config', config] });
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, certificates.ca);

    writeFileSync(cert, 'no certificate');
    writeFileSync(config, JSON.stringify({ limit: { queue_messages: 9 }, 'tls-cert': cert, 'tls-key': key }));
    relay.process.kill('SIGHUP');
    await relay.process.stderr.waitFor(/nothing was reloaded: the certificate and its key cannot be used/);
    const { stdout } = await runRelay(['user', 'ls', '--json', '--ca-file', ca], { env: relay.env });
    expect(JSON.parse(stdout).users[0].limits.queue_messages).toBe(7);
  });

  it.each([
    [['--trust-proxy', 'nonsense'], /--trust-proxy takes addresses/],
    [['--trust-proxy', '10.0.0.0/99'], /--trust-proxy takes addresses/],
    [['--public-url', 'relay.example.org'], /--public-url is no address/],
    [['--public-url', 'https://user:secret@relay.example.org'], /--public-url is no address/],
    [['--host', '127.example.org'], /127\.example\.org is not a loopback address/],
    [['--origin', 'https://app.example.org/'], /--origin "https:\/\/app\.example\.org\/" is none that a browser sends/],
    [['--tls-cert', '/dev/null', '--tls-key', '/dev/null'], /the certificate and its key cannot be used/],
  ])('says in a sentence what is wrong with %j, and makes nothing', async (args, sentence) => {
    const { code, stdout, stderr } = await runRelay(['serve', '--json', '--port', '0', '--data', dataDir, ...args]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(existsSync(dataDir)).toBe(false);
  });

  it('takes flags before the environment, and that before the file', async () => {
    const config = join(folder, 'relay.json');
    writeFileSync(config, JSON.stringify({ limit: { queue_messages: 1, connections: 1, devices: 1 } }));
    await using relay = await startServe({
      args: ['--config', config],
      limits: { queue_messages: '3' },
      env: { RELAY_SERVE_LIMIT: 'queue_messages=2,connections=2' },
    });
    const { stdout } = await runRelay(['user', 'ls', '--json'], { env: relay.env });
    expect(JSON.parse(stdout).users[0].limits).toMatchObject({ queue_messages: 3, connections: 2, devices: 1 });
  });
});

describe('relay serve without --json', () => {
  it('puts the keys of the first start into a file of its owner, where nobody sits, and says where', async () => {
    await using relay = spawnRelay(['serve', '--port', '0', '--data', dataDir]);
    await relay.stderr.waitFor(/listening at ws:\/\/127\.0\.0\.1:\d+\/ws\/connect\//);
    const path = join(dataDir, 'bootstrap.json');
    expect(relay.stderr.text()).toContain(`the keys of this first start are in ${path}`);
    expect(relay.stderr.text()).toContain(`data in ${dataDir}`);
    expect(relay.stderr.text().match(keyPattern)).toBeNull();
    expect(relay.stdout.text()).toBe('');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ user: 'default', auth_key: expect.any(String) });
  });

  it('keeps its data in the platform’s own place unless told otherwise', async () => {
    await using relay = spawnRelay(['serve', '--port', '0'], { env: { XDG_DATA_HOME: folder } });
    await relay.stderr.waitFor(/listening at/);
    expect(relay.stderr.text()).toContain(`data in ${join(folder, 'softlab-relay')}`);
    expect(existsSync(join(folder, 'softlab-relay', 'bootstrap.json'))).toBe(true);
  });

  describe.runIf(hasTool('python3-websocket'))('on a terminal', () => {
    const configDir = () => join(folder, 'config');
    const env = () => ({ RELAY_CONFIG_DIR: configDir() });

    it('shows the keys and saves the profile "local", so that the other commands just work', async () => {
      await using relay = spawnRelayInTerminal(['serve', '--port', '0', '--data', dataDir], { env: env() });
      await relay.stdout.waitFor(/listening at/);
      expect(relay.stdout.text()).toMatch(/master key \(auth_key\) {2}rly_master_/);
      expect(existsSync(join(dataDir, 'bootstrap.json'))).toBe(false);
      expect((await runRelay(['presence', '--json'], { env: env() })).stdout).toBe('{}\n');
      expect((await runRelay(['user', 'ls'], { env: env() })).code).toBe(0);
      relay.write('\u0003');
      expect((await relay.exited).code).toBe(130);
    });

    it('never overwrites that profile', async () => {
      await runRelay(['profile', 'add', 'local', '--url', 'ws://127.0.0.1:1'], { env: env() });
      await using relay = spawnRelayInTerminal(['serve', '--port', '0', '--data', dataDir], { env: env() });
      await relay.stdout.waitFor(/listening at/);
      expect(relay.stdout.text()).toContain('Profile "local" exists and stays as it is');
      expect((await runRelay(['profile', 'ls', '--json'], { env: env() })).stdout).toContain('ws://127.0.0.1:1/');
    });
  });
});

describe('relay serve that cannot start', () => {
  const failure = async (args: readonly string[]) => {
    const { code, stdout, stderr } = await runRelay(['serve', '--json', ...args]);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    return { code, stderr };
  };

  it('says that the port is in use, and leaves no data folder behind', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, stderr } = await failure(['--port', String(port), '--data', dataDir]);
    server.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use`);
    expect(existsSync(dataDir)).toBe(false);
  });

  it('says that another relay has the data folder', async () => {
    await using _relay = await startServe({ dataDir });
    const { code, stderr } = await failure(['--port', '0', '--data', dataDir]);
    expect(code).toBe(1);
    expect(stderr).toContain(dataDir);
  });

  it('says that the folder is none', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const { code, stderr } = await failure(['--port', '0', '--data', join(file, 'data')]);
    expect(code).toBe(1);
    expect(stderr).toContain(join(file, 'data'));
  });

  it('refuses plain text beyond this machine unless it is allowed', async () => {
    const { code, stderr } = await failure(['--host', '0.0.0.0', '--port', '0', '--data', dataDir]);
    expect(code).toBe(1);
    expect(stderr).toContain('--allow-plaintext');
    await using relay = await startServe({ args: ['--host', '0.0.0.0', '--allow-plaintext'] });
    expect(relay.url).toBe(`ws://127.0.0.1:${relay.port}/ws/connect/`);
  });

  it('names a flag, a limit or a setting that there is not, with exit code 2', async () => {
    expect(await failure(['--prot', '1'])).toMatchObject({ code: 2, stderr: expect.stringContaining('"--port"') });
    expect(await failure(['--limit', 'queue=1'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"queue"'),
    });
  });
});
