import { RelayHttpError } from '../../client/errors.ts';
import type { RelayHttp } from '../../client/http.ts';
import type { UserSummary } from '../../client/http-types.ts';
import { defaultUserLimits, formatLimit, isUserLimitName } from '../../protocol/limits.ts';
import { confirmOptions, connectionOptions, defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { findConnection, placeName, withHttp } from '../connect.ts';
import { counted } from '../counted.ts';
import { didYouMean } from '../did-you-mean.ts';
import { CommandError, type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { formatTime } from '../times.ts';
import { readLimitChanges, readUserLimits } from '../user-limits.ts';

const namePositional = { name: { type: 'string', demandOption: true, describe: 'The name of the user' } } as const;
const limitOption = {
  limit: {
    type: 'string',
    array: true,
    requiresArg: true,
    describe: 'NAME=VALUE, such as queue_messages=500; may be repeated',
  },
} as const;

/** Only what differs from the defaults, as an administrator would write it. */
function ownLimits(limits: UserSummary['limits']): string {
  const defaults = defaultUserLimits();
  const own = Object.entries(limits).flatMap(([name, value]) => {
    if (!isUserLimitName(name)) return [];
    const limit = value === 'unlimited' ? Number.POSITIVE_INFINITY : value;
    return limit === defaults[name] ? [] : [`${name}=${formatLimit(name, limit)}`];
  });
  return own.length === 0 ? 'default' : own.join(' ');
}

async function findUser(name: string, http: RelayHttp): Promise<UserSummary> {
  const users = await http.users();
  const user = users.find((candidate) => candidate.user === name);
  if (user !== undefined) return user;
  const hint = didYouMean(
    name,
    users.map((candidate) => candidate.user),
  );
  throw new CommandError(exitCodes.failed, `there is no user "${name}"${hint}`);
}

export const userAddCommand = defineCommand({
  positionals: namePositional,
  options: { ...connectionOptions, ...limitOption },
  examples: [
    ['relay user add lab --limit queue_messages=500', 'Adds a user with a longer queue; shows its master key, once.'],
    ['relay user add school --json', 'Prints {"user":"school","auth_key":"…"}.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const limits = readUserLimits(argv.limit ?? []);
    const connection = await findConnection(argv, context, 'admin');
    const added = await withHttp(connection, (http) => http.addUser(argv.name, limits));
    if (context.output.json) {
      await context.output.record({ user: added.user, auth_key: added.auth_key });
      return exitCodes.done;
    }
    context.output.say(
      `User ${added.user} is added. Its master key (auth_key) is shown this once; the relay keeps only its hash.`,
    );
    await context.output.line(added.auth_key);
    return exitCodes.done;
  },
});

export const userListCommand = defineCommand({
  options: { ...connectionOptions },
  examples: [
    ['relay user ls', 'Lists the users, their devices and connections, and limits other than the default.'],
    ['relay user ls --json', 'Prints {"users":[…]} with every limit.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const connection = await findConnection(argv, context, 'admin');
    const users = await withHttp(connection, (http) => http.users());
    if (context.output.json) {
      await context.output.record({ users });
      return exitCodes.done;
    }
    const rows = users.map((user) => [
      user.user,
      String(user.devices),
      String(user.connections),
      formatTime(user.created_at),
      ownLimits(user.limits),
    ]);
    await context.output.table([['USER', 'DEVICES', 'CONNECTIONS', 'SINCE', 'LIMITS'], ...rows]);
    return exitCodes.done;
  },
});

export const userRemoveCommand = defineCommand({
  positionals: namePositional,
  options: {
    ...connectionOptions,
    ...confirmOptions,
    'dry-run': { type: 'boolean', describe: 'Remove nothing; say what would go' },
  },
  examples: [
    ['relay user rm school --dry-run', 'Says what would go.'],
    ['relay user rm school --yes', 'Removes the user, its keys, devices and queues; closes its connections.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const connection = await findConnection(argv, context, 'admin');
    return await withHttp(connection, async (http) => {
      const { output } = context;
      const user = await findUser(argv.name, http);
      const keys = (await http.keys(argv.name)).length;
      const { devices, connections } = user;
      const owned = `${counted(keys, 'key')}, ${counted(devices, 'device')}`;
      if (argv.dryRun === true) {
        if (output.json) await output.record({ user: argv.name, keys, devices, connections });
        else {
          await output.line(
            `would remove ${argv.name} with ${owned}, their queues, and close ${counted(connections, 'connection')}`,
          );
        }
        return exitCodes.done;
      }
      const what = `${argv.name} with ${owned} and all that waits for them`;
      await confirm(`Remove ${what} at ${placeName(connection)}?`, argv.yes, context);
      await http.removeUser(argv.name);
      if (output.json) await output.record({ user: argv.name, removed: true });
      else output.say(`${argv.name} is removed; its connections are closed`);
      return exitCodes.done;
    });
  },
});

export const userSetCommand = defineCommand({
  positionals: namePositional,
  options: { ...connectionOptions, ...limitOption },
  examples: [
    ['relay user set default --limit queue_ttl=48h', 'Lets messages for the devices of default wait two days.'],
    ['relay user set default --limit queue_ttl=default', 'Back to what the relay gives everybody.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const limits = readLimitChanges(argv.limit ?? []);
    if (Object.keys(limits).length === 0) throw usageError('nothing to set: give --limit NAME=VALUE');
    const connection = await findConnection(argv, context, 'admin');
    const changed = await withHttp(connection, async (http) => {
      try {
        return await http.setUser(argv.name, limits);
      } catch (error) {
        if (error instanceof RelayHttpError && error.code === 'not_found') await findUser(argv.name, http);
        throw error;
      }
    });
    if (context.output.json) await context.output.record({ user: changed.user, limits: changed.limits });
    else context.output.say(`${changed.user}: ${ownLimits(changed.limits)}`);
    return exitCodes.done;
  },
});
