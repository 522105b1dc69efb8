import type { RelayMessage } from '../../../protocol/messages.ts';
import { addressDraft, type Draft } from '../model/draft.ts';
import type { Keys } from '../model/state.ts';
import { readDevices } from './answers.ts';
import { ApiError, type ApiRequest, callApi } from './api.ts';
import { forgetKeys, keepKeys, keptKeys } from './kept-keys.ts';
import { openRelaySocket, type RelaySocket } from './socket.ts';
import { createStore, type Store } from './store.ts';

/** What the views can do. */
export interface Dashboard extends Store {
  /** Finds out what kind of key it is; rejects with `ApiError` in words. `isKept`: it outlives a reload in this tab. */
  logIn(key: string, isKept: boolean): Promise<void>;
  logOut(): void;
  /** Calls the API with the user's key, or with the admin key; what goes wrong is a sentence of `ApiError`. */
  call(as: keyof Keys, path: string, request?: ApiRequest): Promise<unknown>;
  /** Lists the devices now, after something has changed them. */
  refresh(): Promise<void>;
  /** Sends to these targets; the sentence that says why not, or undefined. */
  send(draft: Draft, targets: readonly string[]): string | undefined;
  reconnect(): void;
  notice(text: string, isProblem?: boolean): void;
}

/** Who comes is pushed, who goes only after a while: a list that is asked for shows both within a second. */
const pollMs = { few: 500, many: 5_000 } as const;
/** Beyond so many devices they are listed less often; who comes is pushed all the same. */
const fewDevicesMax = 200;
/** A relay that tells no limit has the one of PROTOCOL D. */
const messageBytesDefault = 256 * 1024;

function randomName(): string {
  const letters = crypto.getRandomValues(new Uint8Array(8));
  return [...letters].map((byte) => (byte % 36).toString(36)).join('');
}

export function createDashboard(): Dashboard {
  const store = createStore();
  const { dispatch, state } = store;
  let socket: RelaySocket | undefined;
  let pollTimer: number | undefined;

  function notice(text: string, isProblem = false): void {
    dispatch({ type: 'noticed', text, isProblem });
  }

  function end(): void {
    socket?.close();
    socket = undefined;
    window.clearTimeout(pollTimer);
    forgetKeys();
    dispatch({ type: 'logged-out' });
  }

  async function call(as: keyof Keys, path: string, request?: ApiRequest): Promise<unknown> {
    const key = state().keys[as];
    if (key === undefined) throw new ApiError(0, `this needs ${as === 'admin' ? 'an admin' : 'a master'} key`);
    try {
      return await callApi(key, path, request);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401 && state().keys[as] === key) {
        notice('the key is not valid any more', true);
        end();
      }
      throw error;
    }
  }

  async function refresh(): Promise<void> {
    const { master } = state().keys;
    const devices = readDevices(await call('master', '/api/devices/'));
    if (state().keys.master === master) dispatch({ type: 'devices', devices });
  }

  /** Lists the devices again and again, as long as this session is the one of the page. */
  async function poll(session: RelaySocket): Promise<void> {
    // Nobody looks at a page that is hidden. What goes wrong shows at the connection.
    if (document.visibilityState === 'visible') await refresh().catch(() => undefined);
    if (socket !== session) return;
    const isMany = (state().devices?.length ?? 0) > fewDevicesMax;
    pollTimer = window.setTimeout(() => void poll(session), isMany ? pollMs.many : pollMs.few);
  }

  function handleWord(word: RelayMessage): void {
    if (word.status === 'presence') dispatch({ type: 'presence', states: word.devices });
    else if (word.status === 'error' && word._id !== undefined && word.target !== undefined) {
      const outcome = word.code === 'unconfirmed' ? 'unconfirmed: it may have arrived' : `refused: ${word.message}`;
      dispatch({ type: 'outcome', messageId: word._id, target: word.target, outcome });
    } else if (word.status === 'error') notice(`the relay says: ${word.message}`, true);
    else if ('_id' in word) {
      dispatch({ type: 'outcome', messageId: word._id, target: word.target, outcome: word.status });
    }
  }

  function openSession(authKey: string): void {
    socket?.close();
    window.clearTimeout(pollTimer);
    socket = openRelaySocket({
      authKey,
      sender: `dashboard-${randomName()}`,
      onConnection: (connection) => dispatch({ type: 'connection', connection }),
      onWord: handleWord,
      onPayload: (peer, text, re) =>
        dispatch({ type: 'received', peer, text, timeMs: Date.now(), ...(re === undefined ? {} : { re }) }),
    });
    void poll(socket);
  }

  async function logIn(key: string, isKept: boolean): Promise<void> {
    const keys = await kindOf(key);
    dispatch({ type: 'logged-in', keys });
    if (isKept) keepKeys(state().keys);
    if (keys.master !== undefined) openSession(keys.master);
  }

  const kept = keptKeys();
  if (kept !== undefined) {
    dispatch({ type: 'logged-in', keys: kept });
    if (kept.master !== undefined) openSession(kept.master);
  }

  return {
    ...store,
    logIn,
    logOut: end,
    call,
    refresh,
    send(draft, targets) {
      const { connection } = state();
      if (connection.phase !== 'authenticated') return 'not connected: nothing was sent';
      const limit = connection.limits.message_bytes;
      const bytesMax = typeof limit === 'number' ? limit : messageBytesDefault;
      const options = { sender: connection.clientId, bytesMax, makeId: randomName };
      const messages = addressDraft(draft, targets, options);
      if ('problem' in messages) return messages.problem;
      dispatch({ type: 'sent', messages, timeMs: Date.now() });
      for (const { text, target, messageId } of messages) {
        if (socket?.send(text) !== true)
          dispatch({ type: 'outcome', messageId, target, outcome: 'refused: not connected' });
      }
      return undefined;
    },
    reconnect() {
      const { master } = state().keys;
      if (state().connection.phase === 'waiting') socket?.retry();
      else if (master !== undefined) openSession(master);
    },
    notice,
  };
}

/** The relay alone knows what a key is good for; its prefix says what to ask first. */
async function kindOf(key: string): Promise<Keys> {
  const asMaster = { path: '/api/devices/', keys: { master: key } };
  const asAdmin = { path: '/api/admin/users', keys: { admin: key } };
  for (const { path, keys } of key.startsWith('rly_admin_') ? [asAdmin, asMaster] : [asMaster, asAdmin]) {
    try {
      await callApi(key, path);
      return keys;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 403) throw error;
    }
  }
  throw new ApiError(403, 'this is the token of a device: log in with a master key or an admin key');
}
