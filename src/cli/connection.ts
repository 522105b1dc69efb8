import { readFileSync } from 'node:fs';
import { didYouMean } from './did-you-mean.ts';
import { usageError } from './exit-codes.ts';
import type { Profile, Profiles } from './profiles.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a command needs to hold: any credential of a room, a master key, or an admin key. */
export type Need = 'room' | 'master' | 'admin';

/** Keys and tokens that came in on standard input. */
export interface StdinSecrets {
  readonly authKey?: string;
  readonly deviceToken?: string;
  readonly adminKey?: string;
}

export interface ConnectionFlags {
  readonly url?: string | undefined;
  readonly profile?: string | undefined;
  readonly caFile?: string | undefined;
}

/** Where to connect and as whom; address and credentials come from one source (UX "Names"). */
export interface ResolvedConnection {
  readonly url: string;
  /** The name of the profile that it came from, where it did. */
  readonly profile?: string;
  /** For people: `profile prod`, `the environment`, `the command line`. */
  readonly source: string;
  readonly authKey?: string;
  readonly deviceToken?: string;
  readonly adminKey?: string;
  /** The controller's own client id: RELAY_SENDER, else the profile's. */
  readonly sender?: string;
  /** Certificate authorities in PEM. */
  readonly ca?: string;
}

interface Source extends StdinSecrets {
  readonly name: string;
  readonly profile?: string;
  readonly url?: string;
  readonly sender?: string;
  readonly caFile?: string;
}

/** An object without the keys that hold undefined or an empty string, which an unset shell variable makes. */
function present<Key extends string>(
  values: Readonly<Record<Key, string | undefined>>,
): { readonly [Name in Key]?: string } {
  const entries = Object.entries<string | undefined>(values).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(entries) as { [Name in Key]?: string };
}

function secretsFor(need: Need, source: StdinSecrets): readonly string[] {
  const wanted =
    need === 'admin' ? [source.adminKey] : need === 'master' ? [source.authKey] : [source.authKey, source.deviceToken];
  return wanted.filter((secret) => secret !== undefined);
}

function fromEnvironment(env: Environment): Source {
  return {
    name: 'the environment',
    ...present({
      url: env.RELAY_URL,
      authKey: env.RELAY_AUTH_KEY,
      deviceToken: env.RELAY_DEVICE_TOKEN,
      adminKey: env.RELAY_ADMIN_KEY,
    }),
  };
}

function fromProfile(name: string, profile: Profile): Source {
  return {
    name: `profile ${name}`,
    profile: name,
    url: profile.url,
    ...present({
      authKey: profile.auth_key,
      deviceToken: profile.device_token,
      adminKey: profile.admin_key,
      sender: profile.sender,
      caFile: profile.ca_file,
    }),
  };
}

function openProfile(name: string, profiles: Profiles): Source {
  const profile = profiles.get(name);
  if (profile === undefined) {
    const known = profiles.names();
    const list = known.length === 0 ? 'no profile is saved yet' : `saved are ${known.join(', ')}`;
    throw usageError(`there is no profile "${name}"${didYouMean(name, known)} (${list})`);
  }
  return fromProfile(name, profile);
}

/** The source of the highest precedence that says anything about an address or a credential that is needed. */
function chooseSource(
  flags: ConnectionFlags,
  env: Environment,
  secrets: StdinSecrets,
  need: Need,
  profiles: Profiles,
): Source {
  const onCommandLine: Source = { name: 'the command line', ...present({ url: flags.url }), ...secrets };
  const saysSomething = (source: Source) => source.url !== undefined || secretsFor(need, source).length > 0;
  if (flags.profile !== undefined) {
    if (saysSomething(onCommandLine)) {
      throw usageError(
        `--profile ${flags.profile} brings its own address and credentials: leave out --url and the keys on standard input`,
      );
    }
    return openProfile(flags.profile, profiles);
  }
  if (saysSomething(onCommandLine)) return onCommandLine;
  const environment = fromEnvironment(env);
  if (saysSomething(environment)) {
    if (env.RELAY_PROFILE) {
      const other = environment.url === undefined ? 'a key' : 'RELAY_URL';
      throw usageError(`RELAY_PROFILE and ${other} are both set in the environment: unset one of them`);
    }
    return environment;
  }
  const name = env.RELAY_PROFILE || profiles.current || (profiles.get('local') === undefined ? undefined : 'local');
  if (name === undefined) {
    throw usageError('no relay is set up here: run "relay login", or "relay serve" to start one, or set RELAY_URL');
  }
  return openProfile(name, profiles);
}

/** Reads the file of `--ca-file`. */
export function readCaFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError(`--ca-file ${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw usageError(`--ca-file ${path} holds no certificate in PEM`);
  return text;
}

/**
 * Decides where to connect and as whom. Precedence is flag, environment, profile; whichever source is first must have it
 * all, so that a key never goes to an address from elsewhere. Credentials may be missing from the answer: the command asks
 * for them where somebody sits.
 */
export function resolveConnection(
  flags: ConnectionFlags,
  env: Environment,
  secrets: StdinSecrets,
  need: Need,
  profiles: Profiles,
): ResolvedConnection {
  const source = chooseSource(flags, env, secrets, need, profiles);
  if (source.url === undefined) {
    const [key, url] = source.name === 'the environment' ? ['a key', 'RELAY_URL'] : ['a key', '--url'];
    throw usageError(
      `${source.name} has ${key} but no address, and a key never goes to an address from elsewhere: give ${url} too`,
    );
  }
  if (source.authKey !== undefined && source.deviceToken !== undefined && need === 'room') {
    throw usageError(`${source.name} has both a master key and a device token: leave one of them out`);
  }
  const sender = env.RELAY_SENDER || source.sender;
  const caFile = flags.caFile ?? source.caFile;
  return {
    url: source.url,
    source: source.name,
    ...(source.profile === undefined ? {} : { profile: source.profile }),
    ...present({ authKey: source.authKey, deviceToken: source.deviceToken, adminKey: source.adminKey, sender }),
    ...(caFile === undefined ? {} : { ca: readCaFile(caFile) }),
  };
}

const wantedSecret = {
  room: { what: 'master key or device token', variable: 'RELAY_AUTH_KEY', flag: '--auth-key-stdin' },
  master: { what: 'master key', variable: 'RELAY_AUTH_KEY', flag: '--auth-key-stdin' },
  admin: { what: 'admin key', variable: 'RELAY_ADMIN_KEY', flag: '--admin-key-stdin' },
} as const satisfies Record<Need, object>;

/** The sentence for a connection without the credential that the command needs. */
export function missingCredential(connection: ResolvedConnection, need: Need): string {
  const { what, variable, flag } = wantedSecret[need];
  if (connection.profile !== undefined) {
    return `profile ${connection.profile} has no ${what}, and a key from elsewhere never goes to its address: add it with "relay profile add ${connection.profile} ${flag}"`;
  }
  const way = connection.source === 'the environment' ? `set ${variable}` : `give it with ${flag}`;
  return `${connection.source} has the address ${connection.url} but no ${what}, and a key from elsewhere never goes there: ${way}`;
}
