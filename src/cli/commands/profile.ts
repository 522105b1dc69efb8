import { parseRelayUrl } from '../../client/address.ts';
import { type CommandContext, confirmOptions, connectionOptions, defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { readStdinSecrets } from '../connect.ts';
import { didYouMean } from '../did-you-mean.ts';
import { type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { isProfileName, type Profile } from '../profiles.ts';
import { profileOf, saveProfile } from '../save-profile.ts';

const namePositional = { name: { type: 'string', demandOption: true, describe: 'The name of the profile' } } as const;

function findProfile(name: string, context: CommandContext): Profile {
  const profile = context.profiles.get(name);
  if (profile !== undefined) return profile;
  throw usageError(`there is no profile "${name}"${didYouMean(name, context.profiles.names())}`);
}

/** What a profile can do, without showing it. */
function credentialsOf(profile: Profile): readonly string[] {
  return (['auth_key', 'device_token', 'admin_key'] as const).filter((field) => profile[field] !== undefined);
}

export const profileAddCommand = defineCommand({
  positionals: namePositional,
  options: {
    ...connectionOptions,
    ...confirmOptions,
    sender: { type: 'string', requiresArg: true, describe: 'The client id that a controller uses' },
  },
  examples: [
    ['relay profile add prod --url wss://relay.example --auth-key-stdin < key.txt', 'Saves an address and its key.'],
    ['relay profile add prod --admin-key-stdin < admin.txt', 'Adds the admin key for the same address.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    if (!isProfileName(argv.name)) {
      throw usageError(
        `"${argv.name}" is no name for a profile: letters, digits, dots, dashes and underscores, at most 64`,
      );
    }
    const url = argv.url === undefined ? context.profiles.get(argv.name)?.url : parseRelayUrl(argv.url).ws;
    if (url === undefined) throw usageError('a new profile needs its address: give --url');
    const secrets = await readStdinSecrets(argv, context);
    const profile = profileOf(url, secrets, argv);
    await saveProfile(argv.name, profile, argv.yes, context);
    if (context.output.json) await context.output.record({ profile: argv.name, url, saved: true });
    else context.output.say(`profile ${argv.name} is saved in ${context.profiles.path}`);
    return exitCodes.done;
  },
});

export const profileListCommand = defineCommand({
  examples: [
    ['relay profile ls', 'Lists the saved connections; keys are not shown.'],
    ['relay profile ls --json', 'Prints {"current":"…","profiles":[…]}.'],
  ],
  async run(_argv, context): Promise<ExitCode> {
    const { profiles, output } = context;
    const entries = profiles.names().map((name) => ({ name, profile: findProfile(name, context) }));
    if (output.json) {
      await output.record({
        current: profiles.current ?? null,
        profiles: entries.map(({ name, profile }) => ({
          profile: name,
          url: profile.url,
          sender: profile.sender ?? null,
          credentials: credentialsOf(profile),
        })),
      });
      return exitCodes.done;
    }
    const rows = entries.map(({ name, profile }) => [
      name === profiles.current ? '*' : '',
      name,
      profile.url,
      profile.sender ?? '–',
      credentialsOf(profile).join(', ') || 'none',
    ]);
    await output.table([['', 'PROFILE', 'ADDRESS', 'SENDER', 'CREDENTIALS'], ...rows]);
    return exitCodes.done;
  },
});

export const profileUseCommand = defineCommand({
  positionals: namePositional,
  examples: [
    ['relay profile use prod', 'Commands without --profile go there from now on.'],
    ['relay profile use local', 'Back to the relay on this machine.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const { url } = findProfile(argv.name, context);
    await context.profiles.use(argv.name);
    if (context.output.json) await context.output.record({ current: argv.name });
    else context.output.say(`commands go to ${url} now`);
    return exitCodes.done;
  },
});

export const profileRemoveCommand = defineCommand({
  positionals: namePositional,
  options: { ...confirmOptions },
  examples: [
    ['relay profile rm prod', 'Asks, and forgets the address and its keys.'],
    ['relay profile rm prod --yes --json', 'Does not ask; prints {"profile":"prod","removed":true}.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const profile = findProfile(argv.name, context);
    await confirm(`Forget profile ${argv.name} (${profile.url}) and its keys?`, argv.yes, context);
    await context.profiles.remove(argv.name);
    if (context.output.json) await context.output.record({ profile: argv.name, removed: true });
    else context.output.say(`profile ${argv.name} is forgotten`);
    return exitCodes.done;
  },
});
