import type { ReceivedMessage } from '../../client/types.ts';

/** What was asked, and whom. */
export interface Asked {
  readonly target: string;
  readonly id: string;
  /** The next message of the target counts as its reply, for workers that do not know `_re`. */
  readonly matchSender: boolean;
}

/** Whether a message is the reply: from the target, as the relay authenticated it, and to this very message. */
export function isReplyTo({ from, re }: ReceivedMessage, { target, id, matchSender }: Asked): boolean {
  return from === target && (matchSender || re === id);
}

/**
 * Whether a reply reports that the command failed: `"ok":false`, an `"error"` that is more than null, false or empty, an `"exit"` that
 * is a number other than 0 (as `relay listen --exec` answers), or `"status":"error"`.
 */
export function reportsFailure({ ok, error, exit, status }: Readonly<Record<string, unknown>>): boolean {
  if (ok === false || status === 'error') return true;
  if (typeof exit === 'number' && exit !== 0) return true;
  return error !== undefined && error !== null && error !== false && error !== '';
}
