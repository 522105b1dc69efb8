import { reportsFailure } from '../../client/reply-failure.ts';
import { isClientId } from '../../protocol/client-id.ts';
import { clientIdRule, isObject } from '../../protocol/messages.ts';
import { type CallEnd, performCall } from '../calling/perform-call.ts';
import { type CommandContext, connectionOptions, defineCommand } from '../command.ts';
import { findConnection } from '../connect.ts';
import { CommandError, type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { whenInterrupted } from '../interruption.ts';
import { knownClients } from '../known-clients.ts';
import { withSession } from '../one-shot-session.ts';
import { durationFlag } from '../option-values.ts';
import { openPayloads } from '../payloads.ts';
import { onOneLine } from '../printable.ts';
import { fateInWords } from '../sending/fate.ts';
import { checkTargetFields, unknownTarget } from '../sending/targets.ts';
import { withdrawWith } from '../sending/withdraw.ts';

/** The one message of the command line. */
async function readPayload(words: readonly string[], context: CommandContext, stdinTaken: boolean): Promise<string> {
  const payloads: string[] = [];
  for await (const payload of openPayloads(words, { stdin: context.stdin, stdinTaken })) {
    payloads.push(payload);
    if (payloads.length > 1) throw usageError('a call is one message, and there are several: use relay send');
  }
  const [payload = ''] = payloads;
  const parsed: unknown = JSON.parse(payload);
  if (isObject(parsed) && Object.hasOwn(parsed, 'sender')) {
    throw usageError('the message has a sender of its own, and the reply would go there: leave the sender out');
  }
  return payload;
}

function exitCodeOf(end: CallEnd, context: CommandContext): ExitCode {
  switch (end.kind) {
    case 'reply':
      return reportsFailure(end.message.payload) ? exitCodes.failed : exitCodes.done;
    case 'refused':
      return exitCodes.notDelivered;
    case 'given-up':
      if (end.code === 'interrupted') return context.interruption.exitCode;
      return end.code === 'timeout' ? exitCodes.timeout : exitCodes.unreachable;
    default:
      return end satisfies never;
  }
}

async function report(target: string, end: CallEnd, durationMs: number, context: CommandContext): Promise<ExitCode> {
  const { output } = context;
  const exitCode = exitCodeOf(end, context);
  if (end.kind === 'reply') {
    await output.line(onOneLine(end.message.text));
    if (exitCode !== exitCodes.done) output.say(`${target} reports that the command failed`);
    return exitCode;
  }
  const { code, message, fate } = end;
  const sentence = fate === undefined ? message : `${message}: ${fateInWords(fate)}`;
  if (output.json) {
    const known = fate === undefined ? {} : { fate };
    await output.record({ target, status: 'error', code, message: sentence, ...known, ms: Math.round(durationMs) });
  } else {
    output.complain(sentence.startsWith(`${target} `) ? sentence : `${target}: ${sentence}`);
  }
  return exitCode;
}

export const callCommand = defineCommand({
  positionals: {
    payload: {
      type: 'string',
      array: true,
      describe: 'A JSON object, @file, - (standard input), or fields: cmd=status speed:=100',
    },
  },
  options: {
    ...connectionOptions,
    target: { type: 'string', alias: 't', requiresArg: true, demandOption: true, describe: 'Client id of who answers' },
    timeout: {
      type: 'string',
      requiresArg: true,
      default: '10s',
      coerce: durationFlag('timeout'),
      describe: 'How long to wait for the reply',
    },
    ttl: {
      type: 'string',
      requiresArg: true,
      coerce: durationFlag('ttl'),
      describe: 'How long the message may wait for its target; the time-out unless said',
    },
    'no-queue': { type: 'boolean', describe: 'Now or never: refused when the target is not there' },
    'match-sender': { type: 'boolean', describe: 'Take the next message of the target for its reply, without _re' },
    force: { type: 'boolean', describe: 'Call a target that the room has never seen, too' },
  },
  examples: [
    [`relay call -t gate '{"cmd":"status"}'`, 'Prints what gate answers; exit code 1 when that reports a failure.'],
    [
      'relay call -t gate cmd=open --no-queue --timeout 30s',
      'Now or never: exit code 5 when gate is not there, 6 when it does not answer.',
    ],
  ],
  endsItself: true,
  async run(argv, context): Promise<ExitCode> {
    const { target, timeout: timeoutMs } = argv;
    if (!isClientId(target)) throw usageError(`-t ${JSON.stringify(target)} is no client id: ${clientIdRule}`);
    if (argv.noQueue === true && argv.ttl !== undefined) throw usageError('--no-queue and --ttl contradict each other');
    const interrupted = whenInterrupted(context);
    const stdinTaken = argv.authKeyStdin === true || argv.deviceTokenStdin === true || argv.adminKeyStdin === true;
    const payload = await Promise.race([readPayload(argv.payload ?? [], context, stdinTaken), interrupted]);
    checkTargetFields([payload], [target]);
    const connection = await Promise.race([findConnection(argv, context, 'master'), interrupted]);
    const asked = { extensions: ['receipts', 'ttl', 'presence'] as const };
    return await withSession(connection, asked, context, async (client, session) => {
      if (!session.extensions.receipts || !session.extensions.ttl) {
        throw new CommandError(
          exitCodes.failed,
          'this relay cannot take a command back (it knows no receipts and no time to live), so that it could run after the call is over: nothing was sent; use relay send',
        );
      }
      if (argv.force !== true) {
        const known = await Promise.race([knownClients(client, session, connection, context.output), interrupted]);
        if (known !== undefined && !known.has(target)) {
          const unknown = { kind: 'refused', code: 'unknown_target', message: unknownTarget(target, known) } as const;
          return await report(target, unknown, 0, context);
        }
      }
      const startedAtMs = performance.now();
      const end = await performCall(
        { client, session, withdraw: withdrawWith(connection) },
        {
          target,
          payload,
          timeoutMs,
          ttlMs: argv.noQueue === true ? 0 : (argv.ttl ?? timeoutMs),
          matchSender: argv.matchSender === true,
          interrupted: interrupted.catch(() => undefined),
        },
      );
      return await report(target, end, performance.now() - startedAtMs, context);
    });
  },
});
