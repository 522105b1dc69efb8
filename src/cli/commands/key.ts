import type { RelayHttp } from '../../client/http.ts';
import type { KeySummary } from '../../client/http-types.ts';
import { type CommandContext, confirmOptions, connectionOptions, defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { findConnection, placeName, withHttp } from '../connect.ts';
import { CommandError, type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { addAdminKeyToFolder } from '../offline-admin-key.ts';
import { formatTime } from '../times.ts';

/** The user that the first start of a relay makes. */
const firstUser = 'default';

const userPositional = { user: { type: 'string', describe: `The user; ${firstUser} unless said` } } as const;
const adminOption = { admin: { type: 'boolean', describe: 'An admin key, which belongs to no user' } } as const;

async function show(
  answer: Readonly<Record<string, string>>,
  secret: string,
  what: string,
  context: CommandContext,
): Promise<ExitCode> {
  if (context.output.json) {
    await context.output.record(answer);
    return exitCodes.done;
  }
  context.output.say(`${what}, shown this once; the relay keeps only its hash:`);
  await context.output.line(secret);
  return exitCodes.done;
}

export const keyAddCommand = defineCommand({
  positionals: userPositional,
  options: {
    ...connectionOptions,
    ...adminOption,
    data: { type: 'string', requiresArg: true, describe: 'With --admin: the data folder of a relay that is stopped' },
  },
  examples: [
    ['relay key add default', 'Adds a master key beside those there are, so that they can be exchanged one by one.'],
    [
      'relay key add --admin --data ./relay-data',
      'A new admin key while the relay is stopped, when the last one is lost.',
    ],
  ],
  async run(argv, context): Promise<ExitCode> {
    if (argv.admin === true && argv.user !== undefined)
      throw usageError('an admin key belongs to no user: leave out the name');
    if (argv.data !== undefined) {
      if (argv.admin !== true) throw usageError('--data makes admin keys only: say --admin');
      const made = await addAdminKeyToFolder(argv.data);
      return await show(made, made.admin_key, 'A new admin key', context);
    }
    const connection = await findConnection(argv, context, 'admin');
    return await withHttp(connection, async (http) => {
      if (argv.admin === true) {
        const { key, admin_key } = await http.addAdminKey();
        return await show({ key, admin_key }, admin_key, `A new admin key (${key})`, context);
      }
      const { user, key, auth_key } = await http.addKey(argv.user ?? firstUser);
      return await show({ user, key, auth_key }, auth_key, `A new master key (auth_key) ${key} of ${user}`, context);
    });
  },
});

export const keyListCommand = defineCommand({
  positionals: userPositional,
  options: { ...connectionOptions, ...adminOption },
  examples: [
    ['relay key ls default', 'Lists the master keys of default by their public part.'],
    ['relay key ls --admin --json', 'Prints {"keys":[…]} of the admin keys.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    if (argv.admin === true && argv.user !== undefined)
      throw usageError('admin keys belong to no user: leave out the name');
    const connection = await findConnection(argv, context, 'admin');
    const keys = await withHttp(connection, (http) =>
      argv.admin === true ? http.adminKeys() : http.keys(argv.user ?? firstUser),
    );
    if (context.output.json) await context.output.record({ keys });
    else {
      const rows = keys.map(({ key, kind, created_at }) => [key, kind, formatTime(created_at)]);
      await context.output.table([['KEY', 'KIND', 'SINCE'], ...rows]);
    }
    return exitCodes.done;
  },
});

/** Whose key it is; undefined for an admin key. Key ids are unique in a relay. */
async function findOwner(key: string, http: RelayHttp): Promise<{ readonly user: string | undefined }> {
  const has = (keys: readonly KeySummary[]) => keys.some((candidate) => candidate.key === key);
  for (const { user } of await http.users()) {
    if (has(await http.keys(user))) return { user };
  }
  if (has(await http.adminKeys())) return { user: undefined };
  throw new CommandError(
    exitCodes.failed,
    `there is no key "${key}": "relay key ls USER" and "relay key ls --admin" list them`,
  );
}

export const keyRemoveCommand = defineCommand({
  positionals: {
    key: { type: 'string', demandOption: true, describe: 'The public part of the key, as "relay key ls" shows it' },
  },
  options: { ...connectionOptions, ...confirmOptions },
  examples: [
    ['relay key rm 7Kq2bX0dPz4A --yes', 'Revokes the key; what is connected with it is closed.'],
    ['relay key rm 7Kq2bX0dPz4A --yes --json', 'The same; prints {"key":"7Kq2bX0dPz4A","removed":true}.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    if (argv.key.startsWith('rly_')) {
      throw usageError(
        'that is a whole key, which does not belong on a command line: give its public part, as "relay key ls" shows it',
      );
    }
    const connection = await findConnection(argv, context, 'admin');
    return await withHttp(connection, async (http) => {
      const { user } = await findOwner(argv.key, http);
      const whose = user === undefined ? 'the admin key' : `the key of ${user}`;
      await confirm(`Revoke ${whose} ${argv.key} at ${placeName(connection)}?`, argv.yes, context);
      if (user === undefined) await http.removeAdminKey(argv.key);
      else await http.removeKey(user, argv.key);
      if (context.output.json) await context.output.record({ key: argv.key, removed: true });
      else context.output.say(`${argv.key} is revoked; what was connected with it is closed`);
      return exitCodes.done;
    });
  },
});
