import { isObject } from '../protocol/messages.ts';
import type { ClientCredentials } from './types.ts';

/** What the relay said when it let this client in. Extensions that were granted will stand beside the id (PROTOCOL B). */
export interface Session {
  readonly clientId: string;
}

/** The first message of every connection (PROTOCOL A2). */
export function credentialsMessage(credentials: ClientCredentials): string {
  return JSON.stringify(
    'deviceToken' in credentials
      ? { device_token: credentials.deviceToken }
      : { auth_key: credentials.authKey, sender: credentials.sender },
  );
}

/** Reads the answer to good credentials; undefined when it is none. Keys of a newer relay are passed over. */
export function readSession(answer: unknown): Session | undefined {
  if (!isObject(answer) || answer.status !== 'authenticated' || typeof answer.client_id !== 'string') return undefined;
  return { clientId: answer.client_id };
}
