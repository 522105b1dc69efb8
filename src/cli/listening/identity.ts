import type { ClientCredentials } from '../../client/types.ts';
import { isClientId } from '../../protocol/client-id.ts';
import { clientIdRule } from '../../protocol/messages.ts';
import type { CommandContext } from '../command.ts';
import { type Connection, oneShotClientId } from '../connect.ts';
import { usageError } from '../exit-codes.ts';
import { refuseOnlineId } from '../known-clients.ts';

interface IdentityFlags {
  readonly as?: string | undefined;
  readonly takeOver?: boolean | undefined;
}

/** As whom a command listens. */
export interface Identity {
  readonly credentials: ClientCredentials;
  /** The id is made for this command: nothing needs to wait for it afterwards. */
  readonly isOneShot: boolean;
}

/** The id that was said, or the saved one; with neither one of its own. None is taken from anyone. */
export async function chooseIdentity(
  { as, takeOver }: IdentityFlags,
  connection: Connection,
  context: CommandContext,
): Promise<Identity> {
  if (connection.kind === 'device_token') {
    if (as !== undefined) throw usageError('--as needs a master key: a device token has the name of its device');
    return { credentials: { deviceToken: connection.key }, isOneShot: false };
  }
  const id = as ?? connection.sender;
  if (id === undefined) {
    return { credentials: { authKey: connection.key, sender: oneShotClientId() }, isOneShot: true };
  }
  if (!isClientId(id)) throw usageError(`${JSON.stringify(id)} is no client id: ${clientIdRule}`);
  if (takeOver !== true) await refuseOnlineId(id, connection, context.output);
  return { credentials: { authKey: connection.key, sender: id }, isOneShot: false };
}
