import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeCertificates } from '../../client/certificates.ts';
import { hasTool } from '../../tools.ts';
import { makeTemporaryFolder, runRelay, type ServedRelay, startServe } from '../built-relay.ts';
import { callApiOk } from '../contract/http-api.ts';
import { openRawWebSocket } from '../raw-websocket.ts';
import { startPublishedRelay } from './published-relay.ts';
import { logInRaw } from './raw-login.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
let folder: string;
const key = () => relay.bootstrap?.authKey ?? '';
beforeAll(async () => {
  // Who says nothing for a second is silent, so that the test of it is short.
  relay = await startServe({ limits: { ping_after: '400ms', silent_after: '1s' } });
  folder = makeTemporaryFolder();
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

interface Check {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly advice?: string;
}

/** What it found wrong, which is the last check, and how it ended. */
async function doctor(args: readonly string[] = [], env: object = {}) {
  const { code, stdout } = await runRelay(['doctor', '--json', ...args], { env: { ...relay.env, ...env } });
  const { ok, checks, device } = JSON.parse(stdout);
  const failed: Check | undefined = checks.find((check: Check) => !check.ok);
  return { code, ok, names: checks.map(({ check }: Check) => check), failed, device };
}

/** Listens on a free port, says where, and closes at the end. */
async function listen<Listener extends Server>(server: Listener): Promise<{ readonly host: string } & AsyncDisposable> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

describe('relay doctor', () => {
  it('finds nothing wrong where nothing is, and takes nobody’s id', async () => {
    await using console_ = await logInRaw(relay.url, key(), 'console');
    const { code, ok, names } = await doctor([], { RELAY_SENDER: 'console' });
    expect({ code, ok, names }).toEqual({
      code: 0,
      ok: true,
      names: ['name', 'tcp', 'upgrade', 'login', 'round trip', 'clock'],
    });
    console_.sendJson({ action: 'ping' });
    expect(await console_.nextJson()).toEqual({ status: 'pong' });
  });

  it('says it to people, line by line', async () => {
    const { code, stdout } = await runRelay(['doctor'], { env: relay.env });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^ok {4}name .*\nok {4}tcp .*\nok {4}upgrade .*\nok {4}login .*\nok {4}round trip .*\nok {4}clock .*\n$/,
    );
  });

  it('knows a dead port', async () => {
    const { code, failed } = await doctor([], { RELAY_URL: 'ws://127.0.0.1:1' });
    expect({ code, failed }).toMatchObject({
      code: 4,
      failed: { check: 'tcp', detail: expect.stringContaining('does the relay run there?') },
    });
  });

  it('knows a name that does not exist', async () => {
    const { code, failed } = await doctor([], { RELAY_URL: 'ws://relay.invalid' });
    expect({ code, failed }).toMatchObject({
      code: 4,
      failed: { check: 'name', detail: expect.stringContaining('spelled right') },
    });
  });

  it('knows a wrong key, and a revoked device token', async () => {
    const wrong = await doctor([], { RELAY_AUTH_KEY: 'rly_master_wrong' });
    expect(wrong).toMatchObject({
      code: 3,
      failed: { check: 'login', advice: expect.stringContaining('relay login') },
    });
    const token = await doctor([], { RELAY_AUTH_KEY: undefined, RELAY_DEVICE_TOKEN: 'rly_device_wrong' });
    expect(token).toMatchObject({
      code: 3,
      failed: { check: 'login', advice: expect.stringContaining('rotate-token') },
    });
  });

  it('knows a wrong path, and the right one', async () => {
    const { code, failed } = await doctor([], { RELAY_URL: `${relay.http}/some/where` });
    expect({ code, failed }).toMatchObject({
      code: 4,
      failed: { check: 'upgrade', advice: `the path is wrong: use ${relay.url}` },
    });
  });

  it('knows a plain HTTP server, one that redirects, and one that is none', async () => {
    await using plain = await listen(createServer((_request, response) => response.end('<h1>It works!</h1>')));
    const found = await doctor([], { RELAY_URL: `http://${plain.host}` });
    expect(found).toMatchObject({
      code: 4,
      failed: {
        check: 'upgrade',
        detail: expect.stringContaining('HTTP 200'),
        advice: expect.stringContaining('no relay'),
      },
    });
    await using moved = await listen(
      createServer((_request, response) => response.writeHead(301, { location: 'https://relay.example.org/' }).end()),
    );
    const redirected = await doctor([], { RELAY_URL: `http://${moved.host}` });
    expect(redirected.failed?.advice).toBe('use the address https://relay.example.org/');
    await using other = await listen(
      createTcpServer(
        (socket) =>
          void socket
            .on('error', () => {})
            .resume()
            .end('220 mail ESMTP\r\n'),
      ),
    );
    const mail = await doctor([], { RELAY_URL: `http://${other.host}` });
    expect(mail).toMatchObject({
      code: 4,
      failed: { check: 'upgrade', detail: expect.stringContaining('does not speak HTTP') },
    });
  });

  it('knows a relay of the published contract alone, and that nothing is wrong with it', async () => {
    await using published = await startPublishedRelay();
    const { code, names } = await doctor([], { RELAY_URL: published.url });
    expect({ code, names: names.includes('login') }).toEqual({ code: 0, names: true });
  });

  it('asks with a device token over HTTP, so that the session of the device goes on', async () => {
    const request = { key: key(), method: 'POST', body: { device: 'lamp' } } as const;
    const { device_token } = await callApiOk(relay, '/api/devices/', request);
    await using lamp = await openRawWebSocket(relay.url);
    lamp.sendJson({ device_token });
    await lamp.nextJson();
    const { code, names } = await doctor([], { RELAY_AUTH_KEY: undefined, RELAY_DEVICE_TOKEN: device_token });
    expect({ code, names }).toEqual({ code: 0, names: ['name', 'tcp', 'upgrade', 'login', 'clock'] });
    lamp.sendJson({ action: 'ping' });
    expect(await lamp.nextJson()).toEqual({ status: 'pong' });
  });
});

describe.runIf(hasTool('openssl'))('relay doctor over TLS', () => {
  it('knows a certificate that is not trusted, one for another name, and plain text where TLS is meant', async () => {
    const { ca, cert, key: certKey } = makeCertificates(['DNS:elsewhere.example.org']);
    const [caFile, certFile, keyFile] = [join(folder, 'ca.pem'), join(folder, 'cert.pem'), join(folder, 'key.pem')];
    writeFileSync(caFile, ca);
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, certKey);
    await using secure = await startServe({ args: ['--tls-cert', certFile, '--tls-key', keyFile] });
    const untrusted = await doctor([], secure.env);
    expect(untrusted).toMatchObject({
      code: 4,
      failed: { check: 'tls', detail: expect.stringContaining('--ca-file') },
    });
    const misnamed = await doctor(['--ca-file', caFile], secure.env);
    expect(misnamed).toMatchObject({
      code: 4,
      failed: { check: 'tls', detail: expect.stringContaining('another name') },
    });
    const plain = await doctor([], { RELAY_URL: relay.url.replace('ws:', 'wss:') });
    expect(plain).toMatchObject({ code: 4, failed: { check: 'tls', detail: expect.stringContaining('ws://') } });
  });
});

describe('relay doctor --to', () => {
  it('shows a device that is there: since when, from where, what waits, the last outcomes', async () => {
    await using gate = await logInRaw(relay.url, key(), 'gate');
    gate.sendJson({ target: 'gate', hello: 'me' });
    await gate.nextJson();
    const { code, names, device } = await doctor(['--to', 'gate']);
    expect({ code, names: names.slice(-2) }).toEqual({ code: 0, names: ['device', 'queue'] });
    expect(device).toMatchObject({
      state: 'online',
      address: '127.0.0.1',
      outcomes: [{ state: 'sent', from: 'gate' }],
    });
    expect((await doctor(['gate'])).device).toMatchObject({ device: 'gate', state: 'online' });
    const { stdout } = await runRelay(['doctor', '--to', 'gate'], { env: relay.env });
    expect(stdout).toMatch(/ok {4}device +gate is online since .* from 127\.0\.0\.1\n(.*\n)*LAST OUTCOMES/);
  });

  it('knows one that the room has never seen, and the one that was meant', async () => {
    await using _gate = await logInRaw(relay.url, key(), 'gate');
    const { code, failed } = await doctor(['--to', 'gaet']);
    expect({ code, failed }).toMatchObject({
      code: 5,
      failed: {
        check: 'device',
        detail: expect.stringContaining('did you mean "gate"?'),
        advice: expect.stringContaining('relay device add'),
      },
    });
  });

  it('knows one that is connected and silent', async () => {
    await using silent = await openRawWebSocket(relay.url, { answersPings: false });
    silent.sendJson({ auth_key: key(), sender: 'mute' });
    await silent.nextJson();
    await using watcher = await openRawWebSocket(relay.url);
    watcher.sendJson({ auth_key: key(), sender: 'watcher', extensions: ['presence'] });
    await watcher.nextJson();
    watcher.sendJson({ action: 'watch' });
    for (let devices: unknown = {}; JSON.stringify(devices) !== '{"mute":"offline"}'; ) {
      ({ devices } = await watcher.nextJson());
    }
    await callApiOk(relay, '/api/messages/', { key: key(), method: 'POST', body: { target: 'mute', n: 1 } });
    const { code, failed } = await doctor(['--to', 'mute']);
    expect({ code, failed }).toMatchObject({
      code: 1,
      failed: {
        check: 'device',
        detail: expect.stringContaining('silent'),
        advice: expect.stringContaining('restart'),
      },
    });
  });

  it('knows one that has gone', async () => {
    await callApiOk(relay, '/api/devices/', { key: key(), method: 'POST', body: { device: 'pump' } });
    const { code, failed } = await doctor(['--to', 'pump']);
    expect({ code, failed }).toMatchObject({
      code: 1,
      failed: { check: 'device', advice: expect.stringContaining('token') },
    });
  });
});
