import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { callApiOk } from '../e2e/contract/http-api.ts';
import { login, openRoom, type TestRoom } from '../e2e/contract/test-room.ts';
import type { RawWebSocket } from '../e2e/raw-websocket.ts';

const sockets = 300;
const closedWithinMs = 1000;

let relay: ServedRelay;
beforeAll(async () => {
  relay = await startServe();
});
afterAll(() => relay[Symbol.asyncDispose]());

const asAdmin = () => ({ key: relay.bootstrap?.adminKey, method: 'DELETE' }) as const;

async function openSockets(room: TestRoom): Promise<readonly RawWebSocket[]> {
  return await Promise.all(Array.from({ length: sockets }, (_, n) => room.controller(`client-${n}`)));
}

/** Expects that all of them are closed with 4010 in time, from before the request on. */
async function expectRevoked(clients: readonly RawWebSocket[], revoke: () => Promise<unknown>): Promise<void> {
  const closes = clients.map((client) => client.closeAfterAll());
  const startedMs = performance.now();
  await revoke();
  expect(new Set((await Promise.all(closes)).map(({ code }) => code))).toEqual(new Set([4010]));
  expect(performance.now() - startedMs).toBeLessThan(closedWithinMs);
}

describe(`FAULTS 27: ${sockets} live sockets are closed with 4010 within 1 s`, () => {
  it('when their key is removed, also those that do not answer or do not read', async () => {
    const room = await openRoom(relay);
    const clients = await openSockets(room);
    const stubborn = await room.controller('stubborn', { answersClose: false, answersPings: false });
    const stuck = await room.controller('stuck');
    stuck.pause();
    const path = `/api/admin/users/${room.user}/keys`;
    const { keys } = await callApiOk<{ keys: { key: string }[] }>(relay, path, { ...asAdmin(), method: 'GET' });
    await expectRevoked([...clients, stubborn], () => callApiOk(relay, `${path}/${keys[0]?.key}`, asAdmin()));
    await expect(room.controller('client-0')).rejects.toThrow('invalid_credentials');
    stuck.resume();
    expect((await stuck.closeAfterAll()).code).toBe(4010);
  });

  it('when their user is removed', async () => {
    const room = await openRoom(relay);
    const clients = [...(await openSockets(room)), await room.device('device')];
    await expectRevoked(clients, () => callApiOk(relay, `/api/admin/users/${room.user}`, asAdmin()));
  });

  it('when it is one device: its own alone, and its token is no more', async () => {
    const room = await openRoom(relay);
    const token = await room.token('device');
    const clients = await openSockets(room);
    const device = await room.device('device');
    await expectRevoked([device], () =>
      callApiOk(relay, '/api/devices/device', { key: room.authKey, method: 'DELETE' }),
    );
    await expect(login(relay.url, { device_token: token })).rejects.toThrow('invalid_credentials');
    for (const client of clients) client.sendText('{"action":"ping"}');
    for (const client of clients) expect(await client.nextText()).toBe('{"status":"pong"}');
  });
});
