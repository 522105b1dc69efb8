import type { CommandError } from '../exit-codes.ts';
import type { SendResult } from './send-results.ts';

/** What `send` waits for: that the bytes have left, that the relay has the message, or the proof that the target has it. */
export const waits = ['sent', 'queued', 'delivered'] as const;
export type Wait = (typeof waits)[number];

export interface SendRequest {
  readonly targets: readonly string[];
  /** Texts of JSON objects; may throw a `CommandError` for one that is none. */
  readonly payloads: AsyncIterable<string> | Iterable<string>;
  readonly wait: Wait;
  /** How long to wait for the next word. */
  readonly timeoutMs: number;
  /** How long a message may wait for its target; undefined leaves it to the relay. */
  readonly ttlMs: number | undefined;
  /** The `sender` of payloads that have none, where it is not the session itself: where answers go. */
  readonly replyTo: string | undefined;
  /** Resolves when the command is interrupted: what is under way is given up. */
  readonly interrupted: Promise<void>;
  /** Told after each payload: how many messages have left, and which payload it was. */
  readonly onProgress?: ((messages: number, payload: string) => void) | undefined;
}

export interface SendOutcome {
  readonly results: readonly SendResult[];
  /** What was wrong with the input after some of it was sent. */
  readonly inputError: CommandError | undefined;
}
