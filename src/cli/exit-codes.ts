import {
  MessageFieldError,
  RelayAddressError,
  RelayConnectionError,
  RelayHttpError,
  RelaySendError,
  RelayUnreachableError,
} from '../client/errors.ts';
import type { Ending } from '../client/types.ts';

/** How a command ends, for scripts (UX "Commands"). With several targets the worst one's is the command's. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  refusedCredentials: 3,
  unreachable: 4,
  notDelivered: 5,
  timeout: 6,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** An expected failure: its message says what failed, with which value, and what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The command was written wrong. */
export function usageError(message: string): CommandError {
  return new CommandError(exitCodes.usage, message);
}

const credentialCodes = new Set([
  'missing_credentials',
  'invalid_credentials',
  'revoked',
  'auth_throttled',
  'forbidden',
]);
const credentialCloses = new Set([4001, 4003, 4010, 4130]);
/** What a send fails with when the connection is gone, or nobody answers at its other end. */
const connectionProblems: ReadonlySet<string> = new Set(['not_connected', 'connection_lost', 'no_answer']);
/** The relay answered and has a reason of its own: a bad client id, a takeover, an id in use, too many connections. */
const refusalCloses = new Set([4000, 4004, 4009, 4011, 4113]);

/** What the end of a connection means for a command that needed it. */
export function exitCodeOfEnding(ending: Ending): ExitCode {
  if (credentialCloses.has(ending.closeCode)) return exitCodes.refusedCredentials;
  return refusalCloses.has(ending.closeCode) ? exitCodes.failed : exitCodes.unreachable;
}

/** The exit code of an expected failure; undefined for anything else, which is a bug of ours. */
export function exitCodeOfError(error: unknown): ExitCode | undefined {
  if (error instanceof CommandError) return error.exitCode;
  if (error instanceof RelayAddressError || error instanceof MessageFieldError) return exitCodes.usage;
  if (error instanceof RelayUnreachableError) return exitCodes.unreachable;
  if (error instanceof RelayConnectionError) return exitCodeOfEnding(error.ending);
  if (error instanceof RelayHttpError) {
    return credentialCodes.has(error.code) ? exitCodes.refusedCredentials : exitCodes.failed;
  }
  if (error instanceof RelaySendError) {
    return connectionProblems.has(error.code) ? exitCodes.unreachable : exitCodes.notDelivered;
  }
  return undefined;
}
