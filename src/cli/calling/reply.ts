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
