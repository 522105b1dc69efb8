import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
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

const asRoom = (request: ApiRequest = {}): ApiRequest => ({ key: room.authKey, ...request });

describe('PROTOCOL C: devices', () => {
  it('registering one returns its token, once', async () => {
    const answer = await callApi(relay, '/api/devices/', asRoom({ method: 'POST', body: { device: 'new one' } }));
    expect(answer).toStrictEqual({ status: 201, body: { device: 'new one', device_token: secret } });
    await expectRefusal(
      relay,
      '/api/devices/',
      asRoom({ method: 'POST', body: { device: 'new one' } }),
      409,
      'conflict',
    );
    const { device_token } = answer.body;
    for (const path of ['/api/devices/', '/api/devices/new%20one', '/api/presence/']) {
      expect(JSON.stringify(await callApiOk(relay, path, asRoom()))).not.toContain(String(device_token));
    }
    await using client = await login(relay.url, { device_token });
    await settle(client);
  });

  it.each(['', ' a', 'a,b', 'x'.repeat(129), 'a\nb'])('%j cannot be registered', async (device) => {
    const request = asRoom({ method: 'POST', body: { device } });
    await expectRefusal(relay, '/api/devices/', request, 400, 'invalid_client_id');
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
      const foreign = await expectRefusal(relay, '/api/devices/secret-device', asRoom({ method }), 404, 'not_found');
      const missing = await expectRefusal(relay, '/api/devices/missing-device', asRoom({ method }), 404, 'not_found');
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
    // No body is an empty one.
    const rotated = await callApiOk(relay, '/api/devices/worker/token', { method: 'POST', key: own.authKey });
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
    await expectRefusal(relay, '/api/devices/worker/token', wrong, 400, 'bad_request');
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
    await expectRefusal(relay, '/api/devices/', third, 409, 'too_many_devices');
    await callApiOk(relay, '/api/devices/first', { method: 'DELETE', key: own.authKey });
    await callApiOk(relay, '/api/devices/', third);
  });
});
