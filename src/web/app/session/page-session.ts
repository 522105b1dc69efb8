import { actionOf } from '../model/word.ts';
import { pollDevices } from './device-poll.ts';
import { randomName } from './random-name.ts';
import { openRelaySocket } from './socket.ts';
import type { Store } from './store.ts';

/** A session with the relay, and the list of devices for as long as it lasts. */
export interface PageSession {
  /** Whether it left. */
  send(text: string): boolean;
  /** Tries now instead of at the end of the wait. */
  retry(): void;
  close(): void;
}

/** Opens a session with a master key; all that it hears goes into the store. `refresh` lists the devices. */
export function openPageSession(
  { state, dispatch }: Store,
  authKey: string,
  refresh: () => Promise<void>,
): PageSession {
  const socket = openRelaySocket({
    authKey,
    sender: `dashboard-${randomName()}`,
    onConnection: (connection) => dispatch({ type: 'connection', connection }),
    onWord(word) {
      const action = actionOf(word);
      if (action !== undefined) dispatch(action);
    },
    onPayload: (peer, text, re) =>
      dispatch({ type: 'received', peer, text, timeMs: Date.now(), ...(re === undefined ? {} : { re }) }),
  });
  const stopPolling = pollDevices(refresh, () => state().devices?.length ?? 0);
  return {
    send: socket.send,
    retry: socket.retry,
    close() {
      stopPolling();
      socket.close();
    },
  };
}
