/** From the flags of a command to an address with the credential that it needs. */
import { randomBytes } from 'node:crypto';
import type { RelayHttp } from '../client/http.ts';
import type { CommandContext, ConnectionArguments } from './command.ts';
import {
  type ConnectionFlags,
  missingCredential,
  type Need,
  type ResolvedConnection,
  resolveConnection,
  type StdinSecrets,
} from './connection.ts';
import { usageError } from './exit-codes.ts';
import { readSecrets } from './prompts.ts';

type SecretFlags = Pick<ConnectionArguments, 'authKeyStdin' | 'deviceTokenStdin' | 'adminKeyStdin'>;

/** Reads what the `--…-stdin` flags announce: one a line, in this order. */
export async function readStdinSecrets(argv: SecretFlags, context: CommandContext): Promise<StdinSecrets> {
  const announced = [
    ...(argv.authKeyStdin === true ? (['authKey'] as const) : []),
    ...(argv.deviceTokenStdin === true ? (['deviceToken'] as const) : []),
    ...(argv.adminKeyStdin === true ? (['adminKey'] as const) : []),
  ];
  if (announced.length === 0) return {};
  const names = { authKey: 'master key', deviceToken: 'device token', adminKey: 'admin key' };
  const secrets = await readSecrets(
    context.stdin,
    announced.map((kind) => names[kind]),
  );
  return Object.fromEntries(announced.map((kind, index) => [kind, secrets[index]]));
}

/** A connection that has what the command needs. */
export interface Connection extends ResolvedConnection {
  /** The one secret that is shown to the relay. */
  readonly key: string;
  readonly kind: 'auth_key' | 'device_token' | 'admin_key';
}

const questions = {
  room: 'Master key (auth_key)',
  master: 'Master key (auth_key)',
  admin: 'Admin key',
} as const satisfies Record<Need, string>;

function withKey(connection: ResolvedConnection, need: Need): Connection | undefined {
  const { authKey, deviceToken, adminKey } = connection;
  if (need === 'admin') return adminKey === undefined ? undefined : { ...connection, key: adminKey, kind: 'admin_key' };
  if (authKey !== undefined) return { ...connection, key: authKey, kind: 'auth_key' };
  if (need === 'room' && deviceToken !== undefined) return { ...connection, key: deviceToken, kind: 'device_token' };
  return undefined;
}

/** Finds the address and the credential; asks for a missing one where somebody sits. */
export async function findConnection(
  argv: ConnectionFlags & SecretFlags,
  context: CommandContext,
  need: Need,
): Promise<Connection> {
  const secrets = await readStdinSecrets(argv, context);
  const connection = resolveConnection(argv, context.env, secrets, need, context.profiles);
  const complete = withKey(connection, need);
  if (complete !== undefined) return complete;
  if (!context.prompts.interactive) throw usageError(missingCredential(connection, need));
  const key = await context.prompts.secret(`${questions[need]} for ${connection.url}`);
  if (key === '') throw usageError(missingCredential(connection, need));
  return { ...connection, key, kind: need === 'admin' ? 'admin_key' : 'auth_key' };
}

/** Opens the HTTP side for one command and closes it after. */
export async function withHttp<Result>(
  connection: Pick<Connection, 'url' | 'key' | 'ca'> & { readonly timeoutMs?: number },
  use: (http: RelayHttp) => Promise<Result>,
): Promise<Result> {
  const { createRelayHttp } = await import('../client/http.ts');
  const http = createRelayHttp({
    url: connection.url,
    key: connection.key,
    ca: connection.ca,
    timeoutMs: connection.timeoutMs,
  });
  try {
    return await use(http);
  } finally {
    await http.close();
  }
}

/** A client id of its own for a one-shot command, so that a script never takes over anyone (UX "Commands"). */
export function oneShotClientId(): string {
  return `cli-${randomBytes(6).toString('hex')}`;
}

/** Whether an id was made for a one-shot command: it is in the room, and nobody means it when speaking of all. */
export function isOneShotClientId(id: string): boolean {
  return /^cli-[0-9a-f]{12}$/.test(id);
}

/** How questions name where they act: the profile and the host (UX "Machine contract"). */
export function placeName(connection: Pick<ResolvedConnection, 'profile' | 'url' | 'source'>): string {
  const host = URL.canParse(connection.url) ? new URL(connection.url).host : connection.url;
  return connection.profile === undefined ? host : `${host} (profile ${connection.profile})`;
}
