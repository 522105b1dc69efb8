import type { RelayClient, Session } from '../../client/types.ts';
import { isClientId } from '../../protocol/client-id.ts';
import { clientIdRule } from '../../protocol/messages.ts';
import { formatDuration } from '../../protocol/units.ts';
import { type CommandContext, confirmOptions, connectionOptions, defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { type Connection, findConnection, isOneShotClientId, placeName } from '../connect.ts';
import { counted } from '../counted.ts';
import { CommandError, type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { whenInterrupted } from '../interruption.ts';
import { type KnownClients, knownClients } from '../known-clients.ts';
import { withSession } from '../one-shot-session.ts';
import { factorFlag } from '../option-values.ts';
import { type Played, play } from '../recording/play.ts';
import { type RecordingSummary, readRecording, summarize } from '../recording/read-recording.ts';
import { awaitAnswers } from '../sending/send-untold.ts';
import { unknownTarget } from '../sending/targets.ts';

/** How long to wait for the relay's last refusals. */
const answersTimeoutMs = 5_000;
/** So many refusals are told one by one. */
const refusalsTold = 5;

interface Plan extends RecordingSummary {
  readonly file: string;
  readonly speed: number;
  /** Where all of it goes, instead of where it went. */
  readonly target: string | undefined;
  /** Messages that are not sent. */
  readonly leftOut: number;
}

function durationOf({ durationMs, speed }: Plan): string {
  return formatDuration(Math.round(durationMs / speed / 100) * 100);
}

function question(plan: Plan, connection: Connection): string {
  const names = [...plan.targets.keys()];
  const shown = names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} others` : names.join(', ');
  return `Send ${counted(plan.messages, 'message')} to ${shown} at ${placeName(connection)}, over ${durationOf(plan)}?`;
}

async function announce(plan: Plan, known: KnownClients | undefined, { output }: CommandContext): Promise<void> {
  if (output.json) {
    const targets = Object.fromEntries(plan.targets);
    await output.record({ messages: plan.messages, ms: Math.round(plan.durationMs / plan.speed), targets });
    return;
  }
  const rows = [...plan.targets].map(([target, messages]) => [target, known?.get(target) ?? 'unknown', `${messages}`]);
  await output.table([['WOULD SEND TO', 'PRESENCE', 'MESSAGES'], ...rows]);
  output.say(`over ${durationOf(plan)}`);
}

/**
 * Without the messages to sessions of other commands, which are gone: a recording of the room holds the replies that they got. With
 * a target of its own all of the recording goes there.
 */
function leaveOutSessions(plan: Plan, known: KnownClients | undefined): Plan {
  const isGone = (target: string) => isOneShotClientId(target) && known?.has(target) !== true;
  const gone = plan.target === undefined ? [...plan.targets].filter(([target]) => isGone(target)) : [];
  const leftOut = gone.reduce((sum, [, messages]) => sum + messages, 0);
  const targets = new Map([...plan.targets].filter(([target]) => plan.target !== undefined || !isGone(target)));
  return { ...plan, targets, messages: plan.messages - leftOut, leftOut };
}

function checkKnown({ targets }: Plan, known: KnownClients | undefined): void {
  if (known === undefined) return;
  const unknown = [...targets.keys()].find((target) => !known.has(target));
  if (unknown !== undefined) throw new CommandError(exitCodes.notDelivered, unknownTarget(unknown, known));
}

/** Counts what the relay refuses, and says the first ones. */
function watchRefusals(client: RelayClient, { output }: CommandContext) {
  let count = 0;
  client.on('refused', (error) => {
    count += error.count ?? 1;
    if (count <= refusalsTold) output.complain(error.message);
  });
  return { count: () => count };
}

/** A message that the relay would not take is not the relay's being away. */
function exitCodeOf({ code }: { readonly code: string }): ExitCode {
  if (code === 'timeout') return exitCodes.timeout;
  return code === 'connection_lost' || code === 'not_connected' ? exitCodes.unreachable : exitCodes.notDelivered;
}

async function perform(client: RelayClient, plan: Plan, context: CommandContext): Promise<ExitCode> {
  const { output, interruption } = context;
  const refusals = watchRefusals(client, context);
  const startedAtMs = performance.now();
  const played = await play(client, readRecording(plan.file), {
    speed: plan.speed,
    target: plan.target,
    includes: (target) => plan.target !== undefined || plan.targets.has(target),
    interrupted: interruption.signal,
    onProgress: (sent) => output.progress(`${sent} of ${plan.messages} sent`),
  });
  output.progress('');
  const failure = played.failure ?? (await awaitAnswers(client, answersTimeoutMs));
  await report(plan, played, refusals.count(), Math.round(performance.now() - startedAtMs), context);
  if (failure !== undefined) output.complain(failure.message);
  if (interruption.signal.aborted) return interruption.exitCode;
  if (failure !== undefined) return exitCodeOf(failure);
  return refusals.count() > 0 ? exitCodes.notDelivered : exitCodes.done;
}

async function report(
  plan: Plan,
  { sent }: Played,
  refused: number,
  ms: number,
  context: CommandContext,
): Promise<void> {
  const { output } = context;
  if (output.json) {
    await output.record({ messages: plan.messages, sent, refused, ms });
    return;
  }
  const what =
    sent === plan.messages
      ? `${counted(sent, 'message')} sent`
      : `${sent} of ${counted(plan.messages, 'message')} sent`;
  output.say(refused === 0 ? what : `${what}, ${refused} refused`);
}

export const replayCommand = defineCommand({
  positionals: { file: { type: 'string', demandOption: true, describe: 'What relay record wrote' } },
  options: {
    ...connectionOptions,
    ...confirmOptions,
    speed: {
      type: 'string',
      requiresArg: true,
      default: '1',
      coerce: factorFlag('speed'),
      describe: 'How many times as fast as it was recorded',
    },
    target: { type: 'string', alias: 't', requiresArg: true, describe: 'Send all of it there instead' },
    force: { type: 'boolean', describe: 'Send to targets that the room has never seen, too' },
    'dry-run': { type: 'boolean', describe: 'Send nothing; say to whom how much would go' },
  },
  examples: [
    ['relay replay room.ndjson --dry-run', 'Says to whom how much would go, and how long it would take.'],
    ['relay replay room.ndjson --speed 2 -t pump-1 --yes', 'Sends all of it to pump-1, twice as fast.'],
  ],
  endsItself: true,
  async run(argv, context): Promise<ExitCode> {
    const { file, speed, target } = argv;
    if (target !== undefined && !isClientId(target)) {
      throw usageError(`-t ${JSON.stringify(target)} is no client id: ${clientIdRule}`);
    }
    const interrupted = whenInterrupted(context);
    const recording = await Promise.race([summarize(file), interrupted]);
    if (recording.messages === 0) throw usageError(`${file} holds no messages`);
    const targets = target === undefined ? recording.targets : new Map([[target, recording.messages]]);
    const whole: Plan = { ...recording, targets, file, speed, target, leftOut: 0 };
    const connection = await Promise.race([findConnection(argv, context, 'master'), interrupted]);
    const request = { extensions: ['presence', 'ttl'] as const };
    return await withSession(connection, request, context, async (client: RelayClient, session: Session) => {
      const known = await Promise.race([knownClients(client, session, connection, context.output), interrupted]);
      const plan = leaveOutSessions(whole, known);
      if (plan.leftOut > 0) {
        context.output.say(
          `left out: ${counted(plan.leftOut, 'message')} to sessions of other commands, which are gone`,
        );
      }
      if (plan.messages === 0) throw usageError(`nothing is left of ${file}: say with -t where it should go`);
      if (argv.dryRun === true) {
        await announce(plan, known, context);
        return exitCodes.done;
      }
      if (argv.force !== true) checkKnown(plan, known);
      await Promise.race([confirm(question(plan, connection), argv.yes, context), interrupted]);
      return await perform(client, plan, context);
    });
  },
});
