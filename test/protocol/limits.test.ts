import { describe, expect, it } from 'vitest';
import {
  defaultServerLimits,
  defaultUserLimits,
  formatLimit,
  isServerLimitName,
  isUserLimitName,
  limitsToJson,
  parseLimit,
  parseLimitValue,
  serverLimitDefinitions,
  userLimitDefinitions,
} from '../../src/protocol/limits.ts';

function problemOf(assignment: string): string {
  const parsed = parseLimit(assignment);
  return 'problem' in parsed ? parsed.problem : '';
}

describe('the limits (PROTOCOL D)', () => {
  it('have the defaults of the contract', () => {
    const written = (limits: object) =>
      Object.entries<number>({ ...limits }).map(([name, value]) => {
        if (!isUserLimitName(name) && !isServerLimitName(name)) throw new Error(name);
        return `${name}=${formatLimit(name, value)}`;
      });
    expect(written(defaultUserLimits())).toEqual([
      'message_bytes=256KiB',
      'message_rate=1000',
      'message_burst=2000',
      'user_message_rate=10000',
      'connections=1000',
      'devices=1000',
      'queue_messages=50',
      'queue_ttl=1d',
      'queue_attempts=3',
      'queue_targets=1000',
      'queue_bytes=64MiB',
      'send_buffer_bytes=1MiB',
      'idle_timeout=2m',
    ]);
    expect(written(defaultServerLimits())).toEqual([
      'auth_deadline=10s',
      'auth_failures=10',
      'pending_connections=1000',
      'ping_after=15s',
      'silent_after=35s',
    ]);
  });

  it('belong to the user or to the server', () => {
    expect(isUserLimitName('queue_ttl')).toBe(true);
    expect(isUserLimitName('auth_deadline')).toBe(false);
    expect(isServerLimitName('auth_deadline')).toBe(true);
    expect(isServerLimitName('queue_ttl')).toBe(false);
    expect(isUserLimitName('constructor')).toBe(false);
  });

  it('have defaults that may be said, and can be read as they are written', () => {
    const definitions = { ...userLimitDefinitions, ...serverLimitDefinitions };
    for (const [name, definition] of Object.entries(definitions)) {
      if (!isUserLimitName(name) && !isServerLimitName(name)) throw new Error(name);
      for (const value of [definition.default, definition.min]) {
        expect(parseLimit(`${name}=${formatLimit(name, value)}`)).toEqual({ name, value });
      }
      const unlimited = parseLimit(`${name}=unlimited`);
      if (definition.unlimited) expect(unlimited).toEqual({ name, value: Number.POSITIVE_INFINITY });
      else expect(unlimited).toHaveProperty('problem');
    }
  });
});

describe('a limit as an administrator writes it', () => {
  it.each([
    ['queue_messages=500', 'queue_messages', 500],
    ['queue_messages=0', 'queue_messages', 0],
    ['queue_ttl=0', 'queue_ttl', 0],
    ['queue_bytes=0', 'queue_bytes', 0],
    ['idle_timeout=2m', 'idle_timeout', 120_000],
    ['message_bytes= 64KiB ', 'message_bytes', 65_536],
    ['queue_bytes=unlimited', 'queue_bytes', Number.POSITIVE_INFINITY],
  ])('%s', (assignment, name, value) => expect(parseLimit(assignment)).toEqual({ name, value }));

  it('needs a name that exists, and hears all of them', () => {
    expect(problemOf('queue=5')).toMatch(/^"queue" is no limit; limits are message_bytes, .*, silent_after$/);
    expect(problemOf('=5')).toContain('"" is no limit');
    expect(problemOf('__proto__=5')).toContain('"__proto__" is no limit');
  });

  it('needs a value', () => {
    expect(problemOf('queue_messages')).toBe('the limit queue_messages needs a value: write queue_messages=VALUE');
    expect(problemOf('queue_messages=')).toContain('write a count such as 1000 or unlimited');
  });

  it('needs the unit, and only where there is one', () => {
    expect(problemOf('idle_timeout=120')).toBe('idle_timeout=120: write a duration such as 30s or unlimited');
    expect(problemOf('message_bytes=1000')).toBe('message_bytes=1000: write a size such as 64KiB');
    expect(problemOf('queue_messages=5s')).toContain('write a count');
    for (const value of ['-1', '1.5', '1e3', '0x10', '9999999999999999']) {
      expect(problemOf(`queue_messages=${value}`)).toContain('write a count');
    }
  });

  it('must make sense', () => {
    expect(problemOf('queue_attempts=0')).toBe('queue_attempts=0: at least 1 is needed');
    expect(problemOf('message_bytes=63B')).toBe('message_bytes=63B: at least 64B is needed');
    expect(problemOf('idle_timeout=0')).toBe('idle_timeout=0: at least 1ms is needed');
    expect(problemOf('message_bytes=unlimited')).toContain('write a size such as 64KiB');
  });

  it('may come as name and value apart', () => {
    expect(parseLimitValue('queue_ttl', '30s')).toEqual({ name: 'queue_ttl', value: 30_000 });
    expect(parseLimitValue('queue_ttl', '30')).toHaveProperty('problem');
  });
});

describe('limits in JSON', () => {
  it('say unlimited, because JSON has no Infinity', () => {
    const limits = { ...defaultUserLimits(), queue_bytes: Number.POSITIVE_INFINITY };
    const json = limitsToJson(limits);
    expect(JSON.parse(JSON.stringify(json))).toEqual({ ...limits, queue_bytes: 'unlimited' });
    expect(formatLimit('queue_bytes', limits.queue_bytes)).toBe('unlimited');
  });
});
