/** Values of flags that have a syntax; yargs calls these and reports what they throw. */
import { isUserLimitName, parseLimit, type ServerLimits, type UserLimits } from '../protocol/limits.ts';
import { parseDurationMs, parseSizeBytes } from '../protocol/units.ts';
import { usageError } from './exit-codes.ts';

/** Wraps the reader of a flag: yargs hands over a list when the flag was given twice. */
function single<Value>(flag: string, read: (text: string) => Value): (given: string) => Value {
  return (given: unknown) => {
    if (typeof given !== 'string') throw usageError(`--${flag} is given more than once`);
    return read(given);
  };
}

/** Milliseconds of a `--flag 5s`; a bare number is refused, because a mistaken unit at a machine breaks it. */
export function durationFlag(flag: string): (text: string) => number {
  return single(flag, (text) => {
    const durationMs = parseDurationMs(text);
    if (durationMs === undefined)
      throw usageError(`--${flag} ${text}: write a duration with its unit, such as 5s, 2m or 24h`);
    return durationMs;
  });
}

/** Bytes of a `--flag 64KiB`. */
export function sizeFlag(flag: string): (text: string) => number {
  return single(flag, (text) => {
    const sizeBytes = parseSizeBytes(text);
    if (sizeBytes === undefined)
      throw usageError(`--${flag} ${text}: write a size with its unit, such as 200B or 64KiB`);
    return sizeBytes;
  });
}

/** A whole number of a `--flag 3`. */
export function countFlag(flag: string, min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return single(flag, (text) => {
    const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (count >= min && count <= max) return count;
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    throw usageError(`--${flag} ${text}: write a whole number ${range}`);
  });
}

/** A number over 0 of a `--flag 1.5`. */
export function factorFlag(flag: string): (text: string) => number {
  return single(flag, (text) => {
    const factor = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
    if (factor > 0 && Number.isFinite(factor)) return factor;
    throw usageError(`--${flag} ${text}: write a number over 0, such as 2 or 0.5`);
  });
}

/** A share of a `--flag 10%` or `--flag 0.1`, as a number from 0 to 1. */
export function shareFlag(flag: string): (text: string) => number {
  return single(flag, (text) => {
    const [, digits = '', percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
    const share = digits === '' ? Number.NaN : Number(digits) / (percent === '%' ? 100 : 1);
    if (share >= 0 && share <= 1) return share;
    throw usageError(`--${flag} ${text}: write a share from 0% to 100%, or from 0 to 1`);
  });
}

export interface ParsedLimits {
  readonly user: Partial<UserLimits>;
  readonly server: Partial<ServerLimits>;
}

/** Reads `NAME=VALUE` limits; the last of one name counts. */
export function readLimits(assignments: readonly string[]): ParsedLimits {
  const user: Record<string, number> = {};
  const server: Record<string, number> = {};
  for (const assignment of assignments) {
    const limit = parseLimit(assignment);
    if ('problem' in limit) throw usageError(`--limit ${assignment}: ${limit.problem}`);
    (isUserLimitName(limit.name) ? user : server)[limit.name] = limit.value;
  }
  return { user, server };
}
