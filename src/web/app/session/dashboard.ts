import { addressDraft, type Draft } from '../model/draft.ts';
import type { Keys } from '../model/state.ts';
import { readDevices } from './answers.ts';
import { ApiError, type ApiRequest, callApi } from './api.ts';
import { forgetKeys, keepKeys, keptKeys } from './kept-keys.ts';
import { kindOf } from './key-kind.ts';
import { openPageSession, type PageSession } from './page-session.ts';
import { randomName } from './random-name.ts';
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

/** A relay that tells no limit has the one of PROTOCOL D. */
const messageBytesDefault = 256 * 1024;

export function createDashboard(): Dashboard {
  const store = createStore();
  const { dispatch, state } = store;
  let session: PageSession | undefined;

  function notice(text: string, isProblem = false): void {
    dispatch({ type: 'noticed', text, isProblem });
  }

  function openSession(authKey: string): void {
    session?.close();
    session = openPageSession(store, authKey, refresh);
  }

  function takeKeys(keys: Keys): void {
    dispatch({ type: 'logged-in', keys });
    if (keys.master !== undefined) openSession(keys.master);
  }

  function logOut(): void {
    session?.close();
    session = undefined;
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
        logOut();
      }
      throw error;
    }
  }

  async function refresh(): Promise<void> {
    const { master } = state().keys;
    const devices = readDevices(await call('master', '/api/devices/'));
    if (state().keys.master === master) dispatch({ type: 'devices', devices });
  }

  function send(draft: Draft, targets: readonly string[]): string | undefined {
    const { connection } = state();
    if (connection.phase !== 'authenticated') return 'not connected: nothing was sent';
    const limit = connection.limits.message_bytes;
    const bytesMax = typeof limit === 'number' ? limit : messageBytesDefault;
    const options = { sender: connection.clientId, bytesMax, makeId: randomName };
    const messages = addressDraft(draft, targets, options);
    if ('problem' in messages) return messages.problem;
    dispatch({ type: 'sent', messages, timeMs: Date.now() });
    for (const { text, target, messageId } of messages) {
      if (session?.send(text) !== true)
        dispatch({ type: 'outcome', messageId, target, outcome: 'refused: not connected' });
    }
    return undefined;
  }

  const kept = keptKeys();
  if (kept !== undefined) takeKeys(kept);

  return {
    ...store,
    async logIn(key, isKept) {
      takeKeys(await kindOf(key));
      if (isKept) keepKeys(state().keys);
    },
    logOut,
    call,
    refresh,
    send,
    reconnect() {
      const { master } = state().keys;
      if (state().connection.phase === 'waiting') session?.retry();
      else if (master !== undefined) openSession(master);
    },
    notice,
  };
}
