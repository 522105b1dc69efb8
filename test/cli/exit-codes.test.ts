import { describe, expect, it } from 'vitest';
import { CommandError, exitCodeOfEnding, exitCodeOfError, exitCodes } from '../../src/cli/exit-codes.ts';
import {
  RelayAddressError,
  RelayConnectionError,
  RelayHttpError,
  RelaySendError,
  RelayUnreachableError,
} from '../../src/client/errors.ts';
import type { Ending, EndingKind } from '../../src/client/types.ts';

function ending(closeCode: number, kind: EndingKind = 'refused'): Ending {
  return { kind, closeCode, reason: 'why' };
}

describe('the exit code of a failure (UX)', () => {
  it('is 3 for refused credentials, on both sides of the relay', () => {
    for (const code of [4001, 4003, 4010, 4130]) expect(exitCodeOfEnding(ending(code))).toBe(3);
    for (const code of ['invalid_credentials', 'forbidden', 'auth_throttled']) {
      expect(exitCodeOfError(new RelayHttpError(401, code, 'no'))).toBe(3);
    }
  });

  it('is 4 for what cannot be reached or got lost', () => {
    expect(exitCodeOfError(new RelayUnreachableError('timeout', 'no answer'))).toBe(4);
    expect(exitCodeOfError(new RelaySendError('connection_lost', 'lost'))).toBe(4);
    for (const code of [1001, 1006, 1013, 4100, 4108]) expect(exitCodeOfEnding(ending(code, 'lost'))).toBe(4);
  });

  it('is 1 for a refusal of another kind', () => {
    for (const code of [4004, 4009, 4011, 4113]) expect(exitCodeOfEnding(ending(code))).toBe(1);
    expect(exitCodeOfError(new RelayHttpError(404, 'not_found', 'no'))).toBe(1);
    expect(exitCodeOfError(new RelayConnectionError(ending(4009, 'replaced')))).toBe(1);
  });

  it('is 2 for what was written wrong, 5 for what was not sent, and its own for a command error', () => {
    expect(exitCodeOfError(new RelayAddressError('no address'))).toBe(2);
    expect(exitCodeOfError(new RelaySendError('message_too_big', 'no'))).toBe(5);
    expect(exitCodeOfError(new CommandError(exitCodes.timeout, 'late'))).toBe(6);
  });

  it('is none for a bug', () => {
    expect(exitCodeOfError(new TypeError('undefined is not a function'))).toBeUndefined();
    expect(exitCodeOfError('text')).toBeUndefined();
  });
});
