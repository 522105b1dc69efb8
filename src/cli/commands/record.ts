import { createRelayClient } from '../../client/relay-client.ts';
import type { RelayClient } from '../../client/types.ts';
import { type CommandContext, confirmOptions, connectionOptions, defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { type Connection, findConnection } from '../connect.ts';
import { CommandError, type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { whenInterrupted } from '../interruption.ts';
import { filterFlag, identityOptions, receiveOptions } from '../listening/flags.ts';
import { chooseIdentity } from '../listening/identity.ts';
import { type ReceiveOptions, receiveMessages } from '../listening/receive-messages.ts';
import { firstConnection, openSession } from '../one-shot-session.ts';
import { openRecordFile, type RecordFile } from '../recording/record-file.ts';
import { createRecordSink, type RecordSink, roomOf } from '../recording/record-sink.ts';

interface IdentityFlags {
  readonly as?: string | undefined;
  readonly takeOver?: boolean | undefined;
}

function ownIdOf({ session }: RelayClient): string {
  return session?.clientId ?? '';
}

/** Records what comes to this client; resolves with the sink, which knows how much that was. */
async function recordOwn(
  connection: Connection,
  argv: IdentityFlags,
  file: RecordFile,
  context: CommandContext,
  options: ReceiveOptions,
): Promise<{ readonly code: ExitCode; readonly sink: RecordSink }> {
  const { credentials, isOneShot } = await chooseIdentity(argv, connection, context);
  const client = createRelayClient({
    url: connection.url,
    credentials,
    extensions: isOneShot ? ['acks', 'from', 'age', 'ephemeral'] : ['acks', 'from', 'age'],
    mode: 'interactive',
    ca: connection.ca,
  });
  // The id may be gone with the connection when its last message is written.
  let ownId = '';
  client.on('state', () => {
    ownId = ownIdOf(client) || ownId;
  });
  const sink = createRecordSink(file, () => ownId);
  return { code: await receiveMessages(client, sink, context, options), sink };
}

/** The same for what passes in the room. */
async function recordRoom(
  connection: Connection,
  file: RecordFile,
  context: CommandContext,
  options: ReceiveOptions,
): Promise<{ readonly code: ExitCode; readonly sink: RecordSink }> {
  const client = openSession(connection, { extensions: ['tap'], reconnect: true });
  try {
    await Promise.race([firstConnection(client), whenInterrupted(context)]);
    if (client.session?.extensions.tap !== true) {
      throw new CommandError(exitCodes.failed, 'this relay does not show what passes in the room (no tap)');
    }
    const sink = createRecordSink(file, () => ownIdOf(client));
    const receiving = receiveMessages(roomOf(client), sink, context, options);
    // Whoever waits for this sentence may send: behind the answer nothing passes unseen.
    const tapping = client.tap().then(() => client.ping());
    tapping.then(
      () => context.output.say('recording what passes in the room'),
      // The connection is lost: it is asked for again on the next one.
      () => undefined,
    );
    return { code: await receiving, sink };
  } finally {
    await client.close();
  }
}

export const recordCommand = defineCommand({
  positionals: { file: { type: 'string', demandOption: true, describe: 'Where to, a JSON line a message' } },
  options: {
    ...connectionOptions,
    ...confirmOptions,
    ...identityOptions,
    tap: { type: 'boolean', describe: 'Record all that passes in the room (master key)' },
    ...receiveOptions,
  },
  examples: [
    ['relay record console.ndjson --as console --count 2', 'Records the next two messages to console.'],
    ['relay record room.ndjson --tap --count 3 --timeout 1m', 'Records the next three messages that pass in the room.'],
  ],
  endsItself: true,
  async run(argv, context): Promise<ExitCode> {
    if (argv.file === '-') {
      throw usageError('a recording is a file; "relay listen --json" and "relay tap --json" print');
    }
    if (argv.tap === true && (argv.as !== undefined || argv.takeOver === true)) {
      throw usageError('--tap records the room under an id of its own: leave out --as and --take-over');
    }
    const options = { count: argv.count, timeoutMs: argv.timeout, filter: filterFlag(argv.filter) };
    const interrupted = whenInterrupted(context);
    const need = argv.tap === true ? 'master' : 'room';
    const connection = await Promise.race([findConnection(argv, context, need), interrupted]);
    const file = await openRecordFile(argv.file);
    try {
      if (file.isReplacing) {
        await Promise.race([confirm(`Replace what is in ${argv.file}?`, argv.yes, context), interrupted]);
      }
      const { code, sink } =
        argv.tap === true
          ? await recordRoom(connection, file, context, options)
          : await recordOwn(connection, argv, file, context, options);
      await file.close();
      await tell(argv.file, sink, context);
      return code;
    } catch (error) {
      await file.abandon();
      throw error;
    }
  },
});

async function tell(path: string, { recorded, dropped }: RecordSink, { output }: CommandContext): Promise<void> {
  if (dropped > 0) output.complain(`${dropped} more passed, too fast for this command: they are not recorded`);
  if (output.json) await output.record({ file: path, messages: recorded, dropped });
  else output.say(recorded === 1 ? `1 message is in ${path}` : `${recorded} messages are in ${path}`);
}
