import { formatDuration, formatSize, parseDurationMs, parseSizeBytes } from './units.ts';

/** How the value of a limit is written: `1000`, `64KiB` or `24h`. */
export type LimitUnit = 'count' | 'size' | 'duration';

interface LimitDefinition {
  readonly unit: LimitUnit;
  /** A number of messages, connections or the like, bytes, or milliseconds, as the unit says. */
  readonly default: number;
  /** The smallest value that makes sense. */
  readonly min: number;
  /** Whether `unlimited` may be said. */
  readonly unlimited: boolean;
  readonly about: string;
}

const seconds = 1000;
const hours = 3_600_000;
const kibibytes = 1024;
const mebibytes = 1024 * 1024;

function count(value: number, min: number, about: string): LimitDefinition {
  return { unit: 'count', default: value, min, unlimited: true, about };
}
function size(value: number, min: number, unlimited: boolean, about: string): LimitDefinition {
  return { unit: 'size', default: value, min, unlimited, about };
}
function duration(value: number, unlimited: boolean, about: string): LimitDefinition {
  return { unit: 'duration', default: value, min: 1, unlimited, about };
}

/** The limits that an administrator may change for each user (PROTOCOL D). */
export const userLimitDefinitions = {
  message_bytes: size(256 * kibibytes, 64, false, 'size of one message as received'),
  message_rate: count(1000, 0, 'messages a second of one connection, sustained'),
  message_burst: count(2000, 0, 'messages of one connection at once'),
  user_message_rate: count(10_000, 0, 'messages a second of all connections of the user together'),
  connections: count(1000, 0, 'connections of the user at one time'),
  devices: count(1000, 0, 'registered devices of the user'),
  queue_messages: count(50, 0, 'messages that wait for one target'),
  queue_ttl: { ...duration(24 * hours, true, 'time that a message waits at most'), min: 0 },
  queue_attempts: count(3, 1, 'deliveries of a queued message without proof'),
  queue_targets: count(1000, 0, 'targets that have something waiting'),
  queue_bytes: size(64 * mebibytes, 0, true, 'payloads of all queues of the user together'),
  send_buffer_bytes: size(1 * mebibytes, 1024, false, 'what one connection may leave unread'),
  idle_timeout: duration(120 * seconds, true, 'silence before the socket is closed'),
} as const satisfies Record<string, LimitDefinition>;

/** The limits of the whole server (PROTOCOL D). */
export const serverLimitDefinitions = {
  auth_deadline: duration(10 * seconds, true, 'time for the first message'),
  auth_failures: count(10, 0, 'wrong keys of one address in a minute'),
  pending_connections: count(1000, 1, 'sockets of one address that are not authenticated yet'),
  ping_after: duration(15 * seconds, false, 'silence before a ping'),
  silent_after: duration(35 * seconds, false, 'silence before a client counts as offline'),
} as const satisfies Record<string, LimitDefinition>;

export type UserLimitName = keyof typeof userLimitDefinitions;
export type ServerLimitName = keyof typeof serverLimitDefinitions;
export type LimitName = UserLimitName | ServerLimitName;

/** Every limit of a user; bytes, milliseconds or counts; `Infinity` is `unlimited`. */
export type UserLimits = Readonly<Record<UserLimitName, number>>;
/** Every limit of the server; milliseconds or counts; `Infinity` is `unlimited`. */
export type ServerLimits = Readonly<Record<ServerLimitName, number>>;

/** A limit as it stands in JSON: a number in the unit's base (bytes, milliseconds, a count), or `unlimited`. */
export type LimitJson = number | 'unlimited';

const definitions: Readonly<Record<string, LimitDefinition>> = { ...userLimitDefinitions, ...serverLimitDefinitions };

function defaultsOf<Name extends string>(of: Readonly<Record<Name, LimitDefinition>>): Record<Name, number> {
  const entries = Object.entries<LimitDefinition>(of).map(([name, definition]) => [name, definition.default]);
  return Object.fromEntries(entries) as Record<Name, number>;
}

export function defaultUserLimits(): UserLimits {
  return defaultsOf(userLimitDefinitions);
}

export function defaultServerLimits(): ServerLimits {
  return defaultsOf(serverLimitDefinitions);
}

export function isUserLimitName(name: string): name is UserLimitName {
  return Object.hasOwn(userLimitDefinitions, name);
}

export function isServerLimitName(name: string): name is ServerLimitName {
  return Object.hasOwn(serverLimitDefinitions, name);
}

const examples: Readonly<Record<LimitUnit, string>> = { count: '1000', size: '64KiB', duration: '30s' };

function parseValue(definition: LimitDefinition, text: string): number | undefined {
  if (text === 'unlimited') return definition.unlimited ? Number.POSITIVE_INFINITY : undefined;
  if (definition.unit === 'size') return text === '0' ? 0 : parseSizeBytes(text);
  if (definition.unit === 'duration') return text === '0' ? 0 : parseDurationMs(text);
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** One `NAME=VALUE` of a limit, or the sentence that says what is wrong with it. */
export type ParsedLimit = { readonly name: LimitName; readonly value: number } | { readonly problem: string };

/** Reads a limit as an administrator writes it, `queue_messages=500`, `idle_timeout=2m`, `queue_bytes=unlimited`. */
export function parseLimit(assignment: string): ParsedLimit {
  const separator = assignment.indexOf('=');
  const name = separator < 0 ? assignment : assignment.slice(0, separator);
  const known = Object.keys(definitions).join(', ');
  if (!isUserLimitName(name) && !isServerLimitName(name))
    return { problem: `"${name}" is no limit; limits are ${known}` };
  if (separator < 0) return { problem: `the limit ${name} needs a value: write ${name}=VALUE` };
  return parseLimitValue(name, assignment.slice(separator + 1));
}

/** Reads the value of a known limit in the same syntax. */
export function parseLimitValue(name: LimitName, text: string): ParsedLimit {
  const definition: LimitDefinition | undefined = definitions[name];
  if (definition === undefined) return { problem: `"${name}" is no limit` };
  const value = parseValue(definition, text.trim());
  const orUnlimited = definition.unlimited ? ' or unlimited' : '';
  if (value === undefined) {
    return {
      problem: `${name}=${text}: write a ${definition.unit} such as ${examples[definition.unit]}${orUnlimited}`,
    };
  }
  if (value < definition.min) {
    return { problem: `${name}=${text}: at least ${formatLimit(name, definition.min)} is needed` };
  }
  return { name, value };
}

/** The value as an administrator would write it. */
export function formatLimit(name: LimitName, value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'unlimited';
  const unit = definitions[name]?.unit;
  if (unit === 'size') return formatSize(value);
  return unit === 'duration' ? formatDuration(value) : String(value);
}

/** Limits as they travel in JSON, where there is no Infinity. */
export function limitsToJson<Name extends string>(limits: Readonly<Record<Name, number>>): Record<Name, LimitJson> {
  const entries = Object.entries<number>(limits).map(([name, value]) => [
    name,
    Number.isFinite(value) ? value : 'unlimited',
  ]);
  return Object.fromEntries(entries) as Record<Name, LimitJson>;
}
