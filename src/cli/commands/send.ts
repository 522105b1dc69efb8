import { createRelayClient } from '../../client/relay-client.ts';
import type { ClientCredentials } from '../../client/types.ts';
import { addClientFields } from '../../protocol/address.ts';
import { isClientId } from '../../protocol/client-id.ts';
import { clientIdRule } from '../../protocol/messages.ts';
import { type CommandContext, connectionOptions, defineCommand } from '../command.ts';
import { type Connection, findConnection, oneShotClientId } from '../connect.ts';
import { didYouMean } from '../did-you-mean.ts';
import { type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { askKnownClients, type KnownClients, refuseOnlineId } from '../known-clients.ts';
import { durationFlag } from '../option-values.ts';
import { openPayloads } from '../payloads.ts';
import { reportResults, type SendResult, worstExitCode } from '../send-results.ts';
import { sendToAll } from '../send-to-all.ts';

/** The targets as typed, each once. */
function readTargets(targets: readonly string[]): readonly string[] {
  const wrong = targets.find((target) => !isClientId(target));
  if (wrong !== undefined) throw usageError(`-t ${JSON.stringify(wrong)} is no client id: ${clientIdRule}`);
  return [...new Set(targets)];
}

interface SessionFlags {
  readonly as?: string | undefined;
  readonly takeOver?: boolean | undefined;
}

/** The session's own id, unless `--as` says another, which is not taken from anyone who is there. */
async function chooseCredentials(
  { as, takeOver }: SessionFlags,
  connection: Connection,
  context: CommandContext,
): Promise<ClientCredentials> {
  if (connection.kind === 'device_token') {
    if (as !== undefined) throw usageError('--as needs an auth key: a device token has the name of its device');
    if (takeOver !== true) {
      throw usageError(
        `${connection.source} has a device token: sending with it would end the session of the device itself; use an auth key, or --take-over`,
      );
    }
    return { deviceToken: connection.key };
  }
  if (as === undefined) return { authKey: connection.key, sender: oneShotClientId() };
  if (!isClientId(as)) throw usageError(`--as ${JSON.stringify(as)} is no client id: ${clientIdRule}`);
  if (takeOver !== true) await refuseOnlineId(as, connection, context.output);
  return { authKey: connection.key, sender: as };
}

function unknownTarget(target: string, known: KnownClients): SendResult {
  const hint = didYouMean(target, [...known.keys()]);
  return {
    target,
    status: 'error',
    code: 'unknown_target',
    message: `the room has never seen "${target}"${hint === '' ? ';' : `${hint} Otherwise`} use --force to send nevertheless`,
    messages: 0,
    refused: 0,
    durationMs: 0,
    state: undefined,
  };
}

async function announce(targets: readonly string[], known: KnownClients | undefined, context: CommandContext) {
  if (context.output.json) {
    for (const target of targets) await context.output.record({ target, state: known?.get(target) ?? 'unknown' });
    return;
  }
  const rows = targets.map((target) => [target, known?.get(target) ?? 'unknown']);
  await context.output.table([['WOULD SEND TO', 'PRESENCE'], ...rows]);
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
      describe: 'Client id; may be repeated',
    },
    timeout: {
      type: 'string',
      requiresArg: true,
      default: '5s',
      coerce: durationFlag('timeout'),
      describe: "How long to wait for the relay's word",
    },
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
    [`relay send -t gate '{"cmd":"open"}'`, 'Sends a command to gate.'],
    ['relay send -t pump-1 -t pump-2 cmd=set speed:=100', 'Sends {"cmd":"set","speed":100} to two.'],
    ['relay send -t gate - < commands.ndjson', 'Sends each line of a file.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const targets = readTargets(argv.target);
    const stdinTaken = argv.authKeyStdin === true || argv.deviceTokenStdin === true || argv.adminKeyStdin === true;
    const payloads = openPayloads(argv.payload ?? [], { stdin: context.stdin, stdinTaken });
    if (Array.isArray(payloads)) checkTargetFields(payloads, targets);
    const connection = await findConnection(argv, context, 'room');
    if (argv.dryRun === true) {
      await announce(targets, await askKnownClients(connection, context.output), context);
      return exitCodes.done;
    }
    const credentials = await chooseCredentials(argv, connection, context);
    const client = createRelayClient({
      url: connection.url,
      credentials,
      mode: 'interactive',
      reconnect: false,
      ...(connection.ca === undefined ? {} : { ca: connection.ca }),
    });
    try {
      const [clientId, known] = await Promise.all([
        client.ready(),
        argv.force === true ? undefined : askKnownClients(connection, context.output),
      ]);
      const unknown = known === undefined ? [] : targets.filter((target) => !known.has(target));
      const reachable = targets.filter((target) => !unknown.includes(target));
      const request = {
        targets: reachable,
        payloads,
        replyTo: argv.as ?? connection.sender ?? clientId,
        timeoutMs: argv.timeout,
        mayQueue: reachable.some((target) => known?.get(target) !== 'online'),
      };
      const sent = reachable.length === 0 ? [] : await sendToAll(client, request);
      const results = targets.flatMap((target) => {
        const result = sent.find((candidate) => candidate.target === target);
        if (result !== undefined) return [{ ...result, state: known?.get(target) }];
        return known === undefined ? [] : [unknownTarget(target, known)];
      });
      await reportResults(results, context.output, argv.quiet === true);
      return worstExitCode(results);
    } finally {
      await client.close();
    }
  },
});

/** A payload with a `target` of its own must mean the one that it is sent to; said before anything is sent. */
function checkTargetFields(payloads: readonly string[], targets: readonly string[]): void {
  for (const payload of payloads) {
    for (const target of targets) {
      const addressed = addClientFields(payload, { target, sender: '' });
      if ('problem' in addressed) throw usageError(addressed.problem);
    }
  }
}
