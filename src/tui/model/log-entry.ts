/** What became of a message that was sent from here. */
export type Outcome =
  | { readonly state: 'sending' }
  | { readonly state: 'sent' }
  /** A message whose `_re` names this one's `_id` came back after so many milliseconds. */
  | { readonly state: 'replied'; readonly afterMs: number }
  /** The relay refused it, with a code of PROTOCOL D and its sentence. */
  | { readonly state: 'refused'; readonly code: string; readonly reason: string }
  /** It did not leave this process. */
  | { readonly state: 'not-sent'; readonly reason: string };

interface Entry {
  /** Grows by one with every entry and is never used twice. */
  readonly seq: number;
  /** Milliseconds since 1970, by this machine's clock. */
  readonly atMs: number;
  /** The JSON text, every character as it came or as it was typed. */
  readonly text: string;
}

export interface ReceivedEntry extends Entry {
  readonly direction: 'in';
  /** What the message calls its sender; empty when it does not say. */
  readonly peer: string;
  /** It waited in the queue of the relay (PROTOCOL A4). */
  readonly offlineQueued: boolean;
}

export interface SentEntry extends Entry {
  readonly direction: 'out';
  /** The client id it went to. */
  readonly peer: string;
  /** The payload as it was typed, without the `_id` that was added to it. */
  readonly typed: string;
  readonly messageId: string;
  readonly outcome: Outcome;
}

export type LogEntry = ReceivedEntry | SentEntry;
