import type { PresenceState } from '../../protocol/messages.ts';
import { formatDuration } from '../../protocol/units.ts';
import { connectionOptions, defineCommand } from '../command.ts';
import { findConnection } from '../connect.ts';
import { CommandError, type ExitCode, exitCodes } from '../exit-codes.ts';
import { durationFlag } from '../option-values.ts';
import { followPresence, type PresenceStates } from '../presence-feed.ts';
import { timerMsMax } from '../sending/awaited.ts';
import { unknownTarget } from '../sending/targets.ts';

export const waitCommand = defineCommand({
  positionals: { id: { type: 'string', demandOption: true, describe: 'The client to wait for' } },
  options: {
    ...connectionOptions,
    for: {
      choices: ['online', 'offline'],
      requiresArg: true,
      default: 'online',
      describe: 'What to wait for',
    },
    timeout: {
      type: 'string',
      requiresArg: true,
      default: '60s',
      coerce: durationFlag('timeout'),
      describe: 'How long; exit code 6 after it',
    },
    force: { type: 'boolean', describe: 'Wait for a client that the room has never seen, too' },
  },
  examples: [
    ['relay wait gate && relay send -t gate cmd=open', 'Sends when gate is online; gives up after a minute.'],
    [
      'relay wait gate --for online --timeout 5s --json',
      'Prints {"gate":"online"}; exit code 6 when it is not in time.',
    ],
  ],
  async run(argv, context): Promise<ExitCode> {
    const { id, timeout: timeoutMs } = argv;
    const wanted: PresenceState = argv.for === 'offline' ? 'offline' : 'online';
    const connection = await findConnection(argv, context, 'room');
    const end = Promise.withResolvers<'reached' | 'timeout'>();
    const look = (states: PresenceStates) => {
      if (states[id] === wanted) end.resolve('reached');
    };
    // A relay that was restarted meanwhile knows only who is back.
    let isKnown = argv.force === true;
    const listener = {
      all(states: PresenceStates) {
        if (!Object.hasOwn(states, id) && !isKnown) {
          const known = new Map(Object.entries(states));
          end.reject(new CommandError(exitCodes.notDelivered, unknownTarget(id, known)));
        }
        isKnown = true;
        look({ [id]: 'offline', ...states });
      },
      changed: look,
    };
    const timer = setTimeout(() => end.resolve('timeout'), Math.min(timeoutMs, timerMsMax));
    // It is handed over before it can settle, but the connection may fail first.
    end.promise.catch(() => undefined);
    try {
      // All of the room is asked for, so that a mistyped name gets a hint.
      if ((await followPresence(connection, undefined, context, listener, end.promise)) === 'timeout') {
        context.output.complain(`${id} is not ${wanted} after ${formatDuration(timeoutMs)}`);
        return exitCodes.timeout;
      }
    } finally {
      clearTimeout(timer);
    }
    if (context.output.json) await context.output.record({ [id]: wanted });
    else context.output.say(`${id} is ${wanted}`);
    return exitCodes.done;
  },
});
