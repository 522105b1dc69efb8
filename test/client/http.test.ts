import type { IncomingMessage, RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { RelayHttpError, RelayUnreachableError } from '../../src/client/errors.ts';
import { createRelayHttp, type RelayHttp } from '../../src/client/http.ts';
import { ask, startScript, startServer } from './http-script.ts';

const device = {
  device: 'mouse',
  state: 'online',
  online_since: '2026-01-01T00:00:00.000Z',
  last_seen: null,
  waiting: 2,
  registered: true,
};
const user = {
  user: 'ann',
  created_at: '2026-01-01T00:00:00.000Z',
  limits: { queue_messages: 500, queue_bytes: 'unlimited' },
  devices: 1,
  connections: 3,
};
const key = { key: 'k1', kind: 'master', created_at: '2026-01-01T00:00:00.000Z' };

describe('the HTTP side', () => {
  it('asks for the presence of some and of all', async () => {
    expect(await ask([200, { a: 'online', 'b c': 'offline' }], (http) => http.presence(['a', 'b c']))).toEqual({
      request: 'GET /api/presence/?devices=a,b%20c',
      body: undefined,
      value: { a: 'online', 'b c': 'offline' },
    });
    expect(await ask([200, {}], (http) => http.presence())).toMatchObject({ request: 'GET /api/presence/' });
  });

  it('asks for many in parts that servers take, and gives one answer', async () => {
    const ids = Array.from({ length: 500 }, (_, n) => `device-${n}-${'ü'.repeat(10)}`);
    const seen: string[] = [];
    await using server = await startServer((request: IncomingMessage, response) => {
      expect((request.url ?? '').length).toBeLessThan(4200);
      const asked = (request.url ?? '')
        .replace(/^.*\?devices=/, '')
        .split(',')
        .map(decodeURIComponent);
      seen.push(...asked);
      response.end(JSON.stringify(Object.fromEntries(asked.map((id) => [id, 'offline']))));
    });
    await using http = createRelayHttp({ url: server.url });
    const presence = await http.presence([...ids, '__proto__']);
    expect(Object.keys(presence).sort()).toEqual([...ids, '__proto__'].sort());
    expect(seen.sort()).toEqual([...ids, '__proto__'].sort());
    expect(await http.presence([])).toEqual({});
  });

  it('lists, shows, adds and removes devices', async () => {
    expect(await ask([200, { devices: [{ ...device, new_field: 1 }] }], (http) => http.devices())).toEqual({
      request: 'GET /api/devices/',
      body: undefined,
      value: [device],
    });
    const outcome = { state: 'queue_full', from: 'ann', _id: 'c-1', count: 1, at: '2026-01-01T00:00:00.000Z' };
    const outcomes = [{ ...outcome, state: 'sent', _id: undefined, count: 7 }, outcome];
    const detail = { ...device, address: null, created_at: '2026-01-01T00:00:00.000Z', outcomes };
    expect(await ask([200, detail], (http) => http.device('a/b?'))).toEqual({
      request: 'GET /api/devices/a%2Fb%3F',
      body: undefined,
      value: detail,
    });
    const token = { device: 'mouse', device_token: 'rly_device_1_x' };
    expect(await ask([201, token], (http) => http.addDevice('mouse'))).toEqual({
      request: 'POST /api/devices/',
      body: { device: 'mouse' },
      value: token,
    });
    expect(await ask([200, { device: 'mouse', removed: true }], (http) => http.removeDevice('mouse'))).toMatchObject({
      request: 'DELETE /api/devices/mouse',
      value: undefined,
    });
    expect(await ask([200, token], (http) => http.rotateToken('mouse', '1h'))).toEqual({
      request: 'POST /api/devices/mouse/token',
      body: { keep_old: '1h' },
      value: token,
    });
    expect(await ask([200, token], (http) => http.rotateToken('mouse'))).toMatchObject({ body: {} });
  });

  it('administers users and their limits', async () => {
    expect(await ask([200, { users: [user] }], (http) => http.users())).toMatchObject({
      request: 'GET /api/admin/users/',
      value: [user],
    });
    const added = { user: 'ann', auth_key: 'rly_master_2_x' };
    expect(await ask([201, added], (http) => http.addUser('ann', { queue_messages: '500' }))).toEqual({
      request: 'POST /api/admin/users/',
      body: { user: 'ann', limits: { queue_messages: '500' } },
      value: added,
    });
    const limits = { user: 'ann', limits: { queue_messages: 50 } };
    expect(await ask([200, limits], (http) => http.setUser('ann', { queue_messages: null }))).toEqual({
      request: 'PATCH /api/admin/users/ann',
      body: { limits: { queue_messages: null } },
      value: limits,
    });
    expect(await ask([200, { user: 'ann', removed: true }], (http) => http.removeUser('ann'))).toMatchObject({
      request: 'DELETE /api/admin/users/ann',
    });
  });

  it('administers keys', async () => {
    expect(await ask([200, { keys: [key] }], (http) => http.keys('ann'))).toMatchObject({
      request: 'GET /api/admin/users/ann/keys/',
      value: [key],
    });
    const added = { user: 'ann', key: 'k2', auth_key: 'rly_master_k2_x' };
    expect(await ask([201, added], (http) => http.addKey('ann'))).toMatchObject({
      request: 'POST /api/admin/users/ann/keys/',
      value: added,
    });
    expect(await ask([200, {}], (http) => http.removeKey('ann', 'k2'))).toMatchObject({
      request: 'DELETE /api/admin/users/ann/keys/k2',
    });
    expect(await ask([200, { keys: [] }], (http) => http.adminKeys())).toMatchObject({
      request: 'GET /api/admin/keys/',
      value: [],
    });
    const admin = { key: 'k3', admin_key: 'rly_admin_k3_x' };
    expect(await ask([201, admin], (http) => http.addAdminKey())).toMatchObject({
      request: 'POST /api/admin/keys/',
      value: admin,
    });
    expect(await ask([200, {}], (http) => http.removeAdminKey('k3'))).toMatchObject({
      request: 'DELETE /api/admin/keys/k3',
    });
  });

  it('asks whether the relay is ready, below a path prefix too', async () => {
    await using server = await startScript([[200, { status: 'ready' }]]);
    await using http = createRelayHttp({ url: `${server.url}/relay/ws/connect/` });
    await http.health();
    expect(server.asked).toEqual([{ request: 'GET /relay/readyz', body: undefined, authorization: undefined }]);
  });
});

describe('a backup', () => {
  const headers = { 'content-type': 'application/vnd.sqlite3' };
  async function readAll(http: RelayHttp): Promise<string> {
    const pieces: Uint8Array[] = [];
    for await (const piece of http.backup()) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  }

  it('comes piece by piece', async () => {
    await using server = await startServer((request, response) => {
      const { method, url, headers: asked } = request;
      response.writeHead(200, headers).write(`${method} ${url} `);
      response.end(asked.authorization);
    });
    await using http = createRelayHttp({ url: server.url, key: 'rly_admin_1_x' });
    expect(await readAll(http)).toBe('POST /api/admin/backup Bearer rly_admin_1_x');
  });

  it('that is refused, is something else, or breaks off, is an error', async () => {
    const answers: RequestListener[] = [
      (_, response) => response.writeHead(403).end('{"status":"error","code":"forbidden","message":"no"}'),
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>'),
      (_, response) => response.writeHead(200, headers).write('SQLite', () => response.destroy()),
    ];
    await using server = await startServer((request, response) => answers.shift()?.(request, response));
    await using http = createRelayHttp({ url: server.url });
    await expect(readAll(http)).rejects.toMatchObject({ name: 'RelayHttpError', code: 'forbidden', status: 403 });
    await expect(readAll(http)).rejects.toMatchObject({ problem: 'not_a_relay' });
    await expect(readAll(http)).rejects.toMatchObject({ name: 'RelayUnreachableError', problem: 'network' });
  });
});

describe('what goes wrong on the HTTP side', () => {
  it('is the error of the relay, with its code and its words', async () => {
    const answer = { status: 'error', code: 'not_found', message: 'there is no device mouse' };
    const failure = ask([404, answer], (http) => http.device('mouse'));
    await expect(failure).rejects.toBeInstanceOf(RelayHttpError);
    await expect(failure).rejects.toMatchObject({ status: 404, code: 'not_found', message: answer.message });
  });

  it.each([
    [404, { detail: 'Not Found' }, /not as a relay does \(HTTP 404\)/],
    [200, { devices: 'none' }, /\.devices is not a list/],
    [200, { devices: [{ ...device, waiting: '2' }] }, /\.devices\[0\]\.waiting is not a number/],
    [200, { devices: [{ ...device, state: 'asleep' }] }, /\.devices\[0\]\.state is not one of online, offline/],
    [200, null, /the answer is not an object/],
  ])('is an answer that no relay gives: %i %j', async (status, answer, words) => {
    const failure = ask([status, answer], (http) => http.devices());
    await expect(failure).rejects.toBeInstanceOf(RelayUnreachableError);
    await expect(failure).rejects.toMatchObject({ problem: 'not_a_relay', message: expect.stringMatching(words) });
  });

  it('is a page for people, or another place', async () => {
    await using server = await startServer((request, response) => {
      if (request.url === '/readyz') response.writeHead(302, { location: 'https://b.example/' }).end();
      else response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>');
    });
    await using http = createRelayHttp({ url: server.url });
    await expect(http.presence()).rejects.toMatchObject({ problem: 'not_a_relay' });
    await expect(http.health()).rejects.toThrow('redirects to https://b.example/; use that address');
  });

  it('is a server that is not there, and one that says nothing', async () => {
    const server = await startServer(() => undefined);
    await using patient = createRelayHttp({ url: server.url, timeoutMs: 50 });
    await expect(patient.health()).rejects.toMatchObject({ name: 'RelayUnreachableError', problem: 'timeout' });
    await server[Symbol.asyncDispose]();
    await using http = createRelayHttp({ url: server.url });
    await expect(http.health()).rejects.toMatchObject({ problem: 'connection_refused' });
  });

  it('is a key that can be none, which goes nowhere and is not repeated', async () => {
    await using server = await startScript([]);
    await using http = createRelayHttp({ url: server.url, key: 'secret\r\nhost: elsewhere' });
    const failure = http.devices();
    await expect(failure).rejects.toMatchObject({ status: 401, code: 'invalid_credentials' });
    await expect(failure).rejects.not.toThrow(/secret/);
    expect(server.asked).toEqual([]);
  });

  it('is its own end', async () => {
    await using server = await startServer(() => undefined);
    const http = createRelayHttp({ url: server.url });
    const failure = expect(http.health()).rejects.toBeInstanceOf(RelayUnreachableError);
    await http.close();
    await failure;
    await http.close();
  });
});
