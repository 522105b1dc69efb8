import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates } from '../../client/certificates.ts';
import { hasTool } from '../../tools.ts';
import { makeTemporaryFolder, type ServedRelay, spawnRelay, startServe } from '../built-relay.ts';
import { openRawWebSocket } from '../raw-websocket.ts';
import { login, settle } from './test-room.ts';

describe.runIf(hasTool('openssl'))('PROTOCOL A1: wss', () => {
  let folder: string;
  let relay: ServedRelay;
  let ca: string;
  beforeAll(async () => {
    folder = makeTemporaryFolder();
    const certificates = makeCertificates(['DNS:localhost', 'IP:127.0.0.1']);
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    writeFileSync(cert, certificates.cert);
    writeFileSync(key, certificates.key);
    ca = certificates.ca;
    relay = await startServe({ dataDir: join(folder, 'data'), args: ['--tls-cert', cert, '--tls-key', key] });
  });
  afterAll(async () => {
    await relay[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is what a relay with a certificate says and speaks', async () => {
    expect(relay.url).toMatch(/^wss:\/\/127\.0\.0\.1:\d+\/ws\/connect\/$/);
    expect(relay.http).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    await using client = await login(relay.url, { auth_key: relay.bootstrap?.authKey, sender: 'client' }, { ca });
    for (let n = 0; n < 100; n++) client.sendJson({ target: 'client', n, pad: 'x'.repeat(n * 100) });
    for (let n = 0; n < 100; n++) expect((await client.nextJson()).n).toBe(n);
    await settle(client);
  });

  it('is not spoken with who does not know the certificate, and not without TLS', async () => {
    await expect(openRawWebSocket(relay.url)).rejects.toThrow(/certificate/);
    await expect(openRawWebSocket(relay.url.replace('wss:', 'ws:'))).rejects.toThrow();
    await using client = await login(relay.url, { auth_key: relay.bootstrap?.authKey, sender: 'client' }, { ca });
    await settle(client);
  });

  it.each([
    ['says nothing', ''],
    ['sends half a handshake', '\u0016\u0003\u0001\u0002\u0000\u0001'],
    ['speaks HTTP without TLS', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('who %s is closed within 5 s, as without TLS (FAULTS 22)', { timeout: 20_000 }, async (_, bytes) => {
    const startedMs = performance.now();
    const socket = connect(Number(new URL(relay.http).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    socket.write(bytes);
    await once(socket, 'close');
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  it('ends with 1001 like the other', async () => {
    await using client = await login(relay.url, { auth_key: relay.bootstrap?.authKey, sender: 'client' }, { ca });
    const closed = client.nextClose();
    expect(await relay.stop('SIGTERM')).toMatchObject({ code: 0 });
    expect((await closed).code).toBe(1001);
  });
});

describe('FAULTS "Keys": plain text beyond this machine', { timeout: 60_000 }, () => {
  const serve = (...args: string[]) => spawnRelay(['serve', '--json', '--port', '0', '--data', 'data', ...args]);

  it('is refused with a sentence that says what allows it', async () => {
    await using relay = serve('--host', '0.0.0.0');
    const { code, stdout, stderr } = await relay.exited;
    expect(code).toBeGreaterThan(0);
    expect(stdout).toBe('');
    expect(stderr).toContain('--allow-plaintext');
  });

  it('is possible for who says so', async () => {
    await using relay = serve('--host', '0.0.0.0', '--allow-plaintext');
    await relay.stdout.waitFor(/"event":"listening"/);
  });
});
