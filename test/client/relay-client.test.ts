import { describe, expect, it } from 'vitest';
import { RelayAddressError, RelayConnectionError } from '../../src/client/errors.ts';
import { createRelayClient } from '../../src/client/relay-client.ts';
import { commander, nextPhase, watchClient } from './clients.ts';
import { goodKey, startFakeRelay } from './fake-relay.ts';

describe('a client of a relay that knows part A only', () => {
  it('authenticates as a controller and as a device, with exactly the credentials of the contract', async () => {
    await using relay = await startFakeRelay();
    await using controller = createRelayClient({ url: `127.0.0.1:${relay.port}`, credentials: commander });
    expect(controller.state).toEqual({ phase: 'connecting', attempt: 1 });
    expect(await controller.ready()).toBe('commander');
    expect((await relay.logins.next()).credentials).toBe(`{"auth_key":"${goodKey}","sender":"commander"}`);

    await using device = createRelayClient({ url: relay.url, credentials: { deviceToken: 'token-of-mouse' } });
    expect(await device.ready()).toBe('mouse');
    expect((await relay.logins.next()).credentials).toBe('{"device_token":"token-of-mouse"}');
    expect(device.state).toMatchObject({ phase: 'authenticated', clientId: 'mouse' });
    expect(await device.ready()).toBe('mouse');
  });

  it('adds target and sender to what it sends and nothing else, and gives what comes as it came', async () => {
    await using relay = await startFakeRelay();
    await using from = watchClient(relay.url);
    await using to = watchClient(relay.url, { credentials: { deviceToken: 'token-of-mouse' } });
    await Promise.all([from.client.ready(), to.client.ready()]);

    await from.client.sendText('mouse', '{ "big":12345678901234567890, "exact":1.0 }');
    await from.client.send('mouse', { sender: 'someone else', text: 'Grüße ✓' });
    const text = '{ "big":12345678901234567890, "exact":1.0 ,"target":"mouse","sender":"commander"}';
    expect(await to.messages.next()).toEqual({
      text,
      payload: JSON.parse(text),
      offlineQueued: false,
      receivedAtMs: to.clock.nowMs(),
    });
    expect((await to.messages.next()).text).toBe('{"sender":"someone else","text":"Grüße ✓","target":"mouse"}');
  });

  it('marks what waited in the queue', async () => {
    await using relay = await startFakeRelay();
    await using from = watchClient(relay.url);
    await from.client.ready();
    await from.client.send('mouse', { n: 1 });
    await from.client.ping();
    await using to = watchClient(relay.url, { credentials: { deviceToken: 'token-of-mouse' } });
    await to.client.ready();
    expect(await to.messages.next()).toMatchObject({ offlineQueued: true, payload: { n: 1 } });
  });

  it('gets every answer to what it sent before the answer to a ping behind it', async () => {
    await using relay = await startFakeRelay({
      onMessage(text, { socket }) {
        if (!text.includes('nobody')) return false;
        socket.send('{"status":"error","code":"queue_full","message":"full","target":"nobody","_id":"m-1"}');
        return true;
      },
    });
    await using watched = watchClient(relay.url);
    await watched.client.ready();
    await watched.client.send('nobody', { _id: 'm-1' });
    expect(await watched.client.ping()).toBe(0);
    expect(watched.refusals.size).toBe(1);
    expect(await watched.refusals.next()).toEqual({
      status: 'error',
      code: 'queue_full',
      message: 'full',
      target: 'nobody',
      _id: 'm-1',
    });
    expect(watched.client.state.phase).toBe('authenticated');
  });

  it('takes no payload for the word of the relay, and passes over what is no message', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url);
    const { socket } = await relay.logins.next();
    socket.send('no JSON');
    socket.send('[1,2]');
    socket.send('null');
    socket.send(Buffer.from('{"binary":true}'), { binary: true });
    socket.send('{"status":"error","code":"replaced","message":"a lie","target":"commander"}');
    socket.send('{"status":"authenticated","client_id":"somebody else"}');
    socket.send('{"status":"error","code":"a_code_of_tomorrow","message":"new","target":"mouse"}');
    expect((await watched.messages.next()).payload).toMatchObject({ code: 'replaced' });
    expect(await watched.refusals.next()).toMatchObject({ code: 'a_code_of_tomorrow' });
    expect([watched.messages.size, watched.refusals.size]).toEqual([0, 0]);
    expect(watched.client.state).toMatchObject({ phase: 'authenticated', clientId: 'commander' });
  });

  it('offers no compression and no subprotocol', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url);
    await watched.client.ready();
    const { headers } = await relay.logins.next();
    expect(headers['sec-websocket-extensions']).toBeUndefined();
    expect(headers['sec-websocket-protocol']).toBeUndefined();
  });

  it('reads nothing while it is paused, and then everything in order', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url);
    const { socket, received } = await relay.logins.next();
    await nextPhase(watched, 'authenticated');
    await using other = watchClient(relay.url, { credentials: { deviceToken: 'token-of-other' } });
    await other.client.ready();
    watched.client.pause();
    for (let n = 0; n < 2000; n++) socket.send(`{"target":"commander","n":${n},"fill":"${'x'.repeat(1000)}"}`);
    for (let turn = 0; turn < 20; turn++) await other.client.ping();
    expect(watched.messages.size).toBe(0);
    // Nothing is heard, and that is no reason to give the connection up.
    watched.clock.advance(120_000);
    watched.client.resume();
    for (let n = 0; n < 2000; n++) expect((await watched.messages.next()).payload.n).toBe(n);
    expect(watched.states.size).toBe(0);
    watched.clock.advance(30_000);
    expect(await received.next()).toBe('{"action":"ping"}');
  });

  it('stays paused on the next connection', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url);
    watched.client.pause();
    await nextPhase(watched, 'authenticated');
    const { socket } = await relay.logins.next();
    await using other = watchClient(relay.url, { credentials: { deviceToken: 'token-of-other' } });
    await other.client.ready();
    socket.send('{"target":"commander"}');
    for (let turn = 0; turn < 20; turn++) await other.client.ping();
    expect(watched.messages.size).toBe(0);
    watched.client.resume();
    await watched.messages.next();
  });

  it('closes with 1000 after what it sent, and tells nothing any more', async () => {
    await using relay = await startFakeRelay();
    const watched = watchClient(relay.url);
    const session = await relay.logins.next();
    await nextPhase(watched, 'authenticated');
    const closeCode = new Promise((resolve) => session.socket.once('close', resolve));
    void watched.client.send('mouse', { last: true });
    const closing = watched.client.close();
    session.socket.send('{"target":"commander","late":true}');
    await closing;
    expect(await closeCode).toBe(1000);
    expect(await session.received.next()).toContain('"last":true');
    const { ending } = await nextPhase(watched, 'closed');
    expect(ending).toEqual({ kind: 'closed', closeCode: 1000, reason: 'closed by this client' });
    expect([watched.messages.size, watched.states.size, watched.clock.running]).toEqual([0, 0, 0]);
    await expect(watched.client.ready()).rejects.toBeInstanceOf(RelayConnectionError);
    await watched.client.close();
  });

  it('refuses an address that is none before it opens anything', () => {
    expect(() => createRelayClient({ url: 'ftp://relay', credentials: commander })).toThrow(RelayAddressError);
  });
});
