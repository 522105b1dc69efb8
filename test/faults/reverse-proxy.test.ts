/** FAULTS 25: whose address counts. Clients on this machine come from addresses of their own, all of them loopback. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { callApi, callApiOk } from '../e2e/contract/http-api.ts';
import { openRoom, type TestRoom } from '../e2e/contract/test-room.ts';
import { hasTool } from '../tools.ts';
import { startNginx } from './nginx.ts';

interface Caller {
  readonly url: string;
  /** The address that it comes from. */
  readonly from: string;
  /** What it says of the way that it came, truly or not. */
  readonly forwardedFor?: string;
}

/** Sends these credentials; resolves with the answer and the socket that it came on. */
async function logIn({ url, from, forwardedFor }: Caller, credentials: unknown) {
  const headers = forwardedFor === undefined ? {} : { 'X-Forwarded-For': forwardedFor };
  const socket = new WebSocket(url, { localAddress: from, headers });
  await once(socket, 'open');
  socket.send(JSON.stringify(credentials));
  const [data] = await once(socket, 'message');
  return {
    answer: JSON.parse(String(data)),
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close');
      socket.terminate();
      if (socket.readyState !== WebSocket.CLOSED) await closed;
    },
  };
}

async function guess(caller: Caller): Promise<unknown> {
  await using login = await logIn(caller, { auth_key: 'rly_master_wrong', sender: 'x' });
  return login.answer.code;
}

/** The address that the relay sees when this caller is connected. */
async function seenAddress(relay: ServedRelay, room: TestRoom, caller: Caller): Promise<unknown> {
  await using login = await logIn(caller, { auth_key: room.authKey, sender: 'seen' });
  expect(login.answer).toMatchObject({ status: 'authenticated' });
  return (await callApiOk(relay, '/api/devices/seen', { key: room.authKey })).address;
}

describe.runIf(hasTool('nginx'))('FAULTS 25: behind nginx', () => {
  it('a relay that trusts it sees the address that nginx saw, whatever the client says itself', async () => {
    await using relay = await startServe({ args: ['--trust-proxy', '127.0.0.1'] });
    await using nginx = await startNginx(relay.http);
    const room = await openRoom(relay);
    const { url } = nginx;
    expect(await seenAddress(relay, room, { url, from: '127.0.0.2' })).toBe('127.0.0.2');
    for (const forwardedFor of ['203.0.113.7', '203.0.113.7, 127.0.0.1', 'unknown', '127.0.0.1', 'a,,b', '[::1]:80']) {
      expect(await seenAddress(relay, room, { url, from: '127.0.0.2', forwardedFor })).toBe('127.0.0.2');
    }
  });

  it('who guesses keys is slowed down under every address that he invents, and nobody else is', async () => {
    await using relay = await startServe({ limits: { auth_failures: '2' }, args: ['--trust-proxy', '127.0.0.1'] });
    await using nginx = await startNginx(relay.http);
    const room = await openRoom(relay);
    const guesser = (n: number) => ({ url: nginx.url, from: '127.0.0.2', forwardedFor: `203.0.113.${n}` });
    expect([await guess(guesser(1)), await guess(guesser(2))]).toEqual(['invalid_credentials', 'invalid_credentials']);
    expect(await guess(guesser(3))).toBe('auth_throttled');
    expect(await guess({ url: nginx.url, from: '127.0.0.3' })).toBe('invalid_credentials');
    expect(await seenAddress(relay, room, guesser(4))).toBe('127.0.0.2');
  });

  it('what is for this machine alone is not for who comes through nginx', async () => {
    await using relay = await startServe({ args: ['--trust-proxy', '127.0.0.1'] });
    await using nginx = await startNginx(relay.http);
    const proxied = { ...relay, http: nginx.http };
    expect((await callApi(proxied, '/metrics')).status).toBe(401);
    const key = relay.bootstrap?.adminKey;
    expect((await fetch(`${nginx.http}/metrics`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
  });

  it('a relay that trusts nobody takes nginx for the client', async () => {
    await using relay = await startServe();
    await using nginx = await startNginx(relay.http);
    const room = await openRoom(relay);
    const caller = { url: nginx.url, from: '127.0.0.2', forwardedFor: '203.0.113.7' };
    expect(await seenAddress(relay, room, caller)).toBe('127.0.0.1');
  });
});

describe('FAULTS 25: X-Forwarded-For of a peer that is no trusted proxy', () => {
  it.each([
    ['where none is trusted', []],
    ['where another is trusted', ['--trust-proxy', '127.0.0.9']],
  ])('is ignored %s', async (_, args) => {
    await using relay = await startServe({ limits: { auth_failures: '2' }, args });
    const room = await openRoom(relay);
    const spoofed = (n: number) => ({ url: relay.url, from: '127.0.0.2', forwardedFor: `203.0.113.${n}` });
    expect(await seenAddress(relay, room, spoofed(1))).toBe('127.0.0.2');
    for (let n = 2; n < 4; n += 1) expect(await guess(spoofed(n))).toBe('invalid_credentials');
    expect(await guess(spoofed(4))).toBe('auth_throttled');
  });
});
