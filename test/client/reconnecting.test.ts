import { createServer, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { RelayConnectionError } from '../../src/client/errors.ts';
import { commander, nextPhase, watchClient } from './clients.ts';
import { startFakeRelay } from './fake-relay.ts';

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A port of which it is known that nothing listens there. */
async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const wrongKey = { authKey: 'wrong', sender: 'commander' };

describe('coming back', () => {
  it('sends the credentials again after every loss, and waits longer from time to time', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url);
    const { client, clock } = watched;
    const stopListening = client.on('message', () => undefined);
    for (const [attempt, ceilingMs] of [
      [2, 500],
      [3, 1000],
      [4, 2000],
    ] as const) {
      const session = await relay.logins.next();
      expect(session.credentials).toBe(JSON.stringify({ auth_key: commander.authKey, sender: commander.sender }));
      await nextPhase(watched, 'authenticated');
      session.socket.terminate();
      const waiting = await nextPhase(watched, 'waiting');
      expect(waiting).toMatchObject({ attempt, retryAtMs: clock.nowMs() + ceilingMs });
      expect(waiting.ending).toMatchObject({ kind: 'lost', closeCode: 1006 });
      const back = client.ready();
      clock.advance(ceilingMs);
      expect(await nextPhase(watched, 'connecting')).toEqual({ phase: 'connecting', attempt });
      expect(await back).toBe('commander');
    }
    stopListening();
  });

  it('does not fight with a newer session of the same id', async () => {
    await using relay = await startFakeRelay();
    await using older = watchClient(relay.url);
    await nextPhase(older, 'authenticated');
    await using newer = watchClient(relay.url);
    await newer.client.ready();
    const { ending } = await nextPhase(older, 'closed');
    expect(ending).toMatchObject({ kind: 'replaced', closeCode: 4009, reason: 'a newer session took the id' });
    expect(older.clock.running).toBe(0);
    expect(newer.client.state.phase).toBe('authenticated');
  });

  it('gives up on a wrong key with a person before it', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url, { credentials: wrongKey, mode: 'interactive' });
    const ready = watched.client.ready();
    await expect(ready).rejects.toThrow(RelayConnectionError);
    expect((await nextPhase(watched, 'closed')).ending).toEqual({
      kind: 'refused',
      closeCode: 4003,
      reason: 'the key is not known',
      error: { status: 'error', code: 'invalid_credentials', message: 'the key is not known' },
    });
    expect(await watched.refusals.next()).toMatchObject({ code: 'invalid_credentials' });
  });

  it('tries a wrong key again after a quarter of an hour at the latest when nobody is there', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url, { credentials: wrongKey });
    const { retryAtMs } = await nextPhase(watched, 'waiting');
    expect(retryAtMs - watched.clock.nowMs()).toBe(15 * 60_000);
    watched.clock.advance(15 * 60_000);
    await relay.refusals.next();
    await relay.refusals.next();
  });

  it('tries once when it was told so, and says why it failed', async () => {
    const port = await closedPort();
    await using watched = watchClient(`ws://127.0.0.1:${port}/ws/connect/`, { reconnect: false });
    await expect(watched.client.ready()).rejects.toThrow(`nothing listens at 127.0.0.1:${port}`);
    const { ending } = await nextPhase(watched, 'closed');
    expect(ending).toMatchObject({ kind: 'unreachable', problem: 'connection_refused', closeCode: 1006 });
  });

  it.each([
    ['HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n', 'not_a_relay', /HTTP 404.*is the path right/],
    ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi', 'not_a_relay', /not as a relay does \(HTTP 200\)/],
    ['HTTP/1.1 301 Moved\r\nlocation: https://b.example/\r\ncontent-length: 0\r\n\r\n', 'not_a_relay', /redirects to/],
    ['HTTP/1.1 503 Unavailable\r\ncontent-length: 0\r\n\r\n', 'network', /takes no more connections/],
    ['SSH-2.0-OpenSSH_9.2\r\n', 'not_a_relay', /does not speak HTTP/],
    ['', 'network', /hung up before it answered/],
  ])('says what answered instead of a relay: %j', async (upgradeAnswer, problem, words) => {
    await using relay = await startFakeRelay({ upgradeAnswer });
    await using watched = watchClient(relay.url);
    const { ending, retryAtMs } = await nextPhase(watched, 'waiting');
    expect(ending).toMatchObject({ kind: 'unreachable', problem, reason: expect.stringMatching(words) });
    expect(retryAtMs - watched.clock.nowMs()).toBe(500);
  });

  it('does not take a WebSocket server that is no relay for one', async () => {
    await using relay = await startFakeRelay({
      onCredentials(_text, socket) {
        socket.send('{"hello":"world"}');
        return true;
      },
    });
    await using watched = watchClient(relay.url);
    const { ending } = await nextPhase(watched, 'waiting');
    expect(ending).toMatchObject({ kind: 'unreachable', problem: 'not_a_relay' });
  });

  it('gives a server that says nothing no longer than the connect time-out', async () => {
    const silent = createServer();
    const accepted = new Promise((resolve) => silent.once('connection', resolve));
    const port = await listen(silent);
    await using watched = watchClient(`ws://127.0.0.1:${port}/ws/connect/`);
    await accepted;
    watched.clock.advance(10_000);
    const { ending } = await nextPhase(watched, 'waiting');
    expect(ending).toMatchObject({ kind: 'unreachable', problem: 'timeout', reason: 'no connection within 10000 ms' });
    silent.close();
  });

  it('gives a relay that does not answer the credentials no longer either', async () => {
    let asked: () => void = () => undefined;
    const credentialsCame = new Promise<void>((resolve) => {
      asked = resolve;
    });
    await using relay = await startFakeRelay({
      onCredentials() {
        asked();
        return true;
      },
    });
    await using watched = watchClient(relay.url, { connectTimeoutMs: 3000 });
    await credentialsCame;
    watched.clock.advance(3000);
    const { ending } = await nextPhase(watched, 'waiting');
    expect(ending.reason).toBe('no answer to the credentials within 3000 ms');
  });

  it('notices a connection that is dead without a word, and comes back', async () => {
    let deaf = true;
    await using relay = await startFakeRelay({ onMessage: () => deaf });
    await using watched = watchClient(relay.url);
    await nextPhase(watched, 'authenticated');
    const first = await relay.logins.next();
    watched.clock.advance(30_000);
    expect(await first.received.next()).toBe('{"action":"ping"}');
    watched.clock.advance(11_000);
    const { ending } = await nextPhase(watched, 'waiting');
    expect(ending).toMatchObject({ kind: 'lost', reason: 'the relay was silent for 10000 ms after a ping' });

    deaf = false;
    const roundTrip = new Promise<number>((resolve) => watched.client.on('roundTrip', resolve));
    watched.clock.advance(500);
    const second = await relay.logins.next();
    await watched.client.ready();
    watched.clock.advance(30_000);
    expect(await second.received.next()).toBe('{"action":"ping"}');
    expect(await roundTrip).toBe(0);
  });

  it('ends whatever it was doing when it is closed', async () => {
    await using relay = await startFakeRelay({ onCredentials: () => true });
    const connecting = watchClient(relay.url);
    const waiting = watchClient(`ws://127.0.0.1:${await closedPort()}/ws/connect/`);
    await nextPhase(waiting, 'waiting');
    const notReady = expect(connecting.client.ready()).rejects.toThrow('closed by this client');
    await Promise.all([connecting.client.close(), waiting.client.close(), notReady]);
    for (const { client, clock } of [connecting, waiting]) {
      expect(client.state.phase).toBe('closed');
      expect(clock.running).toBe(0);
    }
  });
});
