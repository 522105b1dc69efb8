import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasTool } from '../../tools.ts';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { startPublishedRelay } from '../cli/published-relay.ts';
import { openRoom, settle } from '../contract/test-room.ts';
import { startPythonClient } from './python-client.ts';

describe.runIf(hasTool('python3-websocket'))('relay_client.py: messages', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe({ limits: { silent_after: '3s', ping_after: '1s' } });
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it('connects, sends with target, sender and the word of the relay, and gets what others send', async () => {
    const room = await openRoom(relay);
    await using pump = await room.device('pump');
    await using client = await startPythonClient(relay, { auth_key: room.authKey, sender: 'desk' });
    await client.next('authenticated');
    const sent = await client.perform({ do: 'send', target: 'pump', payload: { cmd: 'füllen 🙂' }, wait: 10 });
    expect(sent).toMatchObject({ event: 'done', status: 'delivered' });
    const received = await pump.nextJson();
    expect(received).toEqual({ cmd: 'füllen 🙂', target: 'pump', sender: 'desk', _id: expect.any(String) });
    pump.sendText('{"target":"desk","sender":"pump","n":12345678901234567890}');
    const { message } = await client.next('message');
    expect(message).toMatchObject({ target: 'desk', sender: 'pump', _from: 'pump' });
    await settle(pump);
  });

  it('is a device with its token, knows its id, and answers who asked', async () => {
    const room = await openRoom(relay);
    await using desk = await room.controller('desk');
    await using client = await startPythonClient(relay, { device_token: await room.token('gate') });
    expect(await client.perform({ do: 'ready' })).toMatchObject({ client_id: 'gate' });
    desk.sendJson({ target: 'gate', sender: 'desk', do: 'answer', n: 7, _id: 'c-1' });
    expect(await desk.nextJson()).toMatchObject({ ok: true, echo: 7, _re: 'c-1', sender: 'gate', target: 'desk' });
  });

  it('tells a full queue by its outcome and to on_status, and leaves what waits', async () => {
    const room = await openRoom(relay, { queue_messages: '2' });
    await room.token('away');
    await using client = await startPythonClient(relay, { auth_key: room.authKey, sender: 'desk' });
    const send = (n: number) => client.perform({ do: 'send', target: 'away', payload: { n, _id: `n-${n}` }, wait: 10 });
    expect(await send(1)).toMatchObject({ status: 'queued' });
    expect(await send(2)).toMatchObject({ status: 'queued' });
    expect(await send(3)).toMatchObject({ status: 'error', code: 'queue_full', is_final: true });
    expect(await client.next('undelivered')).toMatchObject({ n: 'n-3', code: 'queue_full' });
    expect(await room.waiting('away')).toBe(2);
  });

  it('calls and returns the reply, which on_message does not see', async () => {
    const room = await openRoom(relay);
    await using gate = await startPythonClient(relay, { device_token: await room.token('gate') });
    await gate.next('authenticated');
    await using desk = await startPythonClient(relay, { auth_key: room.authKey, sender: 'desk' });
    const answer = await desk.perform({ do: 'call', target: 'gate', payload: { do: 'answer', n: 4 }, timeout: 10 });
    expect(answer).toMatchObject({ event: 'done', reply: { ok: true, echo: 4, sender: 'gate' } });
    expect(desk.all('message')).toEqual([]);
  });

  it('a call to who is away will not be carried out, and one that was read may still', async () => {
    const room = await openRoom(relay);
    await room.token('away');
    await using silent = await room.device('silent');
    await using desk = await startPythonClient(relay, { auth_key: room.authKey, sender: 'desk' });
    await desk.next('authenticated');
    const call = (target: string) => desk.perform({ do: 'call', target, payload: { cmd: 'open' }, timeout: 1 });
    expect(await call('away')).toMatchObject({ event: 'failed', code: 'timeout', fate: 'cancelled' });
    expect(await call('silent')).toMatchObject({ event: 'failed', code: 'timeout', fate: 'may still run' });
    expect(await room.waiting('away')).toBe(0);
    await silent.nextJson();
    await settle(silent);
  });

  it('does not take the reply of somebody else for the one that it waits for', async () => {
    const room = await openRoom(relay);
    await using gate = await room.device('gate');
    await using stranger = await room.device('stranger');
    await using desk = await startPythonClient(relay, { auth_key: room.authKey, sender: 'desk' });
    await desk.next('authenticated');
    desk.begin({ do: 'call', target: 'gate', payload: { cmd: 'open', _id: 'c-9' }, timeout: 20 });
    await gate.nextJson();
    stranger.sendJson({ target: 'desk', sender: 'gate', _re: 'c-9', ok: 'no' });
    expect(await desk.next('message')).toMatchObject({ message: { ok: 'no', _from: 'stranger' } });
    gate.sendJson({ target: 'desk', sender: 'gate', _re: 'c-9', ok: 'yes' });
    expect(await desk.next('done')).toMatchObject({ reply: { ok: 'yes' } });
  });

  it('sends 10,000 messages in order at the pace of the limits, none refused', { timeout: 120_000 }, async () => {
    const room = await openRoom(relay, { message_rate: '4000', message_burst: '1000', queue_messages: 'unlimited' });
    await using counter = await room.device('counter');
    await using sender = await startPythonClient(relay, { auth_key: room.authKey, sender: 'desk' });
    await sender.next('authenticated');
    sender.begin({ do: 'send_many', target: 'counter', count: 10_000 });
    for (let n = 0; n < 10_000; n++) {
      const { n: got } = await counter.nextJson();
      if (got !== n) expect(got).toBe(n);
    }
    expect(await sender.next('done')).toMatchObject({ do: 'send_many' });
    expect([...sender.all('error'), ...sender.all('undelivered')]).toEqual([]);
  });

  it('receives 10,000 messages in order', { timeout: 120_000 }, async () => {
    const rates = { message_rate: 'unlimited', user_message_rate: 'unlimited', queue_messages: 'unlimited' };
    const room = await openRoom(relay, rates);
    await using client = await startPythonClient(relay, { device_token: await room.token('receiver') });
    await client.next('authenticated');
    await using desk = await room.controller('desk');
    for (let n = 0; n < 10_000; n++) desk.sendJson({ target: 'receiver', do: 'count', n, of: 10_000 });
    expect(await client.next('counted')).toMatchObject({ in_order: true });
  });

  it('does not carry out what is older than max_age, and says so to who waits for an answer', async () => {
    const room = await openRoom(relay);
    const token = await room.token('gate');
    await using desk = await room.controller('desk');
    desk.sendJson({ target: 'gate', sender: 'desk', cmd: 'open', _id: 'old' });
    await room.untilWaiting('gate', 1);
    await using client = await startPythonClient(relay, { device_token: token, max_age: 0 });
    expect(await client.next('too_old')).toMatchObject({ detail: expect.stringContaining('it was not carried out') });
    expect(await desk.nextJson()).toMatchObject({ _re: 'old', ok: false });
    expect(client.all('message')).toEqual([]);
    await room.untilWaiting('gate', 0);
  });

  it('carries out what waited for less than max_age, by the clock of the relay', async () => {
    const room = await openRoom(relay);
    const token = await room.token('gate');
    await using desk = await room.controller('desk');
    desk.sendJson({ target: 'gate', sender: 'desk', n: 1 });
    await room.untilWaiting('gate', 1);
    await using client = await startPythonClient(relay, { device_token: token, max_age: 60 });
    expect(await client.next('message')).toMatchObject({
      message: { n: 1, _offline_queued: true, _age_ms: expect.any(Number) },
    });
    expect(client.all('too_old')).toEqual([]);
  });

  it('keeps on after a handler that fails, and does not get the same message again', async () => {
    const room = await openRoom(relay);
    const token = await room.token('gate');
    await using desk = await room.controller('desk');
    desk.sendJson({ target: 'gate', do: 'fail' });
    desk.sendJson({ target: 'gate', n: 2 });
    await room.untilWaiting('gate', 2);
    await using client = await startPythonClient(relay, { device_token: token });
    expect(await client.next('message')).toMatchObject({ message: { n: 2 } });
    await room.untilWaiting('gate', 0);
    const { stderr } = await client.perform({ do: 'stop' }).then(() => client.finish());
    expect(stderr).toContain('ZeroDivisionError: a mistake in the handler');
  });

  it('keeps on after a handler that calls sys.exit()', async () => {
    const room = await openRoom(relay);
    await using client = await startPythonClient(relay, { device_token: await room.token('gate') });
    await client.next('authenticated');
    await using desk = await room.controller('desk');
    desk.sendJson({ target: 'gate', do: 'exit' });
    desk.sendJson({ target: 'gate', n: 2 });
    expect(await client.next('message')).toMatchObject({ message: { n: 2 } });
  });

  it('awaits the end of the last 10,000 messages, and takes more', { timeout: 120_000 }, async () => {
    const rates = { message_rate: 'unlimited', user_message_rate: 'unlimited', queue_messages: 'unlimited' };
    const room = await openRoom(relay, rates);
    await using client = await startPythonClient(relay, { auth_key: room.authKey, sender: 'desk' });
    await client.next('authenticated');
    const sent = await client.perform({ do: 'send_many', target: 'away', count: 10_002 });
    expect(sent).toMatchObject({ event: 'done', status: 'queued' });
    expect(await room.waiting('away')).toBe(10_002);
  });

  it('refuses what can never be sent, with a sentence', async () => {
    const room = await openRoom(relay, { message_bytes: '1KiB' });
    await using client = await startPythonClient(relay, { auth_key: room.authKey, sender: 'desk' });
    await client.next('authenticated');
    const send = (target: string, payload: object) => client.perform({ do: 'send', target, payload });
    expect(await send('pump', { target: 'gate' })).toMatchObject({
      code: 'value',
      detail: expect.stringContaining('already has the target'),
    });
    expect(await send('a,b', {})).toMatchObject({ code: 'value', detail: expect.stringContaining('no client id') });
    const endless = await client.perform({ do: 'send', target: 'pump', payload: {}, ttl: 'inf' });
    expect(endless).toMatchObject({ code: 'value', detail: expect.stringContaining('number of seconds') });
    expect(await send('pump', { pad: 'x'.repeat(2000) })).toMatchObject({
      code: 'value',
      detail: expect.stringContaining('message_bytes'),
    });
  });

  it('works with a relay that knows the published contract alone, and says what is then unknown', async () => {
    await using published = await startPublishedRelay();
    const options = { auth_key: 'key', sender: 'desk', url: published.url };
    await using client = await startPythonClient(relay, options);
    await client.next('authenticated');
    expect(await client.perform({ do: 'send', target: 'pump', payload: { n: 1 }, wait: 5 })).toMatchObject({
      status: 'sent',
      is_final: true,
    });
    await published.waitFor((text) => text.includes('"n":1'));
    expect(await client.perform({ do: 'send', target: 'pump', payload: { n: 2 }, ttl: 5, wait: 5 })).toMatchObject({
      status: 'error',
      code: 'unsupported',
    });
    expect(published.received.filter((text) => text.includes('"n":2'))).toEqual([]);
  });
});
