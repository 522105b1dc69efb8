/** The end of a connection in words. */
import { closeCodeOf, reconnectRule } from '../protocol/codes.ts';
import type { ErrorMessage } from '../protocol/messages.ts';
import type { NetworkProblem } from './errors.ts';
import type { SocketEnd } from './socket.ts';
import type { Ending, EndingKind } from './types.ts';

/** Why this side gave a connection up. */
export interface Cut {
  readonly reason: string;
  readonly problem?: NetworkProblem;
}

interface Circumstances {
  readonly wasAuthenticated: boolean;
  /** The last error that the relay said. */
  readonly lastError: ErrorMessage | undefined;
  readonly cut: Cut | undefined;
}

function kindOf(end: SocketEnd, wasAuthenticated: boolean): EndingKind {
  if (end.closeCode === closeCodeOf('replaced')) return 'replaced';
  if (reconnectRule(end.closeCode) !== 'backoff') return 'refused';
  return !wasAuthenticated && (end.problem !== undefined || end.closeCode === 1006) ? 'unreachable' : 'lost';
}

function inWords(end: SocketEnd): string {
  // Ours says the code alone here; another relay may have words of its own.
  if (end.reason === 'going_away') return 'the relay shuts down or restarts';
  if (end.reason !== '') return end.reason;
  return end.closeCode === 1006
    ? 'the connection to the relay broke off'
    : `the relay closed the connection (code ${end.closeCode})`;
}

/** Whether the relay said this error because of the end: one that carries its close code, or any before authentication. */
function isReasonOf(error: ErrorMessage, end: SocketEnd, wasAuthenticated: boolean): boolean {
  return !wasAuthenticated || closeCodeOf(error.code) === end.closeCode;
}

export function describeEnding(end: SocketEnd, { wasAuthenticated, lastError, cut }: Circumstances): Ending {
  const final: SocketEnd = cut === undefined ? end : { ...end, ...cut };
  const error = lastError !== undefined && isReasonOf(lastError, final, wasAuthenticated) ? lastError : undefined;
  return {
    kind: kindOf(final, wasAuthenticated),
    closeCode: final.closeCode,
    reason: error?.message ?? inWords(final),
    ...(error === undefined ? {} : { error }),
    ...(final.problem === undefined ? {} : { problem: final.problem }),
  };
}
