import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { openRawWebSocket } from '../raw-websocket.ts';
import { type ApiRequest, callApi, callApiOk } from './http-api.ts';
import { expectRefusal, expectRevoked, isoTime, secret } from './http-expectations.ts';
import { login, openRoom, settle, type TestRoom } from './test-room.ts';

let relay: ServedRelay;
let room: TestRoom;
beforeAll(async () => {
  relay = await startServe({ limits: { auth_failures: 'unlimited' } });
  room = await openRoom(relay);
});
afterAll(() => relay[Symbol.asyncDispose]());

const asAdmin = (request: ApiRequest = {}): ApiRequest => ({ key: relay.bootstrap?.adminKey, ...request });

describe('PROTOCOL C: users', () => {
  it('one is added with a key and limits, and listed with them and without the key', async () => {
    const limits = { queue_messages: '500', idle_timeout: '2m', queue_bytes: 'unlimited' };
    const answer = await callApi(
      relay,
      '/api/admin/users/',
      asAdmin({ method: 'POST', body: { user: 'anna', limits } }),
    );
    expect(answer).toStrictEqual({ status: 201, body: { user: 'anna', auth_key: secret } });
    await using client = await login(relay.url, { auth_key: answer.body.auth_key, sender: 'c' });
    const { users } = await callApiOk<{ users: { user: string }[] }>(relay, '/api/admin/users', asAdmin());
    const anna = users.find(({ user }) => user === 'anna');
    expect(anna).toMatchObject({
      created_at: isoTime,
      limits: { queue_messages: 500, idle_timeout: 120_000, queue_bytes: 'unlimited', connections: 1000 },
      devices: 0,
      connections: 1,
    });
    expect(JSON.stringify(users)).not.toContain(String(answer.body.auth_key));
    await settle(client);
    const again = asAdmin({ method: 'POST', body: { user: 'anna' } });
    await expectRefusal(relay, '/api/admin/users/', again, 409, 'conflict');
  });

  it.each([
    ['a limit that is none', { queue_mesages: '5' }, 'queue_mesages'],
    ['a limit of the server', { ping_after: '5s' }, 'ping_after'],
    ['a duration without its unit', { idle_timeout: '120' }, 'idle_timeout'],
    ['a size without its unit', { message_bytes: '1024' }, 'message_bytes'],
    ['a negative number', { queue_messages: '-1' }, 'queue_messages'],
  ])('cannot be given %s', async (_, limits, named) => {
    const adding = asAdmin({ method: 'POST', body: { user: 'wrong', limits } });
    expect(await expectRefusal(relay, '/api/admin/users/', adding, 400, 'bad_request')).toContain(named);
    const changing = asAdmin({ method: 'PATCH', body: { limits } });
    expect(await expectRefusal(relay, `/api/admin/users/${room.user}`, changing, 400, 'bad_request')).toContain(named);
    const { users } = await callApiOk<{ users: { user: string }[] }>(relay, '/api/admin/users/', asAdmin());
    expect(users.map(({ user }) => user)).not.toContain('wrong');
  });

  it('a limit of message sizes holds for messages over HTTP at once, too', async () => {
    const own = await openRoom(relay, { message_bytes: '1KiB' });
    const send = (bytes: number): ApiRequest => ({
      key: own.authKey,
      method: 'POST',
      body: { target: 'away', fill: 'x'.repeat(bytes) },
    });
    await expectRefusal(relay, '/api/messages/', send(400_000), 413, 'message_too_big');
    await own.setLimits({ message_bytes: '1MiB' });
    expect(await callApi(relay, '/api/messages/', send(400_000))).toMatchObject({ body: { status: 'queued' } });
    await expectRefusal(relay, '/api/messages/', send(1_100_000), 413, 'message_too_big');
    await own.setLimits({ message_bytes: '1KiB' });
    await expectRefusal(relay, '/api/messages/', send(2_000), 413, 'message_too_big');
  });

  it('two changes of limits at the same time are both made', async () => {
    const own = await openRoom(relay);
    await Promise.all([own.setLimits({ queue_messages: '7' }), own.setLimits({ connections: '9' })]);
    const { users } = await callApiOk<{ users: { user: string }[] }>(relay, '/api/admin/users', asAdmin());
    expect(users.find(({ user }) => user === own.user)).toMatchObject({
      limits: { queue_messages: 7, connections: 9 },
    });
  });

  it('limits are changed one by one, and null is the default again', async () => {
    const own = await openRoom(relay, { queue_messages: '5' });
    const change = (limits: object) =>
      callApiOk(relay, `/api/admin/users/${own.user}/`, asAdmin({ method: 'PATCH', body: { limits } }));
    const changed = await change({ connections: '7' });
    expect(changed).toMatchObject({ user: own.user, limits: { connections: 7, queue_messages: 5 } });
    const reset = await change({ queue_messages: null });
    expect(reset).toMatchObject({ limits: { connections: 7, queue_messages: 50 } });
  });

  it('one that is removed takes what waits along, and who waits for its end is told so', async () => {
    const own = await openRoom(relay);
    const asked = callApi(relay, '/api/messages/?wait=delivered&timeout=60s', {
      key: own.authKey,
      method: 'POST',
      body: { target: 'away' },
    });
    await own.untilWaiting('away', 1);
    await callApiOk(relay, `/api/admin/users/${own.user}`, asAdmin({ method: 'DELETE' }));
    expect(await asked).toMatchObject({ body: { status: 'error', code: 'unconfirmed', target: 'away' } });
  });

  it('removing one closes its sessions with 4010 and ends its keys and tokens', async () => {
    const own = await openRoom(relay);
    const device_token = await own.token('device');
    const clients = [await own.controller('controller'), await own.device('device')];
    const removed = await callApiOk(relay, `/api/admin/users/${own.user}`, asAdmin({ method: 'DELETE' }));
    expect(removed).toStrictEqual({ user: own.user, removed: true });
    for (const client of clients) await expectRevoked(client);
    for (const credentials of [{ auth_key: own.authKey, sender: 'c' }, { device_token }]) {
      await expect(login(relay.url, credentials)).rejects.toThrow('invalid_credentials');
    }
    await expectRefusal(relay, '/api/presence/', { key: own.authKey }, 401, 'invalid_credentials');
    await expectRefusal(relay, `/api/admin/users/${own.user}`, asAdmin({ method: 'DELETE' }), 404, 'not_found');
  });
});

describe('PROTOCOL C: keys', () => {
  it('a user has several at a time; removing one closes its sessions alone', async () => {
    const own = await openRoom(relay);
    const path = `/api/admin/users/${own.user}/keys/`;
    const added = await callApi(relay, path, asAdmin({ method: 'POST' }));
    expect(added).toStrictEqual({
      status: 201,
      body: { user: own.user, key: expect.stringMatching(/^\w+$/), auth_key: secret },
    });
    const { keys } = await callApiOk<{ keys: unknown[] }>(relay, path, asAdmin());
    expect(keys).toHaveLength(2);
    expect(keys).toContainEqual({ key: added.body.key, kind: 'master', created_at: isoTime });
    await using oldOne = await own.controller('old');
    await using device = await own.device('device');
    await using newOne = await login(relay.url, { auth_key: added.body.auth_key, sender: 'new' });
    await callApiOk(relay, `${path}${added.body.key}`, asAdmin({ method: 'DELETE' }));
    await expectRevoked(newOne);
    await settle(oldOne);
    await settle(device);
    await using refused = await openRawWebSocket(relay.url);
    refused.sendJson({ auth_key: added.body.auth_key, sender: 'new' });
    expect(await refused.nextJson()).toMatchObject({ code: 'invalid_credentials' });
    await expectRefusal(relay, `${path}${added.body.key}`, asAdmin({ method: 'DELETE' }), 404, 'not_found');
  });

  it('of one user cannot be removed through another', async () => {
    const [own, other] = [await openRoom(relay), await openRoom(relay)];
    const { keys } = await callApiOk<{ keys: { key: string }[] }>(
      relay,
      `/api/admin/users/${own.user}/keys`,
      asAdmin(),
    );
    const path = `/api/admin/users/${other.user}/keys/${keys[0]?.key}`;
    await expectRefusal(relay, path, asAdmin({ method: 'DELETE' }), 404, 'not_found');
    await using client = await own.controller('client');
    await settle(client);
  });

  it('of administrators may be added and removed, but not the last one', async () => {
    const { keys: before } = await callApiOk<{ keys: { key: string }[] }>(relay, '/api/admin/keys/', asAdmin());
    expect(before).toStrictEqual([{ key: expect.stringMatching(/^\w+$/), kind: 'admin', created_at: isoTime }]);
    const last = `/api/admin/keys/${before[0]?.key}`;
    await expectRefusal(relay, last, asAdmin({ method: 'DELETE' }), 409, 'conflict');
    const added = await callApi(relay, '/api/admin/keys/', asAdmin({ method: 'POST' }));
    expect(added).toMatchObject({ status: 201, body: { admin_key: secret } });
    const key = String(added.body.admin_key);
    await callApiOk(relay, '/api/admin/users/', { key });
    await callApiOk(relay, `/api/admin/keys/${added.body.key}`, asAdmin({ method: 'DELETE' }));
    await expectRefusal(relay, '/api/admin/users/', { key }, 401, 'invalid_credentials');
  });
});
