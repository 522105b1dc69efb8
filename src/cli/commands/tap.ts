import { RelayConnectionError } from '../../client/errors.ts';
import { parseMessageFilter } from '../../client/message-filter.ts';
import type { RelayClient, TappedMessage } from '../../client/types.ts';
import { isClientId } from '../../protocol/client-id.ts';
import { clientIdRule } from '../../protocol/messages.ts';
import { formatDuration } from '../../protocol/units.ts';
import { type CommandContext, connectionOptions, defineCommand } from '../command.ts';
import { findConnection } from '../connect.ts';
import { CommandError, type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { whenInterrupted } from '../interruption.ts';
import { receiveOptions } from '../listening/flags.ts';
import { firstConnection, openSession } from '../one-shot-session.ts';
import { paint } from '../output.ts';
import { onOneLine } from '../printable.ts';
import { timerMsMax } from '../sending/awaited.ts';

/** So many copies may wait for a slow reader of standard output before the relay is no longer read. */
const pendingMax = 256;

/** The payload stands in the line as it was sent: numbers keep every digit. */
function jsonLine({ from, target, outcome, text, dropped }: TappedMessage): string {
  const head = JSON.stringify({ from, target, outcome, ...(dropped === 0 ? {} : { dropped }) });
  return `${head.slice(0, -1)},"payload":${onOneLine(text)}}`;
}

function textLine({ from, target, outcome, text, receivedAtMs }: TappedMessage): string {
  const time = new Date(receivedAtMs).toLocaleTimeString('en-GB');
  const isRefused = outcome !== 'sent' && outcome !== 'queued';
  return `${time} ${from} → ${target} ${isRefused ? paint('red', outcome) : outcome} ${onOneLine(text)}`;
}

interface TapOptions {
  readonly ids: readonly string[] | undefined;
  readonly filter: ReturnType<typeof parseMessageFilter>;
  readonly count: number;
  readonly timeoutMs: number | undefined;
}

/** Prints copies until there are enough or the time is over. */
async function printCopies(client: RelayClient, options: TapOptions, { output }: CommandContext): Promise<ExitCode> {
  const { ids, filter, count, timeoutMs } = options;
  const end = Promise.withResolvers<ExitCode>();
  let printed = 0;
  let pending = 0;
  let last = Promise.resolve();

  function print(copy: TappedMessage): void {
    pending += 1;
    if (pending === pendingMax) client.pause();
    last = last.then(async () => {
      if (copy.dropped > 0) output.say(`${copy.dropped} more passed here, too fast for this command`);
      await output.line(output.json ? jsonLine(copy) : textLine(copy));
      pending -= 1;
      if (pending === 0) client.resume();
    });
  }

  client.on('tap', (copy) => {
    const isWanted = filter?.matches({ from: copy.from, to: copy.target, text: copy.text }) ?? true;
    if (!isWanted || printed === count) return;
    printed += 1;
    print(copy);
    if (printed === count) end.resolve(exitCodes.done);
  });
  client.on('state', (state) => {
    if (state.phase === 'waiting') output.say(`${state.ending.reason}; trying again`);
    if (state.phase === 'authenticated') output.say('listening in again; what passed meanwhile is not shown');
    if (state.phase === 'closed') end.reject(new RelayConnectionError(state.ending));
  });
  await client.tap(ids);
  // Behind the answer nothing passes unseen.
  await client.ping();
  output.say(ids === undefined ? 'listening in on the room' : `listening in on ${ids.join(', ')}`);
  const timer =
    timeoutMs === undefined ? undefined : setTimeout(() => end.resolve(timedOut()), Math.min(timeoutMs, timerMsMax));

  function timedOut(): ExitCode {
    if (count === Number.POSITIVE_INFINITY) return exitCodes.done;
    output.complain(`${printed} of ${count} messages passed within ${formatDuration(timeoutMs ?? 0)}`);
    return exitCodes.timeout;
  }

  try {
    return await end.promise;
  } finally {
    clearTimeout(timer);
    await last;
  }
}

export const tapCommand = defineCommand({
  positionals: {
    id: { type: 'string', array: true, describe: 'Only what comes from or goes to these; all of the room unless said' },
  },
  options: {
    ...connectionOptions,
    ...receiveOptions,
    filter: { type: 'string', requiresArg: true, describe: 'Only what fits: text, from=ID, to=ID, field=value, -not' },
  },
  examples: [
    ['relay tap', 'Shows what passes in the room, and what the relay did with it.'],
    [
      "relay tap gate --filter 'cmd=open' --count 1 --json",
      'Waits for an open from or to gate, and prints it as JSON.',
    ],
  ],
  endsItself: true,
  async run(argv, context): Promise<ExitCode> {
    const ids = argv.id === undefined || argv.id.length === 0 ? undefined : argv.id;
    const wrong = ids?.find((id) => !isClientId(id));
    if (wrong !== undefined) throw usageError(`${JSON.stringify(wrong)} is no client id: ${clientIdRule}`);
    const interrupted = whenInterrupted(context);
    const connection = await Promise.race([findConnection(argv, context, 'master'), interrupted]);
    const client = openSession(connection, { extensions: ['tap'], reconnect: true });
    try {
      await Promise.race([firstConnection(client), interrupted]);
      if (client.session?.extensions.tap !== true) {
        throw new CommandError(exitCodes.failed, 'this relay does not show what passes in the room (no tap)');
      }
      const options = {
        ids,
        filter: argv.filter === undefined ? undefined : parseMessageFilter(argv.filter),
        count: argv.count ?? Number.POSITIVE_INFINITY,
        timeoutMs: argv.timeout,
      };
      return await Promise.race([printCopies(client, options, context), interrupted]);
    } finally {
      await client.close();
    }
  },
});
