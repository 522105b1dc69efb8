import { describe, expect, it } from 'vitest';
import {
  closeCodeOf,
  httpStatusOf,
  type ReconnectRule,
  type RelayCode,
  reconnectRule,
} from '../../src/protocol/codes.ts';

/** The table of PROTOCOL D: the close code and what a client does after it. */
const closing: readonly (readonly [RelayCode, number, ReconnectRule])[] = [
  ['bad_message', 4000, 'never'],
  ['missing_credentials', 4001, 'never'],
  ['invalid_credentials', 4003, 'slow'],
  ['invalid_client_id', 4004, 'never'],
  ['replaced', 4009, 'never'],
  ['revoked', 4010, 'slow'],
  ['id_in_use', 4011, 'never'],
  ['auth_timeout', 4108, 'backoff'],
  ['too_many_connections', 4113, 'backoff'],
  ['auth_throttled', 4130, 'slow'],
  ['rate_limited', 4129, 'backoff'],
  ['message_too_big', 1009, 'backoff'],
  ['overloaded', 1013, 'backoff'],
];

const open: readonly RelayCode[] = [
  'missing_target',
  'invalid_target',
  'unknown_action',
  'binary_unsupported',
  'reserved_field',
  'target_offline',
  'queue_full',
  'unconfirmed',
  'store_unavailable',
];

describe('the codes (PROTOCOL D)', () => {
  it.each(closing)('%s closes with %d; then: %s', (code, closeCode, rule) => {
    expect(closeCodeOf(code)).toBe(closeCode);
    expect(reconnectRule(closeCode)).toBe(rule);
  });

  it.each(open)('%s leaves the connection open', (code) => expect(closeCodeOf(code)).toBeUndefined());

  it.each([1000, 1001, 1002, 1005, 1006, 1007, 1008, 1011, 1012, 4100, 4999])(
    'after %d, as after any other close, a client tries again with backoff',
    (closeCode) => expect(reconnectRule(closeCode)).toBe('backoff'),
  );

  it('are errors in HTTP', () => {
    for (const code of [...closing.map(([code]) => code), ...open]) {
      expect(httpStatusOf(code)).toBeGreaterThanOrEqual(400);
      expect(httpStatusOf(code)).toBeLessThan(600);
    }
    expect(httpStatusOf('invalid_credentials')).toBe(401);
    expect(httpStatusOf('not_found')).toBe(404);
    expect(httpStatusOf('store_unavailable')).toBe(503);
  });
});
