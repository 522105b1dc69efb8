/** A session for one command: under an id of its own, for this connection alone (UX "Commands"). */
import { RelayConnectionError } from '../client/errors.ts';
import { createRelayClient } from '../client/relay-client.ts';
import type { RelayClient, Session } from '../client/types.ts';
import type { ExtensionName } from '../protocol/extensions.ts';
import type { CommandContext } from './command.ts';
import { type Connection, oneShotClientId } from './connect.ts';
import { whenInterrupted } from './interruption.ts';

export interface SessionRequest {
  /** Asked for beside `ephemeral`, which an id that was chosen does not get: messages may wait for it. */
  readonly extensions: readonly ExtensionName[];
  /** An id that was chosen, instead of one that is made for this command. */
  readonly clientId?: string | undefined;
  /** Connect again after a loss; otherwise a loss is the end. */
  readonly reconnect?: boolean;
}

/** Opens the connection; the caller closes it. Needs a master key. */
export function openSession(connection: Connection, request: SessionRequest): RelayClient {
  const { extensions, clientId, reconnect = false } = request;
  return createRelayClient({
    url: connection.url,
    credentials: { authKey: connection.key, sender: clientId ?? oneShotClientId() },
    extensions: clientId === undefined ? [...extensions, 'ephemeral'] : extensions,
    mode: 'interactive',
    reconnect,
    ca: connection.ca,
  });
}

/**
 * Resolves when a session that connects again by itself is there. The first try that fails is the end: a relay that was never
 * reached is a mistake in the address more often than a network that is away.
 */
export async function firstConnection(client: RelayClient): Promise<void> {
  const failed = Promise.withResolvers<never>();
  const stop = client.on('state', (state) => {
    if (state.phase === 'waiting' || state.phase === 'closed') failed.reject(new RelayConnectionError(state.ending));
  });
  try {
    await Promise.race([client.ready(), failed.promise]);
  } finally {
    stop();
  }
}

/** Connects, uses the session and closes it; a signal ends the waiting for the connection. */
export async function withSession<Result>(
  connection: Connection,
  request: SessionRequest,
  context: CommandContext,
  use: (client: RelayClient, session: Session) => Promise<Result>,
): Promise<Result> {
  const client = openSession(connection, request);
  try {
    await Promise.race([client.ready(), whenInterrupted(context)]);
    const { session } = client;
    if (session === undefined) throw new TypeError('a client that is ready has no session');
    return await use(client, session);
  } finally {
    await client.close();
  }
}
