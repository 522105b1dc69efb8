/** PROTOCOL C: `GET /metrics`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { opcodes } from '../raw-frame.ts';
import { callApi } from './http-api.ts';
import { expectRefusal } from './http-expectations.ts';
import { login, openRoom, settle, type TestRoom } from './test-room.ts';
import { until } from './until.ts';

let relay: ServedRelay;
let room: TestRoom;
beforeAll(async () => {
  relay = await startServe();
  room = await openRoom(relay, { queue_messages: '2' });
});
afterAll(() => relay[Symbol.asyncDispose]());

const behindProxy = { 'x-forwarded-for': '203.0.113.7' };

async function scrape(headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const response = await fetch(`${relay.http}/metrics`, { headers });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return await response.text();
}

/** The value of one line, by its name with labels; 0 where there is none yet. */
async function metric(name: string): Promise<number> {
  const line = (await scrape()).split('\n').find((text) => text.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}

const messages = (state: string) => metric(`softlab_relay_messages_total{state="${state}"}`);

describe('PROTOCOL C: GET /metrics', () => {
  it('is for this machine itself, and through a proxy for admin keys alone', async () => {
    await scrape();
    for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
      await expectRefusal(relay, '/metrics', { headers: { [name]: 'for=203.0.113.7' } }, 401, 'missing_credentials');
    }
    await expectRefusal(relay, '/metrics', { key: 'wrong', headers: behindProxy }, 401, 'invalid_credentials');
    for (const key of [room.authKey, await room.token('thermometer')]) {
      await expectRefusal(relay, '/metrics', { key, headers: behindProxy }, 403, 'forbidden');
    }
    await scrape({ ...behindProxy, authorization: `Bearer ${relay.bootstrap?.adminKey}` });
  });

  it('counts connections, messages by what became of them, and what waits', async () => {
    const [sent, queued, refused] = [await messages('sent'), await messages('queued'), await messages('queue_full')];
    const [connections, logins] = [
      await metric('softlab_relay_connections'),
      await metric('softlab_relay_logins_total'),
    ];
    const queuedBytes = await metric('softlab_relay_queued_bytes');
    await using pump = await room.controller('pump');
    await using pc = await room.controller('pc');
    for (let n = 0; n < 5; n++) pc.sendJson({ target: 'pump', n });
    for (let n = 0; n < 5; n++) await pump.nextText();
    for (let n = 0; n < 3; n++) pc.sendText('{"target":"away"}');
    expect(await pc.nextJson()).toMatchObject({ code: 'queue_full' });
    await settle(pc);
    await room.untilWaiting('away', 2);
    expect(await messages('sent')).toBe(sent + 5);
    expect(await messages('queued')).toBe(queued + 2);
    expect(await messages('queue_full')).toBe(refused + 1);
    expect(await metric('softlab_relay_connections')).toBe(connections + 2);
    expect(await metric('softlab_relay_logins_total')).toBe(logins + 2);
    expect(await metric('softlab_relay_queued_messages')).toBe(2);
    expect(await metric('softlab_relay_queued_bytes')).toBe(queuedBytes + 2 * '{"target":"away"}'.length);
    expect(await metric('softlab_relay_store_commit_seconds_count')).toBeGreaterThan(0);
    await using away = await room.controller('away');
    await away.nextText();
    await away.nextText();
    await room.untilWaiting('away', 0);
    await until('both are counted as delivered', async () => (await messages('delivered')) === 2);
    expect(await metric('softlab_relay_queued_messages')).toBe(0);
  });

  it('counts wrong keys over WebSocket and HTTP', async () => {
    const before = await metric('softlab_relay_wrong_keys_total');
    await callApi(relay, '/api/presence/', { key: 'wrong' });
    await expect(login(relay.url, { auth_key: 'wrong', sender: 'x' })).rejects.toThrow(/invalid_credentials/);
    expect(await metric('softlab_relay_wrong_keys_total')).toBe(before + 2);
    const refusals = 'softlab_relay_refused_connections_total{code="invalid_credentials"}';
    expect(await metric(refusals)).toBe(1);
  });

  it('counts messages that were refused for what they are, by code', async () => {
    const limited = await openRoom(relay, { message_bytes: '1KiB', message_rate: '0', message_burst: '6' });
    const refused: readonly (readonly [code: string, payload: string])[] = [
      ['bad_message', 'no JSON'],
      ['missing_target', '{"value":1}'],
      ['invalid_target', '{"target":7}'],
      ['unknown_action', '{"action":"dance"}'],
    ];
    const codes = [...refused.map(([code]) => code), 'binary_unsupported', 'rate_limited', 'message_too_big'];
    const before = await Promise.all(codes.map(messages));
    await using client = await login(relay.url, {
      auth_key: limited.authKey,
      sender: 'client',
      extensions: ['receipts'],
    });
    for (const [, payload] of refused) client.sendText(payload);
    client.sendFrame({ opcode: opcodes.binary, payload: 'bytes' });
    for (let n = 0; n < codes.length - 2; n++) expect(await client.nextJson()).toMatchObject({ code: codes[n] });
    client.sendText('{"target":"client","_id":"7"}');
    expect(await client.nextJson()).toMatchObject({ target: 'client' });
    for (let n = 0; n < 3; n++) client.sendText('{"target":"client"}');
    await until('three are over the rate', async () => (await messages('rate_limited')) === (before[5] ?? 0) + 3);
    await using other = await limited.controller('other');
    other.sendText(`{"target":"${'x'.repeat(2000)}"}`);
    expect(await other.closeAfterAll()).toMatchObject({ code: 1009 });
    const after = await Promise.all(codes.map(messages));
    expect(after.map((count, n) => count - (before[n] ?? 0))).toEqual([1, 1, 1, 1, 1, 3, 1]);
  });

  it('counts messages over HTTP that were refused for what they are, and answers by status', async () => {
    const requests = (status: number) => metric(`softlab_relay_http_requests_total{status="${status}"}`);
    const [bad, status] = [await messages('invalid_target'), await requests(400)];
    await callApi(relay, '/api/messages/', { method: 'POST', key: room.authKey, body: { target: 7 } });
    expect(await messages('invalid_target')).toBe(bad + 1);
    expect(await requests(400)).toBe(status + 1);
    expect(await requests(200)).toBeGreaterThan(0);
  });

  it('counts closed connections by the code that was said first, by either side', async () => {
    const closed = (code: string) => metric(`softlab_relay_closed_connections_total{code="${code}"}`);
    const codes = ['4009', '1000', '1005', '1006', '1002', 'other'];
    const before = await Promise.all(codes.map(closed));
    const replaced = await room.controller('twin');
    await using twin = await room.controller('twin');
    expect(await replaced.closeAfterAll()).toMatchObject({ code: 4009 });
    const goodbyes: readonly (number | undefined)[] = [1000, undefined, 4777];
    for (const code of goodbyes) {
      const client = await room.controller('polite');
      client.sendClose(code);
      await client.gone;
    }
    (await room.controller('broken')).destroy();
    await using wrong = await room.controller('wrong');
    wrong.sendFrame({ opcode: opcodes.text, payload: '{}', masked: false });
    await until('all six are counted', async () => {
      const after = await Promise.all(codes.map(closed));
      return after.every((count, n) => count === (before[n] ?? 0) + 1);
    });
    await settle(twin);
  });

  it('names no user, client or key', async () => {
    await using secret = await room.controller('a-secret-client');
    secret.sendText('{"target":"a-secret-target"}');
    await room.untilWaiting('a-secret-target', 1);
    const text = await scrape();
    const adminKey = relay.bootstrap?.adminKey ?? '';
    for (const word of [room.user, room.authKey, adminKey, 'rly_', 'a-secret', 'thermometer', '127.0.0.1']) {
      expect(text).not.toContain(word);
    }
  });
});
