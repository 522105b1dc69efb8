import type { FramedBytes } from '../sockets/frame-memory.ts';

/**
 * Messages of one sender to one target that came together, one behind the other, each found to be a valid JSON object with this
 * target. It is good until the call that it came with returns.
 */
export interface MessageRun {
  readonly target: string;
  /** How many, one at least. */
  readonly messages: number;
  /** Bytes of all of them on their way out, headers included. */
  readonly bytes: number;
  /** How many have an `_id` that is a string of 1 to 64 ASCII characters without escapes. */
  readonly ids: number;
  /** Some have an `_id` of any other kind. */
  readonly hasOddIds: boolean;
  readonly hasTtls: boolean;
  /** Some have a field that is the relay's own to write (PROTOCOL B). */
  readonly hasRelayFields: boolean;
  /** All of them as frames for the target; the bytes hold as long as their memory is held. */
  readonly framed: FramedBytes;
  /** The payloads one by one, each in memory of its own. */
  payloads(): Iterable<Uint8Array>;
  /**
   * Frames for the sender, one for each message that counts in `ids`: `head`, the id as it came, `tail`; without those of the first
   * `skipped` messages.
   */
  receipts(head: string, tail: string, skipped?: number): Uint8Array;
}
