import { RelayHttpError, RelayUnreachableError } from '../client/errors.ts';
import type { RelayClient, Session } from '../client/types.ts';
import type { PresenceState } from '../protocol/messages.ts';
import { type Connection, withHttp } from './connect.ts';
import { CommandError, exitCodes } from './exit-codes.ts';
import type { Output } from './output.ts';

export type KnownClients = ReadonlyMap<string, PresenceState>;

/** Whether a server answered, and has no such side: one that knows the published contract alone. */
function isWithoutHttp(error: unknown): error is Error {
  if (error instanceof RelayUnreachableError) return error.problem === 'not_a_relay';
  return error instanceof RelayHttpError && error.status === 404;
}

/** Runs a request of the HTTP side; undefined, and said, where the server has no such side. */
async function unlessWithoutHttp<Result>(
  what: string,
  output: Output,
  request: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await request();
  } catch (error) {
    if (!isWithoutHttp(error)) throw error;
    output.say(`${what}: ${error.message}`);
    return undefined;
  }
}

/** Every client that the room knows; undefined where that cannot be asked, for the published contract has no such question. */
export async function askKnownClients(connection: Connection, output: Output): Promise<KnownClients | undefined> {
  const presence = await unlessWithoutHttp('cannot check whether the targets are known', output, () =>
    withHttp(connection, (http) => http.presence()),
  );
  return presence === undefined ? undefined : new Map(Object.entries(presence));
}

/** The same over a session that is open already, which is quicker than another connection for HTTP. */
async function hearKnownClients(client: RelayClient): Promise<KnownClients> {
  const heard = new Map<string, PresenceState>();
  const stop = client.on('presence', (devices) => {
    for (const [id, state] of Object.entries(devices)) heard.set(id, state);
  });
  try {
    // The relay answers in order: behind the answer to the ping stands the answer to what was asked before.
    await Promise.all([client.watchPresence(), client.ping()]);
    await client.unwatchPresence();
  } finally {
    stop();
  }
  return heard;
}

/** Every client that the room knows, this session among them; undefined where that cannot be asked. */
export async function knownClients(
  client: RelayClient,
  { extensions }: Session,
  connection: Connection,
  output: Output,
): Promise<KnownClients | undefined> {
  if (extensions.presence) return await hearKnownClients(client);
  return await askKnownClients(connection, output);
}

/** Refuses to take an id from a session that is online (UX "Commands"). */
export async function refuseOnlineId(id: string, connection: Connection, output: Output): Promise<void> {
  const presence = await unlessWithoutHttp(`cannot check whether ${id} is online`, output, () =>
    withHttp(connection, (http) => http.presence([id])),
  );
  if (presence?.[id] === 'online') {
    throw new CommandError(
      exitCodes.failed,
      `${id} is online: connecting under that name would end its session; use another name, or --take-over`,
    );
  }
}
