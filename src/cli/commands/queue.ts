import type { RelayHttp } from '../../client/http.ts';
import type { QueueDetail, QueuedMessage } from '../../client/http-types.ts';
import { isClientId } from '../../protocol/client-id.ts';
import { clientIdRule } from '../../protocol/messages.ts';
import { formatSize } from '../../protocol/units.ts';
import { confirmOptions, connectionOptions, defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { findConnection, placeName, withHttp } from '../connect.ts';
import { counted } from '../counted.ts';
import { CommandError, type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { countFlag } from '../option-values.ts';
import { onOneLine } from '../printable.ts';
import { neverSeen } from '../sending/targets.ts';
import { formatTime } from '../times.ts';

const idPositional = { id: { type: 'string', demandOption: true, describe: 'The client that they wait for' } } as const;
const dryRunOption = { 'dry-run': { type: 'boolean', describe: 'Cancel nothing; say what would go' } } as const;

/** Characters of a payload in a table. */
const payloadShown = 60;

/** What waits for a client; one that the room has never seen is a mistake in its name. */
async function lookInto(http: RelayHttp, id: string): Promise<QueueDetail> {
  if (!isClientId(id)) throw usageError(`${JSON.stringify(id)} is no client id: ${clientIdRule}`);
  const queue = await http.queue(id);
  if (queue.waiting > 0 || queue.messages.length > 0) return queue;
  const known = new Map(Object.entries(await http.presence()));
  if (!known.has(id)) throw new CommandError(exitCodes.notDelivered, neverSeen(id, known));
  return queue;
}

function rowOf({ seq, from, queued_at, expires_at, attempts, handed, payload }: QueuedMessage): readonly string[] {
  const text = onOneLine(payload);
  const shown = text.length > payloadShown ? `${text.slice(0, payloadShown - 1)}…` : text;
  const state = handed ? 'handed over' : attempts === 0 ? 'waits' : `waits, tried ${counted(attempts, 'time')}`;
  const expires = expires_at === null ? 'never' : formatTime(expires_at);
  return [String(seq), from, formatTime(queued_at), expires, state, shown];
}

/** What is to be said of messages that were handed over before they were cancelled. */
function someMayHaveRun(cancelled: number, attempted = 0): string {
  if (attempted === 0) return '';
  const which = attempted < cancelled ? `${attempted} of them` : cancelled === 1 ? 'it' : 'all of them';
  return `; ${which} ${attempted === 1 ? 'was' : 'were'} handed over before, and may have run`;
}

export const queueListCommand = defineCommand({
  options: { ...connectionOptions },
  examples: [
    ['relay queue ls', 'Lists who has messages waiting.'],
    ['relay queue ls --json', 'Prints {"queues":[…]}.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const connection = await findConnection(argv, context, 'master');
    const queues = await withHttp(connection, (http) => http.queues());
    if (context.output.json) {
      await context.output.record({ queues });
      return exitCodes.done;
    }
    const rows = queues
      .toSorted((one, other) => one.target.localeCompare(other.target))
      .map(({ target, waiting, bytes }) => [target, String(waiting), formatSize(bytes)]);
    await context.output.table([['CLIENT', 'WAITING', 'SIZE'], ...rows]);
    return exitCodes.done;
  },
});

export const queueShowCommand = defineCommand({
  positionals: idPositional,
  options: { ...connectionOptions },
  examples: [
    ['relay queue show pump-2', 'Shows what waits for pump-2, in order.'],
    ['relay queue show pump-2 --json', 'Prints the same as one JSON object.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const connection = await findConnection(argv, context, 'master');
    const queue = await withHttp(connection, (http) => lookInto(http, argv.id));
    if (context.output.json) {
      await context.output.record(queue);
      return exitCodes.done;
    }
    const { messages, waiting } = queue;
    if (messages.length === 0) context.output.say(`nothing waits for ${argv.id}`);
    else await context.output.table([['SEQ', 'FROM', 'QUEUED', 'EXPIRES', 'STATE', 'MESSAGE'], ...messages.map(rowOf)]);
    if (messages.length < waiting) context.output.say(`and ${waiting - messages.length} more`);
    return exitCodes.done;
  },
});

export const queueCancelCommand = defineCommand({
  positionals: {
    ...idPositional,
    seq: {
      type: 'string',
      demandOption: true,
      coerce: countFlag('seq', 0),
      describe: 'Its number, as relay queue show says it',
    },
  },
  options: { ...connectionOptions, ...confirmOptions, ...dryRunOption },
  examples: [
    ['relay queue cancel pump-2 7 --dry-run', 'Says what would go.'],
    ['relay queue cancel pump-2 7 --yes', 'Message 7 will not be delivered to pump-2.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const { id, seq } = argv;
    const { output } = context;
    const connection = await findConnection(argv, context, 'master');
    return await withHttp(connection, async (http) => {
      const { messages, waiting } = await lookInto(http, id);
      const message = messages.find((candidate) => candidate.seq === seq);
      // Of a very long queue only the first are shown; the relay knows the others.
      if (message === undefined && messages.length >= waiting) {
        throw new CommandError(
          exitCodes.failed,
          `message ${seq} does not wait for ${id}: see "relay queue show ${id}"`,
        );
      }
      if (argv.dryRun === true) {
        const isHanded = message?.handed === true;
        if (output.json) await output.record({ target: id, seq, cancelled: 0, would_cancel: isHanded ? 0 : 1 });
        else if (isHanded) await output.line(`message ${seq} is handed to ${id} already: it cannot be cancelled now`);
        else await output.line(`would cancel message ${seq} to ${id}: ${onOneLine(message?.payload ?? '…')}`);
        return exitCodes.done;
      }
      await confirm(`Cancel message ${seq} to ${id} at ${placeName(connection)}?`, argv.yes, context);
      const { attempts } = await http.cancelQueued(id, seq);
      const known = attempts === undefined ? {} : { attempts };
      const mayHaveRun = someMayHaveRun(1, attempts === undefined || attempts === 0 ? 0 : 1);
      if (output.json) await output.record({ target: id, seq, cancelled: 1, ...known });
      else output.say(`message ${seq} to ${id} is cancelled${mayHaveRun}`);
      return exitCodes.done;
    });
  },
});

export const queuePurgeCommand = defineCommand({
  positionals: idPositional,
  options: { ...connectionOptions, ...confirmOptions, ...dryRunOption },
  examples: [
    ['relay queue purge pump-2 --dry-run', 'Says how many would go.'],
    ['relay queue purge pump-2 --yes', 'Cancels all that waits for pump-2.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const { id } = argv;
    const { output } = context;
    const connection = await findConnection(argv, context, 'master');
    return await withHttp(connection, async (http) => {
      const { waiting } = await lookInto(http, id);
      if (argv.dryRun === true) {
        if (output.json) await output.record({ target: id, cancelled: 0, would_cancel: waiting });
        else await output.line(`would cancel ${counted(waiting, 'message')} to ${id}`);
        return exitCodes.done;
      }
      if (waiting > 0) {
        await confirm(`Cancel ${counted(waiting, 'message')} to ${id} at ${placeName(connection)}?`, argv.yes, context);
      }
      const { cancelled, attempted } = waiting === 0 ? { cancelled: 0, attempted: 0 } : await http.purgeQueue(id);
      if (output.json)
        await output.record({ target: id, cancelled, ...(attempted === undefined ? {} : { attempted }) });
      else output.say(`${counted(cancelled, 'message')} to ${id} cancelled${someMayHaveRun(cancelled, attempted)}`);
      return exitCodes.done;
    });
  },
});
