/** What `relay serve` was told: flag, environment, file, default, in this order (UX "Names"). */
import { readFileSync } from 'node:fs';
import type { ServerLimits, UserLimits } from '../protocol/limits.ts';
import { isObject } from '../protocol/messages.ts';
import { didYouMean } from './did-you-mean.ts';
import { CommandError, exitCodes, usageError } from './exit-codes.ts';
import { countFlag, readLimits } from './option-values.ts';

/** The settings under the names of their flags; a configuration file uses the same ones. */
const settingNames = [
  'host',
  'port',
  'data',
  'limit',
  'tls-cert',
  'tls-key',
  'allow-plaintext',
  'trust-proxy',
  'public-url',
  'origin',
  'log-level',
  'fast-lane',
] as const;

type SettingName = (typeof settingNames)[number];
const listNames: ReadonlySet<SettingName> = new Set(['limit', 'trust-proxy', 'origin']);

/** Settings of one source: each a list of texts, so that flags, variables and JSON can be treated alike. */
type RawSettings = Partial<Record<SettingName, readonly string[]>>;

export interface ServeSettings {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly userLimits: Partial<UserLimits>;
  readonly serverLimits: Partial<ServerLimits>;
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  readonly allowPlaintext: boolean;
  readonly trustProxy: readonly string[] | boolean;
  readonly publicUrl?: string;
  readonly origins?: readonly string[];
  readonly logLevel?: string;
  readonly fastLane: boolean;
}

function fromFlags(argv: Readonly<Record<string, unknown>>): RawSettings {
  const entries = settingNames.flatMap((name) => {
    const value = argv[name];
    if (value === undefined || value === false) return [];
    return [[name, value === true ? ['true'] : [value].flat().map(String)]];
  });
  return Object.fromEntries(entries);
}

/** `RELAY_SERVE_TLS_CERT` for `--tls-cert`, and so on; lists with commas. */
function fromEnvironment(env: Readonly<Record<string, string | undefined>>): RawSettings {
  const entries = settingNames.flatMap((name) => {
    const value = env[`RELAY_SERVE_${name.toUpperCase().replaceAll('-', '_')}`];
    if (value === undefined || value === '') return [];
    return [[name, listNames.has(name) ? value.split(',').map((item) => item.trim()) : [value]]];
  });
  return Object.fromEntries(entries);
}

function isSettingName(name: string): name is SettingName {
  return (settingNames as readonly string[]).includes(name);
}

function readFileValue(name: SettingName, value: unknown, path: string): readonly string[] {
  if (name === 'limit' && isObject(value)) return Object.entries(value).map(([limit, text]) => `${limit}=${text}`);
  const items = Array.isArray(value) && listNames.has(name) ? value : [value];
  if (items.every((item) => ['string', 'number', 'boolean'].includes(typeof item))) return items.map(String);
  throw usageError(`${path}: "${name}" is ${JSON.stringify(value)}, which is no value for it`);
}

function fromFile(path: string): RawSettings {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw usageError(`--config ${path}: ${error instanceof Error ? error.message : error}`);
  }
  if (!isObject(parsed)) throw usageError(`--config ${path} holds no JSON object`);
  const entries = Object.entries(parsed).map(([name, value]) => {
    if (isSettingName(name)) return [name, readFileValue(name, value, path)];
    throw usageError(`--config ${path}: there is no setting "${name}"${didYouMean(name, settingNames)}`);
  });
  return Object.fromEntries(entries);
}

function readPem(flag: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CommandError(
      exitCodes.failed,
      `--${flag} ${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function readTls(cert: string | undefined, key: string | undefined): Pick<ServeSettings, 'tls'> {
  if (cert === undefined && key === undefined) return {};
  if (cert === undefined || key === undefined) throw usageError('--tls-cert and --tls-key belong together: give both');
  return { tls: { cert: readPem('tls-cert', cert), key: readPem('tls-key', key) } };
}

function isTrue(name: SettingName, text: string | undefined): boolean {
  if (text === undefined || text === 'false' || text === '0') return false;
  if (text === 'true' || text === '1' || text === '') return true;
  throw usageError(`${name} is "${text}": say true or false`);
}

/** `--trust-proxy` alone means the private networks. */
function readProxies(items: readonly string[]): readonly string[] | boolean {
  const named = items.flatMap((item) => item.split(',')).map((item) => item.trim());
  if (named.length === 0 || named.every((item) => item === 'false')) return false;
  const addresses = named.filter((item) => item !== '' && item !== 'true' && item !== 'false');
  return addresses.length === 0 ? true : addresses;
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

function readLogLevel(level: string | undefined): Pick<ServeSettings, 'logLevel'> {
  if (level === undefined) return {};
  if (!logLevels.includes(level)) throw usageError(`--log-level ${level}: say one of ${logLevels.join(', ')}`);
  return { logLevel: level };
}

function readFastLane(text: string | undefined): boolean {
  if (text === undefined || text === 'on') return true;
  if (text === 'off') return false;
  throw usageError(`--fast-lane ${text}: say on or off`);
}

/** Settings that are on or off, one value, or a list; limits of all sources together, the first source's last. */
export function readServeSettings(
  argv: Readonly<Record<string, unknown>> & { readonly config?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
  defaults: { readonly dataDir: string },
): ServeSettings {
  const file = argv.config === undefined ? {} : fromFile(argv.config);
  const sources = [fromFlags(argv), fromEnvironment(env), file];
  const list = (name: SettingName) => sources.find((source) => source[name] !== undefined)?.[name] ?? [];
  const one = (name: SettingName) => list(name).at(-1);
  const limits = readLimits(sources.toReversed().flatMap((source) => source.limit ?? []));
  const publicUrl = one('public-url');
  const origins = list('origin');
  return {
    host: one('host') ?? '127.0.0.1',
    port: countFlag('port', 0, 65_535)(one('port') ?? '8787'),
    dataDir: one('data') ?? defaults.dataDir,
    userLimits: limits.user,
    serverLimits: limits.server,
    ...readTls(one('tls-cert'), one('tls-key')),
    allowPlaintext: isTrue('allow-plaintext', one('allow-plaintext')),
    trustProxy: readProxies(list('trust-proxy')),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(origins.length === 0 ? {} : { origins }),
    ...readLogLevel(one('log-level')),
    fastLane: readFastLane(one('fast-lane')),
  };
}
