import { type ExtensionName, noExtensions, toExtensions } from '../protocol/extensions.ts';
import type { LimitJson, UserLimits } from '../protocol/limits.ts';
import type { AuthenticatedMessage } from '../protocol/messages.ts';
import type { ClientCredentials, Session } from './types.ts';

/**
 * What the relay says about messages and copies of them can concern this client itself, and only `from` tells such words
 * from a payload: whoever asks for these gets it as well.
 */
const needFrom: readonly ExtensionName[] = ['receipts', 'tap'];

function withFrom(asked: readonly ExtensionName[]): readonly ExtensionName[] {
  const isMissing = !asked.includes('from') && asked.some((name) => needFrom.includes(name));
  return isMissing ? [...asked, 'from'] : asked;
}

/** The first message of every connection (PROTOCOL A2, B). Without a list of extensions it is that of the published contract. */
export function credentialsMessage(
  credentials: ClientCredentials,
  extensions: readonly ExtensionName[] | undefined,
): string {
  const who =
    'deviceToken' in credentials
      ? { device_token: credentials.deviceToken }
      : { auth_key: credentials.authKey, sender: credentials.sender };
  return JSON.stringify(extensions === undefined ? who : { ...who, extensions: withFrom(extensions) });
}

function toNumber(limit: LimitJson): number {
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : limit;
}

/** What the answer to the credentials grants; a server that knows part A only grants nothing and tells no limits. */
export function readSession({ client_id: clientId, extensions, limits }: AuthenticatedMessage): Session {
  if (extensions === undefined) return { clientId, extensions: noExtensions, limits: undefined };
  const told =
    limits === undefined ? undefined : Object.entries(limits).map(([name, limit]) => [name, toNumber(limit)]);
  return {
    clientId,
    extensions: toExtensions(extensions),
    // The one place where the compiler cannot follow: the names are those of the message.
    limits: told === undefined ? undefined : (Object.fromEntries(told) as UserLimits),
  };
}
