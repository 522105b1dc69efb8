/** Whether a relay takes the keys that somebody wants to save. */
import { RelayHttpError, RelayUnreachableError } from '../client/errors.ts';
import { createRelayClient } from '../client/relay-client.ts';
import { oneShotClientId, withHttp } from './connect.ts';
import type { StdinSecrets } from './connection.ts';

/** Where the keys belong. */
export interface CheckedPlace {
  readonly url: string;
  /** Own certificate authorities in PEM. */
  readonly ca?: string | undefined;
}

/** Logs in once under an id of its own, where the server has no HTTP side to ask. */
async function checkBySession({ url, ca }: CheckedPlace, authKey: string): Promise<void> {
  const client = createRelayClient({
    url,
    credentials: { authKey, sender: oneShotClientId() },
    mode: 'interactive',
    reconnect: false,
    ...(ca === undefined ? {} : { ca }),
  });
  try {
    await client.ready();
  } finally {
    await client.close();
  }
}

/**
 * Shows each key to the relay. Over HTTP, because a session with a device token would end the device's own; where the server has no
 * HTTP side a master key logs in once, and a device token cannot be checked: false. Rejects with a sentence.
 */
export async function checkCredentials(place: CheckedPlace, secrets: StdinSecrets): Promise<boolean> {
  const { authKey, deviceToken, adminKey } = secrets;
  const at = { url: place.url, ...(place.ca === undefined ? {} : { ca: place.ca }) };
  if (adminKey !== undefined) await withHttp({ ...at, key: adminKey }, (http) => http.users());
  const roomKey = authKey ?? deviceToken;
  if (roomKey === undefined) return true;
  try {
    await withHttp({ ...at, key: roomKey }, (http) => http.presence([oneShotClientId()]));
  } catch (error) {
    const hasNoHttp = error instanceof RelayUnreachableError && error.problem === 'not_a_relay';
    if (!hasNoHttp && !(error instanceof RelayHttpError && error.code === 'not_found')) throw error;
    if (authKey === undefined) return false;
    await checkBySession(place, authKey);
  }
  return true;
}
