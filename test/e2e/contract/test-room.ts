/**
 * A user of its own on a running relay, and everybody in that user's room: tests share a relay without meeting each other.
 */
import { randomUUID } from 'node:crypto';
import type { ServedRelay } from '../built-relay.ts';
import { openRawWebSocket, type RawWebSocket, type RawWebSocketOptions } from '../raw-websocket.ts';
import { callApiOk } from './http-api.ts';
import { until } from './until.ts';

export interface TestRoom {
  readonly relay: ServedRelay;
  readonly user: string;
  readonly authKey: string;
  /** A controller that is authenticated with the master key under this name. */
  controller(id: string, options?: RawWebSocketOptions): Promise<RawWebSocket>;
  /** A device that is authenticated with its token; registered where it is not yet. */
  device(id: string, options?: RawWebSocketOptions): Promise<RawWebSocket>;
  /** The token of a device, registered where it is not yet. */
  token(id: string): Promise<string>;
  presence(...ids: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /** How many messages wait for this client, as `GET /api/devices/` lists it: the committed depth of its queue. */
  waiting(id: string): Promise<number>;
  untilPresence(id: string, state: 'online' | 'offline'): Promise<void>;
  untilWaiting(id: string, messages: number): Promise<void>;
  setLimits(limits: Readonly<Record<string, string | null>>): Promise<void>;
}

interface DeviceList {
  readonly devices: readonly { readonly device: string; readonly waiting: number }[];
}

/** Sends these credentials and expects the contract's answer (PROTOCOL A2). */
export async function login(
  url: string,
  credentials: Readonly<Record<string, unknown>>,
  options?: RawWebSocketOptions,
): Promise<RawWebSocket> {
  const client = await openRawWebSocket(url, options);
  client.sendJson(credentials);
  const answer = await client.nextText();
  if (JSON.parse(answer).status !== 'authenticated') throw new Error(`the relay refused the credentials: ${answer}`);
  return client;
}

/** Makes a user with these limits (PROTOCOL D) on a relay that was started on an empty folder. */
export async function openRoom(relay: ServedRelay, limits: Readonly<Record<string, string>> = {}): Promise<TestRoom> {
  const adminKey = relay.bootstrap?.adminKey;
  const user = `user-${randomUUID()}`;
  const created = await callApiOk<{ auth_key: string }>(relay, '/api/admin/users/', {
    method: 'POST',
    key: adminKey,
    body: { user, limits },
  });
  return roomOf(relay, user, created.auth_key);
}

/** The room of a user that is there already. */
export function roomOf(relay: ServedRelay, user: string, authKey: string): TestRoom {
  const tokens = new Map<string, string>();

  async function token(id: string): Promise<string> {
    const known = tokens.get(id);
    if (known !== undefined) return known;
    const request = { method: 'POST', key: authKey, body: { device: id } } as const;
    const added = await callApiOk<{ device_token: string }>(relay, '/api/devices/', request);
    tokens.set(id, added.device_token);
    return added.device_token;
  }

  async function presence(...ids: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const query = ids.length === 0 ? '' : `?devices=${encodeURIComponent(ids.join(','))}`;
    return await callApiOk(relay, `/api/presence/${query}`, { key: authKey });
  }

  async function waiting(id: string): Promise<number> {
    const { devices } = await callApiOk<DeviceList>(relay, '/api/devices/', { key: authKey });
    const found = devices.find((entry) => entry.device === id);
    return found?.waiting ?? 0;
  }

  return {
    relay,
    user,
    authKey,
    token,
    presence,
    waiting,
    controller: (id, options) => login(relay.url, { auth_key: authKey, sender: id }, options),
    device: async (id, options) => login(relay.url, { device_token: await token(id) }, options),
    async untilPresence(id, state) {
      await until(`${id} is ${state}`, async () => (await presence(id))[id] === state);
    },
    async untilWaiting(id, messages) {
      await until(`${messages} wait for ${id}`, async () => (await waiting(id)) === messages);
    },
    async setLimits(changed) {
      const key = relay.bootstrap?.adminKey;
      await callApiOk(relay, `/api/admin/users/${user}`, { method: 'PATCH', key, body: { limits: changed } });
    },
  };
}

/** Everything that the client sent before has been taken by the relay when this resolves; nothing may come in between. */
export async function settle(client: RawWebSocket): Promise<void> {
  client.sendJson({ action: 'ping' });
  const answer = await client.nextText();
  if (answer !== '{"status":"pong"}') throw new Error(`${answer} came instead of a pong`);
}
