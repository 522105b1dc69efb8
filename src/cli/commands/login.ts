import { parseRelayUrl } from '../../client/address.ts';
import { checkCredentials } from '../check-credentials.ts';
import { type CommandContext, confirmOptions, connectionOptions, defineCommand } from '../command.ts';
import { readStdinSecrets } from '../connect.ts';
import { readCaFile, type StdinSecrets } from '../connection.ts';
import { type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { isProfileName } from '../profiles.ts';
import { profileOf, saveProfile } from '../save-profile.ts';

/** The kind of a key of ours stands in it; one of another relay is taken for a master key. */
function secretsOf(key: string): StdinSecrets {
  if (key.startsWith('rly_device_')) return { deviceToken: key };
  return key.startsWith('rly_admin_') ? { adminKey: key } : { authKey: key };
}

async function askSecrets(url: string, context: CommandContext): Promise<StdinSecrets> {
  if (!context.prompts.interactive) {
    throw usageError('no key: give it with --auth-key-stdin, --device-token-stdin or --admin-key-stdin');
  }
  const key = await context.prompts.secret(`Master key, device token or admin key for ${url}`);
  if (key === '') throw usageError('no key was given');
  return secretsOf(key);
}

/** The address is an argument here. */
const { url: _url, ...keyOptions } = connectionOptions;

export const loginCommand = defineCommand({
  positionals: { url: { type: 'string', describe: 'The relay: wss://host/ws/connect/, https://host or host' } },
  options: {
    ...keyOptions,
    ...confirmOptions,
    name: { type: 'string', requiresArg: true, describe: 'The name of the profile; the host unless said' },
    sender: { type: 'string', requiresArg: true, describe: 'The client id that a controller uses' },
  },
  examples: [
    ['relay login relay.example.org', 'Asks for the key without showing it, checks it, and saves both.'],
    ['relay login https://relay.example.org --name prod --auth-key-stdin < key.txt', 'The same for scripts.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    if (argv.url === undefined && !context.prompts.interactive) throw usageError('no address: write relay login URL');
    const typed = argv.url ?? (await context.prompts.line('Address of the relay'));
    const { ws, http } = parseRelayUrl(typed);
    const name = argv.name ?? argv.profile ?? new URL(http).hostname.replace(/[^A-Za-z0-9._-]/g, '');
    if (!isProfileName(name)) throw usageError(`"${name}" is no name for a profile: give one with --name`);
    const ca = argv.caFile === undefined ? undefined : readCaFile(argv.caFile);
    const given = await readStdinSecrets(argv, context);
    const secrets = Object.keys(given).length > 0 ? given : await askSecrets(ws, context);
    const profile = profileOf(ws, secrets, argv);
    const isChecked = await checkCredentials({ url: ws, ca }, secrets);
    if (!isChecked) context.output.say('the server has no HTTP side: the token is saved without a check');
    await saveProfile(name, profile, argv.yes, context);
    const isCurrent = context.profiles.current === name;
    if (context.output.json) await context.output.record({ profile: name, url: ws, saved: true });
    else {
      const use = isCurrent ? '' : `; use it with --profile ${name}, or "relay profile use ${name}"`;
      context.output.say(`the relay takes the key; profile ${name} is saved in ${context.profiles.path}${use}`);
    }
    return exitCodes.done;
  },
});
