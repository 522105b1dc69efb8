import { type CommandContext, connectionOptions, defineCommand } from '../command.ts';
import { findConnection } from '../connect.ts';
import { type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { whenInterrupted } from '../interruption.ts';
import { askKnownClients, type KnownClients } from '../known-clients.ts';
import { durationFlag } from '../option-values.ts';
import { openPayloads } from '../payloads.ts';
import { performSend, type SendOrder } from '../sending/perform-send.ts';
import { type Wait, waits } from '../sending/send-request.ts';
import { checkTargetFields, chooseTargets, readTargets } from '../sending/targets.ts';

interface TimeFlags {
  readonly wait: Wait;
  readonly timeout: number;
  readonly ttl?: number | undefined;
  readonly noQueue?: boolean | undefined;
}

/** Who waits for the delivery does not want it later (UX "No command fires late by surprise"). */
function readTtlMs({ wait, timeout, ttl, noQueue }: TimeFlags): number | undefined {
  if (noQueue === true && ttl !== undefined) throw usageError('--no-queue and --ttl contradict each other');
  if (noQueue === true) return 0;
  return ttl ?? (wait === 'delivered' ? timeout : undefined);
}

async function announce(
  targets: readonly string[],
  known: KnownClients | undefined,
  context: CommandContext,
): Promise<ExitCode> {
  const chosen = chooseTargets(targets, known, true).flatMap((choice) => ('target' in choice ? [choice.target] : []));
  if (context.output.json) {
    for (const target of chosen) await context.output.record({ target, state: known?.get(target) ?? 'unknown' });
    return exitCodes.done;
  }
  const rows = chosen.map((target) => [target, known?.get(target) ?? 'unknown']);
  await context.output.table([['WOULD SEND TO', 'PRESENCE'], ...rows]);
  return exitCodes.done;
}

export const sendCommand = defineCommand({
  positionals: {
    payload: {
      type: 'string',
      array: true,
      describe: 'A JSON object, @file, - (JSON lines on standard input), or fields: mode=fast speed:=100 deep[key]=x',
    },
  },
  options: {
    ...connectionOptions,
    target: {
      type: 'string',
      array: true,
      alias: 't',
      requiresArg: true,
      demandOption: true,
      describe: "Client id, or a quoted glob over the known ones ('sensor_*'); may be repeated",
    },
    wait: {
      choices: waits,
      requiresArg: true,
      default: 'queued',
      describe: "What to wait for: nothing, the relay's word (delivered or queued), or the proof that it was delivered",
    },
    timeout: {
      type: 'string',
      requiresArg: true,
      default: '5s',
      coerce: durationFlag('timeout'),
      describe: 'How long to wait for it',
    },
    ttl: {
      type: 'string',
      requiresArg: true,
      coerce: durationFlag('ttl'),
      describe: 'How long the message may wait for its target; with --wait delivered the time-out unless said',
    },
    'no-queue': { type: 'boolean', describe: 'Now or never: refused when the target is not there' },
    as: {
      type: 'string',
      requiresArg: true,
      describe: 'Send under this client id instead of one made for this command',
    },
    'take-over': { type: 'boolean', describe: 'End the session that has the id now' },
    force: { type: 'boolean', describe: 'Send to targets that the room has never seen, too' },
    'dry-run': { type: 'boolean', describe: 'Send nothing; say to whom it would go' },
  },
  examples: [
    [`relay send -t gate '{"cmd":"open"}' --wait delivered`, 'Sends a command to gate, which has it now or never.'],
    ["relay send -t 'pump-*' cmd=set speed:=100", 'Sends {"cmd":"set","speed":100} to each pump that the room knows.'],
    ['relay send -t gate - < commands.ndjson', 'Sends each line of a file.'],
  ],
  endsItself: true,
  async run(argv, context): Promise<ExitCode> {
    const stdinTaken = argv.authKeyStdin === true || argv.deviceTokenStdin === true || argv.adminKeyStdin === true;
    const targets = readTargets(argv.target);
    const order: SendOrder = {
      targets,
      payloads: openPayloads(argv.payload ?? [], { stdin: context.stdin, stdinTaken }),
      wait: argv.wait,
      timeoutMs: argv.timeout,
      ttlMs: readTtlMs(argv),
      as: argv.as,
      takeOver: argv.takeOver === true,
      force: argv.force === true,
      isQuiet: argv.quiet === true,
    };
    if (Array.isArray(order.payloads)) checkTargetFields(order.payloads, targets);
    const connection = await Promise.race([findConnection(argv, context, 'room'), whenInterrupted(context)]);
    if (argv.dryRun === true) {
      const known = await Promise.race([askKnownClients(connection, context.output), whenInterrupted(context)]);
      return await announce(targets, known, context);
    }
    return await performSend(connection, order, context);
  },
});
