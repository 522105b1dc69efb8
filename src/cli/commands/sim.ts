import { RelayUnreachableError } from '../../client/errors.ts';
import type { ConnectionState } from '../../client/types.ts';
import { isClientId } from '../../protocol/client-id.ts';
import { clientIdRule } from '../../protocol/messages.ts';
import { type CommandContext, connectionOptions, defineCommand } from '../command.ts';
import { findConnection, withHttp } from '../connect.ts';
import { CommandError, type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { whenInterrupted } from '../interruption.ts';
import { countFlag, durationFlag, shareFlag } from '../option-values.ts';
import type { Output } from '../output.ts';
import { timerMsMax } from '../sending/awaited.ts';
import { withSimulation } from '../simulation.ts';

const devicesMax = 10_000;

/** The names as typed, or `sim-1` to `sim-N`. */
function chooseIds(typed: readonly string[], count: number | undefined): readonly string[] {
  if (typed.length > 0 && count !== undefined) throw usageError('name the devices, or say --count: not both');
  const wrong = typed.find((id) => !isClientId(id));
  if (wrong !== undefined) throw usageError(`${JSON.stringify(wrong)} is no client id: ${clientIdRule}`);
  if (typed.length > 0) return [...new Set(typed)];
  return Array.from({ length: count ?? 1 }, (_, index) => `sim-${index + 1}`);
}

/** Says how the devices fare: all of them at first, and then each whose connection changes. */
function createTeller(ids: readonly string[], output: Output, onGone: () => void) {
  const online = new Set<string>();
  const gone = new Set<string>();
  let wereOnline = false;

  function handleOnline(id: string): void {
    online.add(id);
    if (output.json) void output.record({ device: id, state: 'online' });
    else if (wereOnline) output.say(`${id} is online again`);
    if (wereOnline || online.size < ids.length) return;
    wereOnline = true;
    const shown = ids.length > 5 ? `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} others` : ids.join(', ');
    output.say(`online: ${shown}; they know move, click and status, and echo the rest`);
  }

  function handleOffline(id: string, reason: string): void {
    if (online.delete(id) && output.json) void output.record({ device: id, state: 'offline' });
    output.say(`${id}: ${reason}`);
  }

  return (id: string, state: ConnectionState): void => {
    if (state.phase === 'authenticated') handleOnline(id);
    if (state.phase === 'waiting') handleOffline(id, `${state.ending.reason}; trying again`);
    if (state.phase !== 'closed' || state.ending.kind === 'closed') return;
    handleOffline(id, state.ending.reason);
    gone.add(id);
    if (gone.size === ids.length) onGone();
  };
}

/** Waits for the end: a signal, the time, or that no device is left. */
async function waitForEnd(
  timeoutMs: number | undefined,
  gone: Promise<never>,
  context: CommandContext,
): Promise<ExitCode> {
  const over = Promise.withResolvers<ExitCode>();
  const end = () => over.resolve(exitCodes.done);
  const timer = timeoutMs === undefined ? undefined : setTimeout(end, Math.min(timeoutMs, timerMsMax));
  try {
    return await Promise.race([over.promise, gone, whenInterrupted(context)]);
  } finally {
    clearTimeout(timer);
  }
}

export const simCommand = defineCommand({
  positionals: { id: { type: 'string', array: true, describe: 'Names of the devices; sim-1, sim-2 … unless said' } },
  options: {
    ...connectionOptions,
    count: {
      type: 'string',
      requiresArg: true,
      coerce: countFlag('count', 1, devicesMax),
      describe: 'How many devices; 1 unless said',
    },
    delay: {
      type: 'string',
      requiresArg: true,
      coerce: durationFlag('delay'),
      describe: 'Answers come so much later',
    },
    drop: {
      type: 'string',
      requiresArg: true,
      coerce: shareFlag('drop'),
      describe: 'The share of commands that are lost, 10% or 0.1',
    },
    'half-open-after': {
      type: 'string',
      requiresArg: true,
      coerce: countFlag('half-open-after', 0),
      describe: 'After so many commands the line goes dead and nobody hangs up',
    },
    timeout: { type: 'string', requiresArg: true, coerce: durationFlag('timeout'), describe: 'End after this time' },
  },
  examples: [
    ['relay sim --count 3 --delay 200ms', 'Three devices that answer slowly, until Ctrl+C, which removes them.'],
    ['relay sim bad-gate --drop 50% --half-open-after 10 --timeout 1s', 'One that loses half of its commands.'],
  ],
  endsItself: true,
  async run(argv, context): Promise<ExitCode> {
    const ids = chooseIds(argv.id ?? [], argv.count);
    const faults = { delayMs: argv.delay, dropShare: argv.drop, halfOpenAfter: argv.halfOpenAfter };
    const connection = await Promise.race([findConnection(argv, context, 'master'), whenInterrupted(context)]);
    const gone = Promise.withResolvers<never>();
    // Nobody may be listening any more when it comes.
    gone.promise.catch(() => undefined);
    const onState = createTeller(ids, context.output, () =>
      gone.reject(new CommandError(exitCodes.failed, 'no device is left')),
    );
    const simulation = { ids, faults, interrupted: context.interruption.signal, onState };
    try {
      return await withHttp(connection, (http) =>
        withSimulation(connection, http, simulation, () => waitForEnd(argv.timeout, gone.promise, context)),
      );
    } catch (error) {
      // Registering is waited for, so that it can be undone; that nobody answered is no more than a word on the way out.
      if (!context.interruption.signal.aborted || !(error instanceof RelayUnreachableError)) throw error;
      throw new CommandError(context.interruption.exitCode, error.message);
    }
  },
});
