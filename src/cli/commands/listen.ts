import { createRelayClient } from '../../client/relay-client.ts';
import type { ExtensionName } from '../../protocol/extensions.ts';
import { connectionOptions, defineCommand } from '../command.ts';
import { findConnection } from '../connect.ts';
import { type ExitCode, usageError } from '../exit-codes.ts';
import { createExecSink } from '../listening/exec-sink.ts';
import { filterFlag, identityOptions, receiveOptions } from '../listening/flags.ts';
import { chooseIdentity } from '../listening/identity.ts';
import { createPrintSink } from '../listening/print-sink.ts';
import { receiveMessages } from '../listening/receive-messages.ts';
import { countFlag, durationFlag } from '../option-values.ts';

export const listenCommand = defineCommand({
  options: {
    ...connectionOptions,
    ...identityOptions,
    ...receiveOptions,
    exec: {
      type: 'string',
      requiresArg: true,
      describe: 'Run this for each message, which it gets on standard input, and answer with its output',
    },
    concurrency: {
      type: 'string',
      requiresArg: true,
      coerce: countFlag('concurrency', 1, 1000),
      describe: 'How many --exec runs at a time; 1 unless said',
    },
    'kill-after': {
      type: 'string',
      requiresArg: true,
      coerce: durationFlag('kill-after'),
      describe: 'How long --exec may take for one message; 5m unless said',
    },
  },
  examples: [
    ['relay listen --as console --json', 'Prints what is sent to console, as it came.'],
    ['relay listen --as console --count 1 --timeout 30s', 'Waits for one message; exit code 6 when none comes.'],
    [
      'relay listen --as pump-1 --exec ./pump.sh --kill-after 10s',
      'Runs pump.sh for each command and answers with its output.',
    ],
  ],
  endsItself: true,
  async run(argv, context): Promise<ExitCode> {
    const { exec } = argv;
    if (exec === undefined && (argv.concurrency !== undefined || argv.killAfter !== undefined)) {
      throw usageError('--concurrency and --kill-after are about --exec, and there is none');
    }
    const filter = filterFlag(argv.filter);
    const connection = await findConnection(argv, context, 'room');
    const { credentials, isOneShot } = await chooseIdentity(argv, connection, context);
    // A command wants to know from whom it comes and how old it is; what is printed is as it came.
    const extensions: readonly ExtensionName[] = exec === undefined ? ['acks'] : ['acks', 'from', 'age'];
    const client = createRelayClient({
      url: connection.url,
      credentials,
      extensions: isOneShot ? [...extensions, 'ephemeral'] : extensions,
      mode: 'interactive',
      ca: connection.ca,
    });
    const print = createPrintSink(context.output);
    const sink =
      exec === undefined
        ? print
        : createExecSink(
            { command: exec, concurrency: argv.concurrency ?? 1, killAfterMs: argv.killAfter ?? 300_000 },
            { client, output: context.output, print },
          );
    return await receiveMessages(client, sink, context, { count: argv.count, timeoutMs: argv.timeout, filter });
  },
});
