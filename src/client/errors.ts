import type { RelayCode } from '../protocol/codes.ts';
import type { Ending } from './types.ts';

/** The address of a relay, or the certificates to reach it with, cannot be used. */
export class RelayAddressError extends Error {
  override readonly name = 'RelayAddressError';
}

/** The fields of a message, `mode=fast speed:=100`, cannot be read as they are written. */
export class MessageFieldError extends Error {
  override readonly name = 'MessageFieldError';
}

/** The connection is closed for good; `ending` says why. */
export class RelayConnectionError extends Error {
  override readonly name = 'RelayConnectionError';
  readonly ending: Ending;

  constructor(ending: Ending) {
    super(ending.reason);
    this.ending = ending;
  }
}

/**
 * Why something was not sent: `not_connected` (nothing is kept for later), `invalid_payload` (no JSON object, or
 * one with other fields than the call asks for), `invalid_target` (no client id), `message_too_big` (over the limit that the relay
 * told), `duplicate_id` (a message with this `_id` to this target still awaits its end), `unsupported` (the relay did not grant
 * the extension), `backlog` (what was sent before has not left yet), `connection_lost` (it may or may not have left), `no_answer` (the
 * relay did not answer).
 */
export type SendProblem = (typeof sendProblems)[number];

const sendProblems = [
  'not_connected',
  'invalid_payload',
  'invalid_target',
  'message_too_big',
  'duplicate_id',
  'unsupported',
  'backlog',
  'connection_lost',
  'no_answer',
] as const;

/** Whether a code is one of this side: the message did not leave. */
export function isSendProblem(code: string): code is SendProblem {
  return sendProblems.some((problem) => problem === code);
}

/** A message was not sent, or may not have been: see `code`. */
export class RelaySendError extends Error {
  override readonly name = 'RelaySendError';
  readonly code: SendProblem;

  constructor(code: SendProblem, message: string) {
    super(message);
    this.code = code;
  }
}

/** The relay answered an HTTP request with an error of its own (PROTOCOL C). */
export class RelayHttpError extends Error {
  override readonly name = 'RelayHttpError';
  /** The HTTP status. */
  readonly status: number;
  /** One of the codes of PROTOCOL D; a newer relay may know more. */
  readonly code: RelayCode | (string & {});

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What kept this side from reaching a relay; the message has it in words. */
export type NetworkProblem =
  | 'name_not_found'
  | 'connection_refused'
  | 'timeout'
  | 'certificate'
  | 'not_a_relay'
  | 'network';

/** No relay could be reached at the address, or what answers there is none. */
export class RelayUnreachableError extends Error {
  override readonly name = 'RelayUnreachableError';
  readonly problem: NetworkProblem;

  constructor(problem: NetworkProblem, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.problem = problem;
  }
}
