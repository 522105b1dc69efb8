import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { openRawWebSocket, type RawWebSocket } from '../raw-websocket.ts';
import { type ApiRequest, callApi, callApiOk } from './http-api.ts';
import { login, openRoom, settle, type TestRoom } from './test-room.ts';

let relay: ServedRelay;
let room: TestRoom;
beforeAll(async () => {
  relay = await startServe({ limits: { auth_failures: 'unlimited' } });
  room = await openRoom(relay);
});
afterAll(() => relay[Symbol.asyncDispose]());

const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
const secret = expect.stringMatching(/^rly_[a-z]+_[\w-]+_[\w-]{43}$/);
const asAdmin = (request: ApiRequest = {}): ApiRequest => ({ key: relay.bootstrap?.adminKey, ...request });
const asRoom = (request: ApiRequest = {}): ApiRequest => ({ key: room.authKey, ...request });

async function expectRefusal(path: string, request: ApiRequest, status: number, code?: string): Promise<string> {
  const answer = await callApi(relay, path, request);
  expect(answer).toMatchObject({ status, body: { status: 'error', message: expect.stringMatching(/.{10,}/) } });
  if (code !== undefined) expect(answer.body.code).toBe(code);
  return String(answer.body.message);
}

async function expectRevoked(client: RawWebSocket): Promise<void> {
  expect(await client.nextJson()).toMatchObject({ status: 'error', code: 'revoked' });
  expect((await client.nextClose()).code).toBe(4010);
  await client.gone;
}

describe('PROTOCOL C: every answer is JSON, refusals with code and message', () => {
  it.each([
    ['a path that is none', '/api/nothing', 404],
    ['the root', '/', 404],
    ['a path with percent signs that mean nothing', '/api/devices/%zz', 400],
    ['a path outside', '/../../etc/passwd', 404],
  ])('%s', async (_, path, status) => {
    await expectRefusal(path, asRoom(), status);
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['a JSON array', '[]'],
    ['a device that is a number', '{"device":7}'],
    ['nothing that is asked for', '{}'],
    ['null', 'null'],
  ])('a body that is %s is bad_request', async (_, body) => {
    const response = await fetch(`${relay.http}/api/devices/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${room.authKey}`, 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ status: 'error', code: 'bad_request' });
  });
});

describe('PROTOCOL C: who may ask what', () => {
  const protectedPaths = [
    ['GET', '/api/presence/'],
    ['GET', '/api/devices/'],
    ['POST', '/api/devices/'],
    ['GET', '/api/devices/a'],
    ['DELETE', '/api/devices/a'],
    ['POST', '/api/devices/a/token'],
    ['GET', '/api/admin/users/'],
    ['POST', '/api/admin/users/'],
    ['PATCH', '/api/admin/users/default'],
    ['DELETE', '/api/admin/users/default'],
    ['GET', '/api/admin/users/default/keys/'],
    ['POST', '/api/admin/users/default/keys/'],
    ['DELETE', '/api/admin/users/default/keys/a'],
    ['GET', '/api/admin/keys/'],
    ['POST', '/api/admin/keys/'],
    ['DELETE', '/api/admin/keys/a'],
  ] as const;
  const bodyFor = (method: string) =>
    method === 'GET' || method === 'DELETE' ? {} : { body: { device: 'a', user: 'a', limits: {} } };

  it.each(protectedPaths)('%s %s needs a key, and a right one', async (method, path) => {
    await expectRefusal(path, { method, ...bodyFor(method) }, 401);
    const unknown = 'rly_master_0000000000000000_0000000000000000000000000000000000000000000';
    for (const key of ['wrong', unknown]) {
      await expectRefusal(path, { method, key, ...bodyFor(method) }, 401, 'invalid_credentials');
    }
  });

  it.each(protectedPaths.filter(([, path]) => path.startsWith('/api/admin/')))(
    '%s %s needs an admin key: a master key and a device token are forbidden',
    async (method, path) => {
      for (const key of [room.authKey, await room.token('forbidden')]) {
        await expectRefusal(path, { method, key, ...bodyFor(method) }, 403, 'forbidden');
      }
    },
  );

  it.each(protectedPaths.filter(([, path]) => path.startsWith('/api/devices/')))(
    '%s %s is not for device tokens: they are for presence and sending only',
    async (method, path) => {
      await expectRefusal(path, { method, key: await room.token('forbidden'), ...bodyFor(method) }, 403, 'forbidden');
    },
  );
});

describe('PROTOCOL C: devices', () => {
  it('registering one returns its token, once', async () => {
    const answer = await callApi(relay, '/api/devices/', asRoom({ method: 'POST', body: { device: 'new one' } }));
    expect(answer).toStrictEqual({ status: 201, body: { device: 'new one', device_token: secret } });
    await expectRefusal('/api/devices/', asRoom({ method: 'POST', body: { device: 'new one' } }), 409, 'conflict');
    const { device_token } = answer.body;
    for (const path of ['/api/devices/', '/api/devices/new%20one', '/api/presence/']) {
      expect(JSON.stringify(await callApiOk(relay, path, asRoom()))).not.toContain(String(device_token));
    }
    await using client = await login(relay.url, { device_token });
    await settle(client);
  });

  it.each(['', ' a', 'a,b', 'x'.repeat(129), 'a\nb'])('%j cannot be registered', async (device) => {
    const request = asRoom({ method: 'POST', body: { device } });
    await expectRefusal('/api/devices/', request, 400, 'invalid_client_id');
  });

  it('are listed with their state, registered or not', async () => {
    const own = await openRoom(relay);
    await own.token('away');
    await using device = await own.device('here');
    await using controller = await own.controller('controller');
    controller.sendText('{"target":"unknown"}');
    controller.sendText('{"target":"away"}');
    await own.untilWaiting('away', 1);
    const { devices } = await callApiOk<{ devices: { device: string }[] }>(relay, '/api/devices', { key: own.authKey });
    const offline = { state: 'offline', online_since: null };
    const online = { state: 'online', online_since: isoTime, last_seen: isoTime };
    expect(devices.sort((a, b) => (a.device < b.device ? -1 : 1))).toStrictEqual([
      { device: 'away', ...offline, last_seen: null, waiting: 1, registered: true },
      { device: 'controller', ...online, waiting: 0, registered: false },
      { device: 'here', ...online, waiting: 0, registered: true },
      { device: 'unknown', ...offline, last_seen: null, waiting: 1, registered: false },
    ]);
    await settle(device);
  });

  it('one is told with its address and when it was registered', async () => {
    const own = await openRoom(relay);
    await using device = await own.device('a/b ü');
    const path = `/api/devices/${encodeURIComponent('a/b ü')}`;
    const here = await callApiOk(relay, path, { key: own.authKey });
    expect(here).toMatchObject({ device: 'a/b ü', state: 'online', registered: true, created_at: isoTime });
    expect(here.address).toMatch(/127\.0\.0\.1/);
    device.destroy();
    await own.untilPresence('a/b ü', 'offline');
    const gone = await callApiOk(relay, `${path}/`, { key: own.authKey });
    expect(gone).toMatchObject({ state: 'offline', last_seen: isoTime, address: null });
  });

  it("one that does not exist, or is another user's, is not_found alike", async () => {
    const other = await openRoom(relay);
    await other.token('secret-device');
    for (const method of ['GET', 'DELETE'] as const) {
      const foreign = await expectRefusal('/api/devices/secret-device', asRoom({ method }), 404, 'not_found');
      const missing = await expectRefusal('/api/devices/missing-device', asRoom({ method }), 404, 'not_found');
      expect(foreign.replace('secret-device', 'missing-device')).toBe(missing);
    }
    await using device = await other.device('secret-device');
    await settle(device);
  });

  it('removing one closes its session with 4010, ends its token and empties its queue', async () => {
    const own = await openRoom(relay);
    const device_token = await own.token('worker');
    await using controller = await own.controller('controller');
    const worker = await own.device('worker', { answersPings: false });
    const removed = await callApiOk(relay, '/api/devices/worker', { method: 'DELETE', key: own.authKey });
    expect(removed).toStrictEqual({ device: 'worker', removed: true });
    await expectRevoked(worker);
    await expect(login(relay.url, { device_token })).rejects.toThrow('invalid_credentials');
    await settle(controller);
    expect(await own.presence()).toStrictEqual({ controller: 'online' });
  });

  it('what waited for a removed one does not reach who is registered under its name later', async () => {
    const own = await openRoom(relay);
    await own.token('worker');
    await using controller = await own.controller('controller');
    controller.sendText('{"target":"worker","old":true}');
    await own.untilWaiting('worker', 1);
    await callApiOk(relay, '/api/devices/worker', { method: 'DELETE', key: own.authKey });
    const request = { method: 'POST', key: own.authKey, body: { device: 'worker' } } as const;
    const { device_token } = await callApiOk(relay, '/api/devices/', request);
    await using worker = await login(relay.url, { device_token });
    controller.sendText('{"target":"worker","old":false}');
    expect(await worker.nextText()).toBe('{"target":"worker","old":false}');
  });

  it('a new token replaces the old one at once', async () => {
    const own = await openRoom(relay);
    const old = await own.token('worker');
    const worker = await own.device('worker');
    const rotated = await callApiOk(relay, '/api/devices/worker/token', { method: 'POST', key: own.authKey, body: {} });
    expect(rotated).toStrictEqual({ device: 'worker', device_token: secret });
    await expectRevoked(worker);
    await expect(login(relay.url, { device_token: old })).rejects.toThrow('invalid_credentials');
    await using again = await login(relay.url, { device_token: rotated.device_token });
    await settle(again);
  });

  it('or later, with keep_old: until then both are right', async () => {
    const own = await openRoom(relay);
    const old = await own.token('worker');
    await using worker = await own.device('worker');
    const request = { method: 'POST', key: own.authKey, body: { keep_old: '1h' } } as const;
    const { device_token } = await callApiOk(relay, '/api/devices/worker/token/', request);
    await settle(worker);
    await using newer = await login(relay.url, { device_token });
    expect(await worker.nextJson()).toMatchObject({ code: 'replaced' });
    await using older = await login(relay.url, { device_token: old });
    expect(await newer.nextJson()).toMatchObject({ code: 'replaced' });
    await settle(older);
    const wrong = { ...request, body: { keep_old: '1 hour' } };
    await expectRefusal('/api/devices/worker/token', wrong, 400, 'bad_request');
  });

  it('a token that is kept for a time ends with it, and so does its session', async () => {
    const own = await openRoom(relay);
    await using worker = await own.device('worker');
    const request = { method: 'POST', key: own.authKey, body: { keep_old: '200ms' } } as const;
    await callApiOk(relay, '/api/devices/worker/token', request);
    await expectRevoked(worker);
    await expect(own.device('worker')).rejects.toThrow('invalid_credentials');
  });

  it('are as many as the user may have', async () => {
    const own = await openRoom(relay, { devices: '2' });
    await own.token('first');
    await own.token('second');
    const third = { method: 'POST', key: own.authKey, body: { device: 'third' } } as const;
    await expectRefusal('/api/devices/', third, 409, 'too_many_devices');
    await callApiOk(relay, '/api/devices/first', { method: 'DELETE', key: own.authKey });
    await callApiOk(relay, '/api/devices/', third);
  });
});

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
    await expectRefusal('/api/admin/users/', again, 409, 'conflict');
  });

  it.each([
    ['a limit that is none', { queue_mesages: '5' }, 'queue_mesages'],
    ['a limit of the server', { ping_after: '5s' }, 'ping_after'],
    ['a duration without its unit', { idle_timeout: '120' }, 'idle_timeout'],
    ['a size without its unit', { message_bytes: '1024' }, 'message_bytes'],
    ['a negative number', { queue_messages: '-1' }, 'queue_messages'],
  ])('cannot be given %s', async (_, limits, named) => {
    const adding = asAdmin({ method: 'POST', body: { user: 'wrong', limits } });
    expect(await expectRefusal('/api/admin/users/', adding, 400, 'bad_request')).toContain(named);
    const changing = asAdmin({ method: 'PATCH', body: { limits } });
    expect(await expectRefusal(`/api/admin/users/${room.user}`, changing, 400, 'bad_request')).toContain(named);
    const { users } = await callApiOk<{ users: { user: string }[] }>(relay, '/api/admin/users/', asAdmin());
    expect(users.map(({ user }) => user)).not.toContain('wrong');
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
    await expectRefusal('/api/presence/', { key: own.authKey }, 401, 'invalid_credentials');
    await expectRefusal(`/api/admin/users/${own.user}`, asAdmin({ method: 'DELETE' }), 404, 'not_found');
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
    await expectRefusal(`${path}${added.body.key}`, asAdmin({ method: 'DELETE' }), 404, 'not_found');
  });

  it('of one user cannot be removed through another', async () => {
    const [own, other] = [await openRoom(relay), await openRoom(relay)];
    const { keys } = await callApiOk<{ keys: { key: string }[] }>(
      relay,
      `/api/admin/users/${own.user}/keys`,
      asAdmin(),
    );
    const path = `/api/admin/users/${other.user}/keys/${keys[0]?.key}`;
    await expectRefusal(path, asAdmin({ method: 'DELETE' }), 404, 'not_found');
    await using client = await own.controller('client');
    await settle(client);
  });

  it('of administrators may be added and removed, but not the last one', async () => {
    const { keys: before } = await callApiOk<{ keys: { key: string }[] }>(relay, '/api/admin/keys/', asAdmin());
    expect(before).toStrictEqual([{ key: expect.stringMatching(/^\w+$/), kind: 'admin', created_at: isoTime }]);
    const last = `/api/admin/keys/${before[0]?.key}`;
    await expectRefusal(last, asAdmin({ method: 'DELETE' }), 409, 'conflict');
    const added = await callApi(relay, '/api/admin/keys/', asAdmin({ method: 'POST' }));
    expect(added).toMatchObject({ status: 201, body: { admin_key: secret } });
    const key = String(added.body.admin_key);
    await callApiOk(relay, '/api/admin/users/', { key });
    await callApiOk(relay, `/api/admin/keys/${added.body.key}`, asAdmin({ method: 'DELETE' }));
    await expectRefusal('/api/admin/users/', { key }, 401, 'invalid_credentials');
  });
});

describe('PROTOCOL C: health', () => {
  it.each(['/healthz', '/healthz/', '/readyz', '/readyz/'])('%s is 200 for everybody', async (path) => {
    expect((await callApi(relay, path)).status).toBe(200);
  });
});
