import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { type ApiRequest, callApi } from './http-api.ts';
import { expectRefusal } from './http-expectations.ts';
import { openRoom, type TestRoom } from './test-room.ts';

let relay: ServedRelay;
let room: TestRoom;
beforeAll(async () => {
  relay = await startServe({ limits: { auth_failures: 'unlimited' } });
  room = await openRoom(relay);
});
afterAll(() => relay[Symbol.asyncDispose]());

const asRoom = (request: ApiRequest = {}): ApiRequest => ({ key: room.authKey, ...request });

describe('PROTOCOL C: every answer is JSON, refusals with code and message', () => {
  it.each([
    ['a path that is none', '/api/nothing', 404],
    ['the root of the API', '/api/', 404],
    ['an asset that is none', '/assets/nothing.js', 404],
    ['a path with percent signs that mean nothing', '/api/devices/%zz', 400],
    ['a path outside', '/../../etc/passwd', 404],
  ])('%s', async (_, path, status) => {
    await expectRefusal(relay, path, asRoom(), status);
  });

  it.each(['x:99999', '1.2.3.999', '[::::]', 'a b'])('a Host header that is no host, %s, is no bug', async (host) => {
    const status = await new Promise((resolve, reject) => {
      const asked = request(`${relay.http}/`, { headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.on('error', reject);
      asked.end();
    });
    expect(status).toBe(400);
    expect(relay.process.stderr.text()).not.toContain('a request failed');
  });

  it('an offer of another protocol than WebSocket is passed over, as Java and curl make it on every request', async () => {
    const headers = {
      authorization: `Bearer ${room.authKey}`,
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAAQAAP__',
    };
    const answer = await new Promise<string>((resolve, reject) => {
      const asked = request(`${relay.http}/api/messages/`, { method: 'POST', headers }, async (response) => {
        resolve(`${response.statusCode} ${Buffer.concat(await response.toArray())}`);
      });
      asked.on('error', reject);
      asked.end('{"target":"nobody-yet"}');
    });
    expect(answer).toBe('200 {"status":"queued","target":"nobody-yet"}');
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
    await expectRefusal(relay, path, { method, ...bodyFor(method) }, 401);
    const unknown = 'rly_master_0000000000000000_0000000000000000000000000000000000000000000';
    for (const key of ['wrong', unknown]) {
      await expectRefusal(relay, path, { method, key, ...bodyFor(method) }, 401, 'invalid_credentials');
    }
  });

  it.each(protectedPaths.filter(([, path]) => path.startsWith('/api/admin/')))(
    '%s %s needs an admin key: a master key and a device token are forbidden',
    async (method, path) => {
      for (const key of [room.authKey, await room.token('forbidden')]) {
        await expectRefusal(relay, path, { method, key, ...bodyFor(method) }, 403, 'forbidden');
      }
    },
  );

  it.each(protectedPaths.filter(([, path]) => path.startsWith('/api/devices/')))(
    '%s %s is not for device tokens: they are for presence and sending only',
    async (method, path) => {
      await expectRefusal(
        relay,
        path,
        { method, key: await room.token('forbidden'), ...bodyFor(method) },
        403,
        'forbidden',
      );
    },
  );
});

describe('PROTOCOL C: health', () => {
  it.each(['/healthz', '/healthz/', '/readyz', '/readyz/'])('%s is 200 for everybody', async (path) => {
    expect((await callApi(relay, path)).status).toBe(200);
  });
});
