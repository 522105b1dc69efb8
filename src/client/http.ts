/** The HTTP side of a relay (PROTOCOL C) as typed functions. */

import { parseRelayUrl } from './address.ts';
import { count, either, flag, list, nullable, oneOf, optional, type Reader, record, shape, text } from './answer.ts';
import { checkAuthorities } from './authorities.ts';
import { messageFunctions } from './http-messages.ts';
import { createRequester, type Requester } from './http-request.ts';
import type {
  CancelledMessage,
  DeviceDetail,
  DeviceSummary,
  KeySummary,
  LimitsJson,
  MessageAnswer,
  NewAdminKey,
  NewDeviceToken,
  NewMasterKey,
  NewUser,
  Presence,
  PurgedQueue,
  QueueDetail,
  QueueSummary,
  UserLimitsAnswer,
  UserSummary,
} from './http-types.ts';

export interface RelayHttpOptions {
  /** The address as `createRelayClient` takes it. */
  readonly url: string;
  /** A master key, an admin key, or a device token; `health` needs none. */
  readonly key?: string | undefined;
  /** Own certificate authorities in PEM, beside the well-known ones. */
  readonly ca?: string | undefined;
  /** Time for one request, its connection included, in milliseconds; 10,000 unless said. */
  readonly timeoutMs?: number | undefined;
}

export interface SendMessageOptions {
  readonly wait?: 'delivered' | undefined;
  /** How long to wait for the answer, in whole milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Each function rejects with `RelayHttpError` (the relay refused: `code` of PROTOCOL D, HTTP `status`) or
 * `RelayUnreachableError` (no relay answered: `problem`).
 */
export interface RelayHttp {
  /** The presence of these clients, or of every client that the room knows; ids outside the room are `offline`. */
  presence(ids?: readonly string[]): Promise<Presence>;
  devices(): Promise<DeviceSummary[]>;
  device(id: string): Promise<DeviceDetail>;
  /** Registers a device; its token is told this once. */
  addDevice(id: string): Promise<NewDeviceToken>;
  removeDevice(id: string): Promise<void>;
  /** Gives the device a new token; the old one dies at once, or after `keepOld` (`1h`). */
  rotateToken(id: string, keepOld?: string): Promise<NewDeviceToken>;
  /**
   * Sends the text of a JSON object with its `target` as it is, without a session. Resolves with the relay's first word, or with
   * `wait: 'delivered'` with the end; after `timeoutMs` (5,000 unless said, at most 60,000) with what is known by then.
   */
  sendMessage(json: string, options?: SendMessageOptions): Promise<MessageAnswer>;
  /** What waits for whom. */
  queues(): Promise<QueueSummary[]>;
  queue(id: string): Promise<QueueDetail>;
  /**
   * Cancels all that waits for the target; resolves with how many it was, and how many of them were handed over before. Rejects with
   * the code `conflict` when there is something and all of it is handed over already.
   */
  purgeQueue(id: string): Promise<PurgedQueue>;
  /**
   * Cancels one message; resolves with how often it was handed over before. Rejects with the code `conflict` when it is handed
   * over now, `not_found` when it does not wait.
   */
  cancelQueued(id: string, seq: number): Promise<CancelledMessage>;
  users(): Promise<UserSummary[]>;
  /** Adds a user with its first master key, which is told this once; limits as in `--limit`: `{ queue_messages: '500' }`. */
  addUser(user: string, limits?: Readonly<Record<string, string>>): Promise<NewUser>;
  /** Changes limits; null means back to the default. */
  setUser(user: string, limits: Readonly<Record<string, string | null>>): Promise<UserLimitsAnswer>;
  removeUser(user: string): Promise<void>;
  keys(user: string): Promise<KeySummary[]>;
  addKey(user: string): Promise<NewMasterKey>;
  removeKey(user: string, key: string): Promise<void>;
  adminKeys(): Promise<KeySummary[]>;
  addAdminKey(): Promise<NewAdminKey>;
  removeAdminKey(key: string): Promise<void>;
  /**
   * A consistent copy of the relay's store while it runs (admin key), the bytes of one file piece by piece. It holds everything
   * that was acknowledged before; `relay restore` brings it back.
   */
  backup(signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Resolves when the relay is ready to take messages. */
  health(): Promise<void>;
  /** Closes its connections; requests under way end as unreachable. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const state = oneOf('online', 'offline');
const summary = {
  device: text,
  state,
  online_since: nullable(text),
  last_seen: nullable(text),
  waiting: count,
  registered: flag,
};
const outcome = { state: text, from: text, _id: optional(text), count, at: text };
const readDetail: Reader<DeviceDetail> = shape({
  ...summary,
  address: nullable(text),
  created_at: nullable(text),
  outcomes: list(shape(outcome)),
});
const readDevices: Reader<{ readonly devices: DeviceSummary[] }> = shape({ devices: list(shape(summary)) });
const readToken: Reader<NewDeviceToken> = shape({ device: text, device_token: text });
const readLimits: Reader<LimitsJson> = record(either(count, oneOf('unlimited')));
const readUser: Reader<UserSummary> = shape({
  user: text,
  created_at: text,
  limits: readLimits,
  devices: count,
  connections: count,
});
const readUsers = shape({ users: list(readUser) });
const readNewUser: Reader<NewUser> = shape({ user: text, auth_key: text });
const readUserLimits: Reader<UserLimitsAnswer> = shape({ user: text, limits: readLimits });
const readKeys = shape({ keys: list<KeySummary>(shape({ key: text, kind: text, created_at: text })) });
const readNewKey: Reader<NewMasterKey> = shape({ user: text, key: text, auth_key: text });
const readNewAdminKey: Reader<NewAdminKey> = shape({ key: text, admin_key: text });
/** For answers whose status says it all; they are an object nevertheless. */
const readDone = shape({});

const backupContentType = 'application/vnd.sqlite3';

/** Servers bound the length of a request line (Node's: 16 KiB with the headers), so long lists go in parts. */
const queryCharactersMax = 4_000;

function inParts(ids: readonly string[]): string[] {
  const parts: string[] = [];
  let part = '';
  for (const id of ids.map(encodeURIComponent)) {
    if (part !== '' && part.length + id.length >= queryCharactersMax) {
      parts.push(part);
      part = '';
    }
    part = part === '' ? id : `${part},${id}`;
  }
  return part === '' ? parts : [...parts, part];
}

/**
 * The HTTP side of the relay at `url`. It opens nothing until the first request.
 *
 * @throws RelayAddressError when `url` is no address of a relay, or `ca` holds no certificate.
 */
export function createRelayHttp(options: RelayHttpOptions): RelayHttp {
  if (options.ca !== undefined) checkAuthorities(options.ca);
  const requester = createRequester({
    base: parseRelayUrl(options.url).http,
    key: options.key,
    ca: options.ca,
    timeoutMs: options.timeoutMs ?? 10_000,
  });
  return {
    ...deviceFunctions(requester),
    ...messageFunctions(requester),
    ...userFunctions(requester),
    ...keyFunctions(requester),
    async health() {
      await requester.request('GET', '/readyz', readDone);
    },
    backup: (signal) => requester.download('POST', '/api/admin/backup', { contentType: backupContentType, signal }),
    close: () => requester.close(),
    [Symbol.asyncDispose]: () => requester.close(),
  };
}

type DeviceFunctions = 'presence' | 'devices' | 'device' | 'addDevice' | 'removeDevice' | 'rotateToken';

function deviceFunctions({ request }: Requester): Pick<RelayHttp, DeviceFunctions> {
  const readPresence = record(state);
  const path = (id: string): string => `/api/devices/${encodeURIComponent(id)}`;
  return {
    async presence(ids) {
      if (ids === undefined) return request('GET', '/api/presence/', readPresence);
      const parts = inParts(ids).map((part) => request('GET', `/api/presence/?devices=${part}`, readPresence));
      return Object.fromEntries((await Promise.all(parts)).flatMap(Object.entries));
    },
    devices: async () => (await request('GET', '/api/devices/', readDevices)).devices,
    device: (id) => request('GET', path(id), readDetail),
    addDevice: (id) => request('POST', '/api/devices/', readToken, { body: { device: id } }),
    async removeDevice(id) {
      await request('DELETE', path(id), readDone);
    },
    rotateToken: (id, keepOld) =>
      request('POST', `${path(id)}/token`, readToken, {
        body: keepOld === undefined ? {} : { keep_old: keepOld },
      }),
  };
}

function userFunctions({ request }: Requester): Pick<RelayHttp, 'users' | 'addUser' | 'setUser' | 'removeUser'> {
  const path = (user: string): string => `/api/admin/users/${encodeURIComponent(user)}`;
  return {
    users: async () => (await request('GET', '/api/admin/users/', readUsers)).users,
    addUser: (user, limits = {}) => request('POST', '/api/admin/users/', readNewUser, { body: { user, limits } }),
    setUser: (user, limits) => request('PATCH', path(user), readUserLimits, { body: { limits } }),
    async removeUser(user) {
      await request('DELETE', path(user), readDone);
    },
  };
}

type KeyFunctions = 'keys' | 'addKey' | 'removeKey' | 'adminKeys' | 'addAdminKey' | 'removeAdminKey';

function keyFunctions({ request }: Requester): Pick<RelayHttp, KeyFunctions> {
  const ofUser = (user: string): string => `/api/admin/users/${encodeURIComponent(user)}/keys/`;
  const ofAdmin = '/api/admin/keys/';
  return {
    keys: async (user) => (await request('GET', ofUser(user), readKeys)).keys,
    addKey: (user) => request('POST', ofUser(user), readNewKey),
    async removeKey(user, key) {
      await request('DELETE', ofUser(user) + encodeURIComponent(key), readDone);
    },
    adminKeys: async () => (await request('GET', ofAdmin, readKeys)).keys,
    addAdminKey: () => request('POST', ofAdmin, readNewAdminKey),
    async removeAdminKey(key) {
      await request('DELETE', ofAdmin + encodeURIComponent(key), readDone);
    },
  };
}
