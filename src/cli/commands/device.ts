import { parseRelayUrl } from '../../client/address.ts';
import { RelayHttpError } from '../../client/errors.ts';
import type { RelayHttp } from '../../client/http.ts';
import type { DeviceSummary } from '../../client/http-types.ts';
import { isClientId } from '../../protocol/client-id.ts';
import { clientIdRule } from '../../protocol/messages.ts';
import { type CommandContext, confirmOptions, connectionOptions, defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { findConnection, placeName, withHttp } from '../connect.ts';
import { counted } from '../counted.ts';
import { didYouMean } from '../did-you-mean.ts';
import { CommandError, type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { durationFlag } from '../option-values.ts';
import { outcomeRows } from '../outcome-rows.ts';
import { pythonWorker } from '../python-worker.ts';
import { formatTime, sinceWhen } from '../times.ts';

const idPositional = { id: { type: 'string', demandOption: true, describe: 'The client id of the device' } } as const;

function checkId(id: string): string {
  if (isClientId(id)) return id;
  throw usageError(`${JSON.stringify(id)} is no client id: ${clientIdRule}`);
}

/** A device that is not there may be one that is spelled otherwise. */
async function withHint<Result>(id: string, http: RelayHttp, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RelayHttpError) || error.code !== 'not_found') throw error;
    const known = (await http.devices()).map(({ device }) => device);
    throw new CommandError(exitCodes.failed, `there is no device "${id}"${didYouMean(id, known)}`);
  }
}

/** The token, once, with what the other machine needs beside it; with `-q` the token alone. */
async function tellToken(
  device: string,
  token: string,
  url: string,
  isQuiet: boolean,
  context: CommandContext,
): Promise<void> {
  const { output } = context;
  if (isQuiet) {
    await output.line(token);
    return;
  }
  const { ws } = parseRelayUrl(url);
  output.say(`The token of ${device} is shown this once; the relay keeps only its hash.`);
  await output.line(`Device:   ${device}`);
  await output.line(`Token:    ${token}`);
  await output.line(`Address:  ${ws}`);
  if (/^wss?:\/\/(127\.|localhost|\[::1\])/.test(ws)) {
    output.say('That address is good on this machine only; on another one write the name or address of this machine.');
  }
}

export const deviceAddCommand = defineCommand({
  positionals: idPositional,
  options: { ...connectionOptions },
  examples: [
    ['relay device add gate', 'Registers gate; shows its token and a worker to paste on the other machine.'],
    ['relay device add pump-3 --json', 'Prints {"device":"pump-3","device_token":"…"}.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const id = checkId(argv.id);
    const connection = await findConnection(argv, context, 'master');
    const added = await withHttp(connection, (http) => http.addDevice(id));
    if (context.output.json) {
      await context.output.record({ device: added.device, device_token: added.device_token });
      return exitCodes.done;
    }
    await tellToken(id, added.device_token, connection.url, argv.quiet === true, context);
    if (argv.quiet === true) return exitCodes.done;
    const { ws } = parseRelayUrl(connection.url);
    context.output.say('\nA worker to paste on that machine, for instance as worker.py:\n');
    await context.output.line(pythonWorker({ url: ws, deviceToken: added.device_token }));
    return exitCodes.done;
  },
});

function rowOf(device: DeviceSummary): readonly string[] {
  const since = device.state === 'online' ? `since ${formatTime(device.online_since)}` : sinceWhen(device.last_seen);
  return [device.device, device.state, since, String(device.waiting), device.registered ? 'yes' : 'no'];
}

export const deviceListCommand = defineCommand({
  options: { ...connectionOptions },
  examples: [
    ['relay device ls', 'Lists the devices: online since or last seen, and what waits for them.'],
    ['relay device ls --json', 'Prints {"devices":[…]}.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const connection = await findConnection(argv, context, 'master');
    const devices = await withHttp(connection, (http) => http.devices());
    if (context.output.json) await context.output.record({ devices });
    else await context.output.table([['DEVICE', 'PRESENCE', 'SEEN', 'WAITING', 'REGISTERED'], ...devices.map(rowOf)]);
    return exitCodes.done;
  },
});

export const deviceShowCommand = defineCommand({
  positionals: idPositional,
  options: { ...connectionOptions },
  examples: [
    ['relay device show gate', 'Shows what the relay knows about gate, and what became of the last messages to it.'],
    ['relay device show gate --json', 'Prints the same as one JSON object.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const connection = await findConnection(argv, context, 'master');
    const device = await withHttp(connection, (http) => withHint(argv.id, http, () => http.device(argv.id)));
    if (context.output.json) {
      await context.output.record(device);
      return exitCodes.done;
    }
    await context.output.table([
      ['DEVICE', device.device],
      ['presence', device.state],
      ['online since', formatTime(device.online_since)],
      ['last seen', formatTime(device.last_seen)],
      ['address', device.address ?? '–'],
      ['waiting', String(device.waiting)],
      ['registered', device.registered ? formatTime(device.created_at) : 'no'],
    ]);
    if (device.outcomes.length > 0) {
      await context.output.line('');
      await context.output.table(outcomeRows(device.outcomes));
    }
    return exitCodes.done;
  },
});

export const deviceRemoveCommand = defineCommand({
  positionals: idPositional,
  options: {
    ...connectionOptions,
    ...confirmOptions,
    'dry-run': { type: 'boolean', describe: 'Remove nothing; say what would go' },
  },
  examples: [
    ['relay device rm pump-3 --dry-run', 'Says what would go.'],
    ['relay device rm pump-3 --yes', 'Removes pump-3, its token and what waits for it.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const connection = await findConnection(argv, context, 'master');
    return await withHttp(connection, async (http) => {
      const device = await withHint(argv.id, http, () => http.device(argv.id));
      const { output } = context;
      if (argv.dryRun === true) {
        if (output.json) await output.record({ device: argv.id, waiting: device.waiting, state: device.state });
        else
          await output.line(
            `would remove ${argv.id} (${device.state}), its token and ${counted(device.waiting, 'waiting message')}`,
          );
        return exitCodes.done;
      }
      const waiting = device.waiting === 0 ? '' : ` and ${counted(device.waiting, 'waiting message')}`;
      await confirm(`Remove ${argv.id}${waiting} at ${placeName(connection)}?`, argv.yes, context);
      await withHint(argv.id, http, () => http.removeDevice(argv.id));
      if (output.json) await output.record({ device: argv.id, removed: true });
      else output.say(`${argv.id} is removed; its connection is closed`);
      return exitCodes.done;
    });
  },
});

export const deviceRotateCommand = defineCommand({
  positionals: idPositional,
  options: {
    ...connectionOptions,
    ...confirmOptions,
    'keep-old': {
      type: 'string',
      requiresArg: true,
      describe: 'How long the old token stays valid, 1h; it dies at once unless said',
    },
  },
  examples: [
    [
      'relay device rotate-token gate --keep-old 1h --yes',
      'Gives gate a new token; the old one works for an hour more.',
    ],
    ['relay device rotate-token gate --yes --json', 'The old token dies at once; prints the new one as JSON.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    if (argv.keepOld !== undefined) durationFlag('keep-old')(argv.keepOld);
    const connection = await findConnection(argv, context, 'master');
    const fate = argv.keepOld === undefined ? 'dies at once' : `dies in ${argv.keepOld}`;
    await confirm(`Give ${argv.id} at ${placeName(connection)} a new token? The old one ${fate}.`, argv.yes, context);
    const rotated = await withHttp(connection, (http) =>
      withHint(argv.id, http, () => http.rotateToken(argv.id, argv.keepOld)),
    );
    if (context.output.json) {
      await context.output.record({ device: rotated.device, device_token: rotated.device_token });
      return exitCodes.done;
    }
    await tellToken(rotated.device, rotated.device_token, connection.url, argv.quiet === true, context);
    return exitCodes.done;
  },
});
