import { type ExtensionName, grantExtensions } from '../../protocol/extensions.ts';
import { credentialsBytesMax, type Refusal, readCredentials } from '../../protocol/messages.ts';
import type { Principal } from '../directory/directory.ts';

/** Who logged in with which id. */
export interface Login {
  readonly userId: string;
  readonly clientId: string;
  readonly keyId: string;
  readonly isDevice: boolean;
  /** The extensions granted, in the order asked; undefined when none were asked for. */
  readonly granted: readonly ExtensionName[] | undefined;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** The same words for unknown, wrong, expired and revoked, so that nobody learns which it was. */
const invalidCredentials: Refusal = {
  code: 'invalid_credentials',
  message: 'the key or token is not valid here: check it, or ask for a new one',
};

export function firstMessageTooBig(bytes: number): Refusal {
  return {
    code: 'message_too_big',
    message: `the first message has ${bytes} bytes, ${credentialsBytesMax} are allowed`,
  };
}

/**
 * Reads the first message of a connection (PROTOCOL A2): who it is and which id it gets, or why not. Nothing of it is ever
 * forwarded.
 */
export function readLogin(
  bytes: Uint8Array,
  authenticate: (keyText: string) => Principal | undefined,
): Login | Refusal {
  if (bytes.length > credentialsBytesMax) return firstMessageTooBig(bytes.length);
  const credentials = readCredentials(parse(bytes));
  if ('code' in credentials) return credentials;
  const principal = authenticate(credentials.kind === 'master' ? credentials.authKey : credentials.deviceToken);
  if (principal?.user === undefined || principal.key.kind !== credentials.kind) return invalidCredentials;
  const { key, user } = principal;
  const clientId = credentials.kind === 'master' ? credentials.sender : key.clientId;
  if (clientId === undefined) return invalidCredentials;
  const isDevice = credentials.kind === 'device';
  const granted = credentials.extensions === undefined ? undefined : grantExtensions(credentials.extensions, isDevice);
  return { userId: user.userId, clientId, keyId: key.keyId, isDevice, granted };
}
