import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeCertificates } from '../../client/certificates.ts';
import { hasTool } from '../../tools.ts';
import { makeTemporaryFolder, startServe } from '../built-relay.ts';
import { callApiOk } from '../contract/http-api.ts';
import { openRoom, roomOf, settle } from '../contract/test-room.ts';
import { startPythonClient } from './python-client.ts';

/** A server that sends everybody to another address. */
async function startRedirect(location: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer();
  server.on('upgrade', (_request, socket) => {
    socket.end(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { url: `ws://127.0.0.1:${address.port}`, [Symbol.asyncDispose]: async () => void server.close() };
}

describe.runIf(hasTool('python3-websocket'))('relay_client.py: connections', () => {
  it('keeps what is sent while the relay is away, and sends it in order when it is back', async () => {
    const folder = makeTemporaryFolder();
    const dataDir = join(folder, 'data');
    await using before = await startServe({ dataDir });
    const room = await openRoom(before);
    await room.token('gate');
    await using client = await startPythonClient(before, { auth_key: room.authKey, sender: 'desk', keep_for: 60 });
    await client.next('authenticated');
    await before.stop('SIGKILL');
    await client.next('disconnected');
    for (let n = 0; n < 5; n++) {
      const sent = await client.perform({ do: 'send', target: 'gate', payload: { n } });
      expect(sent).toMatchObject({ status: 'pending', is_final: false });
    }
    await using after = await startServe({ port: before.port, dataDir });
    await client.next('authenticated');
    const again = roomOf(after, room.user, room.authKey);
    await again.untilWaiting('gate', 5);
    const last = await client.perform({ do: 'send', target: 'gate', payload: { n: 5 }, wait: 10 });
    expect(last).toMatchObject({ status: 'queued' });
    const { messages } = await callApiOk<{ messages: { payload: string }[] }>(after, '/api/queue/gate', {
      key: room.authKey,
    });
    expect(messages.map(({ payload }) => JSON.parse(payload).n)).toEqual([0, 1, 2, 3, 4, 5]);
    await after.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says why it is not ready, when that takes too long', async () => {
    await using relay = await startServe();
    const options = { auth_key: 'key', sender: 'desk', url: 'ws://127.0.0.1:1' };
    await using client = await startPythonClient(relay, options);
    await client.next('disconnected');
    expect(await client.perform({ do: 'ready', timeout: 0.1 })).toMatchObject({
      code: 'timeout',
      detail: expect.stringContaining('ws://127.0.0.1:1/ws/connect/ cannot be reached'),
    });
  });

  it('follows no redirect, because its key is for the address that it was given', async () => {
    await using relay = await startServe();
    await using elsewhere = await startRedirect(relay.url);
    const options = { auth_key: relay.bootstrap?.authKey, sender: 'desk', url: elsewhere.url };
    await using client = await startPythonClient(relay, options);
    expect(await client.next('disconnected')).toMatchObject({
      detail: expect.stringContaining(`redirects to ${relay.url}; use that address`),
    });
    expect(client.all('authenticated')).toEqual([]);
  });

  it('keeps as much and as long as was said, refuses more, and tells what was not sent', async () => {
    await using relay = await startServe();
    const room = await openRoom(relay);
    const options = { auth_key: room.authKey, sender: 'desk', keep_for: 1, keep_messages: 2 };
    await using client = await startPythonClient(relay, options);
    await client.next('authenticated');
    await relay.stop('SIGKILL');
    await client.next('disconnected');
    const send = (id: string) => client.perform({ do: 'send', target: 'gate', payload: { _id: id } });
    expect([await send('a'), await send('b')]).toMatchObject([{ status: 'pending' }, { status: 'pending' }]);
    expect(await send('c')).toMatchObject({ event: 'failed', code: 'backlog' });
    expect(await client.next('undelivered')).toMatchObject({ n: 'a', code: 'not_sent' });
    expect(await client.next('undelivered')).toMatchObject({ n: 'b', code: 'not_sent' });
    expect(await client.perform({ do: 'stop', flush_timeout: 0 })).toMatchObject({ flushed: true });
    expect(client.all('closed')).toMatchObject([{ detail: expect.stringContaining('stopped') }]);
  });

  it('tells that nobody knows what became of a message when the relay goes before its word', async () => {
    await using relay = await startServe();
    const room = await openRoom(relay);
    await using gate = await room.device('gate', { answersPings: false });
    await using client = await startPythonClient(relay, { auth_key: room.authKey, sender: 'desk' });
    await client.next('authenticated');
    await client.perform({ do: 'send', target: 'gate', payload: { _id: 'm-1' } });
    await gate.nextJson();
    await relay.stop('SIGKILL');
    expect(await client.next('undelivered')).toMatchObject({ n: 'm-1', code: 'unknown' });
  });

  it('asks rarely, and says why, when its token was revoked', async () => {
    await using relay = await startServe();
    const room = await openRoom(relay);
    await using client = await startPythonClient(relay, { device_token: await room.token('gate') });
    await client.next('authenticated');
    await callApiOk(relay, '/api/devices/gate', { method: 'DELETE', key: room.authKey });
    const { detail } = await client.next('disconnected');
    expect(detail).toMatch(/; again in [3-9]\d\d\.\d s$/);
    expect(await client.perform({ do: 'ready', timeout: 20 })).toMatchObject({ event: 'failed', code: 'refused' });
  });

  it('gives way for good to another session with its id', async () => {
    await using relay = await startServe();
    const room = await openRoom(relay);
    await using client = await startPythonClient(relay, { device_token: await room.token('gate') });
    await client.next('authenticated');
    await using other = await room.device('gate');
    expect(await client.next('closed')).toMatchObject({ code: 4009 });
    expect(await client.perform({ do: 'send', target: 'x', payload: {} })).toMatchObject({ code: 'closed' });
    await settle(other);
  });

  it('notices a relay that hangs, and connects again as soon as it goes on', { timeout: 90_000 }, async () => {
    await using relay = await startServe();
    const room = await openRoom(relay);
    const options = { auth_key: room.authKey, sender: 'desk', heartbeat: 1 };
    await using client = await startPythonClient(relay, options);
    await client.next('authenticated');
    relay.process.kill('SIGSTOP');
    expect(await client.next('disconnected')).toMatchObject({ detail: expect.stringContaining('no answer to a ping') });
    relay.process.kill('SIGCONT');
    await client.next('authenticated');
  });

  it('carries out what had come before it was replaced', async () => {
    await using relay = await startServe();
    const room = await openRoom(relay);
    await using desk = await room.controller('desk');
    await using client = await startPythonClient(relay, { device_token: await room.token('gate') });
    await client.next('authenticated');
    desk.sendJson({ target: 'gate', do: 'block' });
    desk.sendJson({ target: 'gate', n: 2 });
    await settle(desk);
    await client.next('blocked');
    await using _other = await room.device('gate');
    await client.next('closed');
    await client.perform({ do: 'release' });
    await client.next('message');
    expect(await client.next('message')).toMatchObject({ message: { n: 2 } });
  });

  it('a handler that blocks holds up neither presence nor sending, and gets each message once', async () => {
    await using relay = await startServe({
      limits: { ping_after: '500ms', silent_after: '1500ms', idle_timeout: '4s' },
    });
    const room = await openRoom(relay);
    await using desk = await room.controller('desk');
    await using client = await startPythonClient(relay, { device_token: await room.token('gate') });
    await client.next('authenticated');
    desk.sendJson({ target: 'gate', do: 'block' });
    desk.sendJson({ target: 'gate', n: 1 });
    await client.next('blocked');
    // Longer than idle_timeout: a client that answers no pings would be away by then, and closed.
    const blockedAtMs = Date.now();
    while (Date.now() - blockedAtMs < 5_000) expect(await room.presence('gate')).toEqual({ gate: 'online' });
    const answer = await client.perform({ do: 'send', target: 'desk', payload: { n: 7 }, wait: 10 });
    expect(answer).toMatchObject({ status: 'delivered' });
    expect(await desk.nextJson()).toMatchObject({ n: 7 });
    await client.perform({ do: 'release' });
    await client.next('message');
    expect(await client.next('message')).toMatchObject({ message: { n: 1 } });
    expect(client.all('message').length).toBe(2);
    expect(client.all('disconnected')).toEqual([]);
  });

  it('gets a queued message again when it was killed before it was done', async () => {
    await using relay = await startServe();
    const room = await openRoom(relay);
    const token = await room.token('gate');
    await using desk = await room.controller('desk');
    desk.sendJson({ target: 'gate', do: 'block', n: 1 });
    await room.untilWaiting('gate', 1);
    await using first = await startPythonClient(relay, { device_token: token });
    await first.next('blocked');
    await first.kill('SIGKILL');
    await using second = await startPythonClient(relay, { device_token: token });
    expect(await second.next('blocked')).toMatchObject({ n: 1 });
    await second.perform({ do: 'release' });
    await second.next('message');
    await room.untilWaiting('gate', 0);
  });

  it('does not carry out twice what comes again after a reconnect', async () => {
    await using relay = await startServe();
    const room = await openRoom(relay);
    const token = await room.token('gate');
    await using desk = await room.controller('desk');
    desk.sendJson({ target: 'gate', do: 'block', n: 1 });
    desk.sendJson({ target: 'gate', n: 2 });
    await room.untilWaiting('gate', 2);
    const folder = relay.dataDir;
    await using client = await startPythonClient(relay, { device_token: token });
    await client.next('blocked');
    await relay.stop('SIGTERM');
    await client.next('disconnected');
    await using after = await startServe({ dataDir: folder, port: relay.port });
    await client.next('authenticated');
    await client.perform({ do: 'release' });
    await client.next('message');
    await client.next('message');
    await roomOf(after, room.user, room.authKey).untilWaiting('gate', 0);
    expect(client.all('message').map((event) => Object(event.message).n)).toEqual([1, 2]);
    await after.stop();
  });

  it.runIf(hasTool('openssl'))('trusts over TLS whom ca_file names, and nobody else', async () => {
    const { ca, cert, key } = makeCertificates(['DNS:localhost', 'IP:127.0.0.1']);
    const folder = makeTemporaryFolder();
    for (const [name, text] of Object.entries({ ca, cert, key })) writeFileSync(join(folder, name), text);
    await using plain = await startServe();
    const args = ['--tls-cert', join(folder, 'cert'), '--tls-key', join(folder, 'key')];
    await using relay = await startServe({ args });
    const options = { auth_key: relay.bootstrap?.authKey, sender: 'desk', url: relay.url };
    await using trusting = await startPythonClient(plain, { ...options, ca_file: join(folder, 'ca') });
    await trusting.next('authenticated');
    await using wary = await startPythonClient(plain, options);
    const { detail } = await wary.next('disconnected');
    expect(detail).toContain('CERTIFICATE_VERIFY_FAILED');
    rmSync(folder, { recursive: true, force: true });
  });
});
