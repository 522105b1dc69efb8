import { limitsToJson } from '../../protocol/limits.ts';
import { formatSize } from '../../protocol/units.ts';
import { measureLatencies, percentile } from '../bench/measure-latencies.ts';
import { measureThroughput } from '../bench/measure-throughput.ts';
import { isPaced, probeIntervalMs, type RateLimits, rateLimitsOf, sentMax, underWayMax } from '../bench/pace.ts';
import { openPair, type Pair } from '../bench/pair.ts';
import { type CommandContext, connectionOptions, defineCommand } from '../command.ts';
import { type Connection, findConnection } from '../connect.ts';
import { counted } from '../counted.ts';
import { CommandError, type ExitCode, exitCodes } from '../exit-codes.ts';
import { whenInterrupted } from '../interruption.ts';
import { countFlag, durationFlag, sizeFlag } from '../option-values.ts';

interface BenchOptions {
  readonly durationMs: number;
  readonly payloadBytes: number;
  readonly pairs: number;
}

interface BenchResult extends BenchOptions {
  /** Sorted, in microseconds. */
  readonly latencies: readonly number[];
  readonly messages: number;
  readonly lost: number;
  readonly messagesPerSecond: number;
  readonly isPaced: boolean;
  readonly limits: RateLimits;
}

/** Half of the time one message after the other, the other half as many as there may be. */
async function measure(pairs: readonly [Pair, ...Pair[]], options: BenchOptions): Promise<BenchResult> {
  const limits = rateLimitsOf(pairs[0].sender.session?.limits);
  const durationMs = options.durationMs / 2;
  const latencies = await measureLatencies(pairs[0], { durationMs, intervalMs: probeIntervalMs(limits) });
  const { sent, received, elapsedMs } = await measureThroughput(pairs, {
    durationMs,
    sentMax: (afterMs) => sentMax(limits, afterMs),
    underWayMax: underWayMax(limits),
  });
  return {
    ...options,
    latencies,
    messages: received,
    lost: sent - received,
    messagesPerSecond: (received / elapsedMs) * 1000,
    isPaced: isPaced(limits, options.pairs, sent, elapsedMs),
    limits,
  };
}

/** Opens one pair after the other, because each one is two logins. */
async function withPairs<Result>(
  connection: Connection,
  { pairs: count, payloadBytes }: BenchOptions,
  interrupted: Promise<never>,
  use: (pairs: readonly [Pair, ...Pair[]]) => Promise<Result>,
): Promise<Result> {
  const first = await openPair(connection, payloadBytes, interrupted);
  const pairs: [Pair, ...Pair[]] = [first];
  try {
    while (pairs.length < count) pairs.push(await openPair(connection, payloadBytes, interrupted));
    return await use(pairs);
  } finally {
    await Promise.all(pairs.map((pair) => pair.close()));
  }
}

/** A refusal makes the result worth nothing. */
function whenRefused(pairs: readonly Pair[]): Promise<never> {
  const refused = Promise.withResolvers<never>();
  for (const { sender } of pairs) {
    sender.on('refused', ({ message }) => {
      refused.reject(new CommandError(exitCodes.notDelivered, `the relay refused a message: ${message}`));
    });
  }
  return refused.promise;
}

async function report(result: BenchResult, { url }: Connection, { output }: CommandContext): Promise<void> {
  const { latencies, limits, payloadBytes, pairs, messages, lost, messagesPerSecond } = result;
  const at = (share: number) => Math.round(percentile(latencies, share));
  if (output.json) {
    await output.record({
      url,
      payload_bytes: payloadBytes,
      pairs,
      p50_us: at(0.5),
      p90_us: at(0.9),
      p99_us: at(0.99),
      max_us: at(1),
      latency_messages: latencies.length,
      messages_per_s: Math.round(messagesPerSecond),
      messages,
      lost,
      paced: result.isPaced,
      limits: limitsToJson(limits),
    });
    return;
  }
  const shown = (microseconds: number) => `${microseconds.toLocaleString('en')} µs`;
  await output.table([
    ['LATENCY', `one ${formatSize(payloadBytes)} message at a time, client to relay to client`],
    ...(
      [
        ['p50', 0.5],
        ['p90', 0.9],
        ['p99', 0.99],
        ['max', 1],
      ] as const
    ).map(([name, share]) => [name, shown(at(share))]),
    ['messages', latencies.length.toLocaleString('en')],
  ]);
  const perSecond = Math.round(messagesPerSecond).toLocaleString('en');
  await output.line(`\n${perSecond} messages a second through ${pairs === 1 ? '1 pair' : `${pairs} pairs`} of clients`);
  if (!result.isPaced) return;
  const { message_rate, message_burst, user_message_rate } = limits;
  output.say(
    `that is what this user's limits allow, not what the relay can do: message_rate ${message_rate}, message_burst ${message_burst}, user_message_rate ${user_message_rate}`,
  );
}

export const benchCommand = defineCommand({
  options: {
    ...connectionOptions,
    duration: {
      type: 'string',
      requiresArg: true,
      default: '10s',
      coerce: durationFlag('duration'),
      describe: 'How long, half of it for the latency and half for the throughput',
    },
    size: {
      type: 'string',
      requiresArg: true,
      default: '200B',
      coerce: sizeFlag('size'),
      describe: 'How long a message is',
    },
    pairs: {
      type: 'string',
      requiresArg: true,
      default: '1',
      coerce: countFlag('pairs', 1, 100),
      describe: 'How many pairs of clients share the throughput',
    },
  },
  examples: [
    ['relay bench --duration 2s', 'Measures for two seconds, within the limits of the user.'],
    ['relay bench --json --duration 2s --pairs 4 --size 1KiB', 'Prints one object: p50_us, p99_us, messages_per_s, …'],
  ],
  endsItself: true,
  async run(argv, context): Promise<ExitCode> {
    const options = { durationMs: argv.duration, payloadBytes: argv.size, pairs: argv.pairs };
    const interrupted = whenInterrupted(context);
    const connection = await Promise.race([findConnection(argv, context, 'master'), interrupted]);
    const result = await withPairs(connection, options, interrupted, (pairs) =>
      Promise.race([measure(pairs, options), whenRefused(pairs), interrupted]),
    );
    await report(result, connection, context);
    if (result.lost === 0) return exitCodes.done;
    context.output.complain(`${counted(result.lost, 'message')} did not arrive`);
    return exitCodes.failed;
  },
});
