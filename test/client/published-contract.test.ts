/** What the client does against a server that knows part A of the contract and nothing of part B. */
import { describe, expect, it } from 'vitest';
import { noExtensions } from '../../src/protocol/extensions.ts';
import { nextPhase, watchClient } from './clients.ts';
import { goodKey, startFakeRelay } from './fake-relay.ts';

describe('against a relay without extensions', () => {
  it('it asks, gets none, and works', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url, { extensions: ['ttl', 'receipts', 'presence'] });
    await watched.client.ready();
    expect((await relay.logins.next()).credentials).toBe(
      `{"auth_key":"${goodKey}","sender":"commander","extensions":["ttl","receipts","presence","from"]}`,
    );
    expect(watched.client.session).toEqual({ clientId: 'commander', extensions: noExtensions, limits: undefined });
  });

  it('a tracked message is sent, and what became of it is unknown', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url, { extensions: ['receipts'] });
    await watched.client.ready();
    const session = await relay.logins.next();
    const delivery = watched.client.sendTracked('mouse', { n: 1 });
    expect(delivery.id).toMatch(/^[0-9a-f]{8}-1$/);
    expect(await delivery.accepted).toEqual({ status: 'sent' });
    expect(await delivery.final).toMatchObject({ status: 'unknown', last: 'sent' });
    const text = `{"n":1,"target":"mouse","sender":"commander","_id":"${delivery.id}"}`;
    expect(await session.received.next()).toBe(text);
    expect(watched.client.sendTracked('mouse', {}).id).toMatch(/-2$/);
  });

  it('nothing is promised that it cannot keep', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url, { extensions: ['ttl', 'receipts', 'presence', 'tap', 'acks'] });
    const { client } = watched;
    await client.ready();
    const session = await relay.logins.next();
    await expect(client.send('mouse', { n: 1 }, { ttlMs: 5000 })).rejects.toMatchObject({ code: 'unsupported' });
    const delivery = client.sendTracked('mouse', { n: 1 }, { ttlMs: 5000 });
    expect(await delivery.final).toMatchObject({ status: 'error', code: 'unsupported' });
    await expect(client.queryPresence(['mouse'])).rejects.toMatchObject({ code: 'unsupported' });
    await expect(client.watchPresence()).rejects.toMatchObject({ code: 'unsupported' });
    await expect(client.tap()).rejects.toMatchObject({ code: 'unsupported' });
    await expect(client.ack(1)).rejects.toMatchObject({ code: 'unsupported' });
    await client.send('mouse', { last: true }, { id: 'c-1' });
    expect(await session.received.next()).toBe('{"last":true,"target":"mouse","_id":"c-1","sender":"commander"}');
  });

  it("fields that the relay would add are anybody's word, and are not read", async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url, { extensions: ['from', 'acks', 'age'] });
    const { socket } = await relay.logins.next();
    socket.send('{"target":"commander","_from":"root","_seq":1,"_age_ms":0,"_id":"c-1","_re":"c-0"}');
    const message = await watched.messages.next();
    expect(message).toMatchObject({ id: 'c-1', re: 'c-0', payload: { _from: 'root' } });
    for (const field of ['from', 'seq', 'ageMs']) expect(message).not.toHaveProperty(field);
  });

  it('a wish from before the connection is not sent to it', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url, { extensions: ['presence'] });
    await watched.client.watchPresence();
    await watched.client.ready();
    await watched.client.ping();
    expect(await (await relay.logins.next()).received.next()).toBe('{"action":"ping"}');
  });
});

describe('messages that wait for their turn', () => {
  it('were not sent when the connection is lost, and what had left is unknown', async () => {
    await using relay = await startFakeRelay({ onCredentials: answerWithLimits });
    await using watched = watchClient(relay.url, { extensions: ['receipts'] });
    await nextPhase(watched, 'authenticated');
    const deliveries = [1, 2, 3].map((n) => watched.client.sendTracked('mouse', { n }));
    await deliveries[0]?.sent;
    expect(watched.client.session?.limits).toMatchObject({ message_burst: 1, message_rate: 1 });
    await relay.close();
    const { ending } = await nextPhase(watched, 'waiting');
    const [first, ...others] = await Promise.all(deliveries.map((delivery) => delivery.final));
    expect(first).toEqual({ status: 'unknown', last: 'sent', message: ending.reason });
    for (const other of others) expect(other).toMatchObject({ status: 'error', code: 'not_connected' });
  });

  it('are not sent when the client closes, and the others are', async () => {
    await using relay = await startFakeRelay({ onCredentials: answerWithLimits });
    await using watched = watchClient(relay.url, { extensions: [] });
    await nextPhase(watched, 'authenticated');
    const sends = [1, 2, 3].map((n) => watched.client.send('mouse', { n }));
    const ping = watched.client.ping();
    const outcomes = Promise.allSettled([...sends, ping]);
    await watched.client.close();
    expect((await outcomes).map((outcome) => outcome.status)).toEqual(['fulfilled', ...Array(3).fill('rejected')]);
    await expect(sends[1]).rejects.toMatchObject({ code: 'not_connected' });
  });

  it('wait for more than a second when the relay says that its rate was exceeded', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url);
    await watched.client.ready();
    const { socket, received } = await relay.logins.next();
    socket.send('{"status":"error","code":"rate_limited","message":"slow","count":1}');
    await watched.refusals.next();
    const failure = expect(watched.client.send('mouse', { n: 1 })).rejects.toMatchObject({ code: 'not_connected' });
    watched.clock.advance(1_000);
    await watched.client.close();
    await failure;
    expect(received.size).toBe(0);
  });

  it('go when the time has come', async () => {
    await using relay = await startFakeRelay({ onCredentials: answerWithLimits });
    await using watched = watchClient(relay.url, { extensions: [] });
    await nextPhase(watched, 'authenticated');
    const sends = [1, 2].map((n) => watched.client.send('mouse', { n }));
    await sends[0];
    watched.clock.advance(1_100);
    await sends[1];
  });
});

/** Lets everybody in, with receipts and one message a second. */
function answerWithLimits(_text: string, socket: { send(text: string): void }): boolean {
  const limits = { message_burst: 1, message_rate: 1 };
  const answer = { status: 'authenticated', client_id: 'commander', extensions: ['receipts', 'from'], limits };
  socket.send(JSON.stringify(answer));
  return true;
}
