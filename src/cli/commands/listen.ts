import { createRelayClient } from '../../client/relay-client.ts';
import type { ClientCredentials } from '../../client/types.ts';
import { isClientId } from '../../protocol/client-id.ts';
import { clientIdRule } from '../../protocol/messages.ts';
import { type CommandContext, connectionOptions, defineCommand } from '../command.ts';
import { type Connection, findConnection, oneShotClientId } from '../connect.ts';
import { type ExitCode, usageError } from '../exit-codes.ts';
import { refuseOnlineId } from '../known-clients.ts';
import { countFlag, durationFlag } from '../option-values.ts';
import { printMessages } from '../print-messages.ts';

/** Listens under the id that was said, or a saved one; with neither under one of its own. None is taken from anyone. */
async function chooseCredentials(
  { as, takeOver }: { readonly as?: string | undefined; readonly takeOver?: boolean | undefined },
  connection: Connection,
  context: CommandContext,
): Promise<ClientCredentials> {
  if (connection.kind === 'device_token') {
    if (as !== undefined) throw usageError('--as needs an auth key: a device token has the name of its device');
    return { deviceToken: connection.key };
  }
  const id = as ?? connection.sender;
  if (id === undefined) return { authKey: connection.key, sender: oneShotClientId() };
  if (!isClientId(id)) throw usageError(`${JSON.stringify(id)} is no client id: ${clientIdRule}`);
  if (takeOver !== true) await refuseOnlineId(id, connection, context.output);
  return { authKey: connection.key, sender: id };
}

export const listenCommand = defineCommand({
  options: {
    ...connectionOptions,
    as: { type: 'string', requiresArg: true, describe: 'The client id to listen as (auth key)' },
    'take-over': { type: 'boolean', describe: 'End the session that has the id now' },
    count: { type: 'string', requiresArg: true, coerce: countFlag('count', 1), describe: 'End after so many messages' },
    timeout: {
      type: 'string',
      requiresArg: true,
      coerce: durationFlag('timeout'),
      describe: 'End after this time; 6 with fewer than --count',
    },
  },
  examples: [
    ['relay listen --as console --json', 'Prints what is sent to console, as it came.'],
    ['relay listen --as console --count 1 --timeout 30s', 'Waits for one message; exit code 6 when none comes.'],
  ],
  endsItself: true,
  async run(argv, context): Promise<ExitCode> {
    const connection = await findConnection(argv, context, 'room');
    const credentials = await chooseCredentials(argv, connection, context);
    const client = createRelayClient({
      url: connection.url,
      credentials,
      mode: 'interactive',
      ...(connection.ca === undefined ? {} : { ca: connection.ca }),
    });
    return await printMessages(client, context, { count: argv.count, timeoutMs: argv.timeout });
  },
});
