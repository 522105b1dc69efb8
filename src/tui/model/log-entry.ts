/** What became of a message that was sent from here: the later ones take the place of the earlier ones. */
export type Outcome =
  | { readonly state: 'sending' }
  /** It has left; `note` says why nothing more will be known. */
  | { readonly state: 'sent'; readonly note?: string }
  /** It is on the relay's disk and waits; `note` says why its end will not be known. */
  | { readonly state: 'queued'; readonly note?: string }
  /** The target has read it, which does not mean that it was carried out. */
  | { readonly state: 'delivered' }
  /** A message whose `_re` names this one's `_id` came back after so many milliseconds. */
  | {
      readonly state: 'replied';
      readonly afterMs: number;
      /** The JSON text of that message. */
      readonly reply: string;
      /** It reports that the command failed. */
      readonly isFailure: boolean;
    }
  | { readonly state: 'expired' }
  | { readonly state: 'cancelled' }
  /** It may have arrived; nobody knows. */
  | { readonly state: 'unconfirmed'; readonly reason: string }
  /** The relay refused it, with a code of PROTOCOL D and its sentence. */
  | { readonly state: 'refused'; readonly code: string; readonly reason: string }
  /** It did not leave this process. */
  | { readonly state: 'not-sent'; readonly reason: string };

/** The sentence that belongs to an outcome, where there is one. */
export function reasonOf(outcome: Outcome): string | undefined {
  if ('reason' in outcome) return outcome.reason;
  return 'note' in outcome ? outcome.note : undefined;
}

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
  /** Its sender as the relay says it, or else as the message does; empty when neither does. */
  readonly peer: string;
  /** It waited in the queue of the relay (PROTOCOL A4). */
  readonly offlineQueued: boolean;
  /** How long it waited there, where the relay tells. */
  readonly ageMs?: number;
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

/** A copy of what others said to each other (PROTOCOL B `tap`). */
export interface TappedEntry extends Entry {
  readonly direction: 'tap';
  readonly from: string;
  /** The client id it went to. */
  readonly peer: string;
  /** What the relay did with it, as it says it. */
  readonly outcome: string;
}

export type LogEntry = ReceivedEntry | SentEntry | TappedEntry;

/** Whose words it is: for comparing a message with the one before of the same side. */
export function voiceOf(entry: LogEntry): string {
  switch (entry.direction) {
    case 'in':
      return entry.peer;
    case 'tap':
      return entry.from;
    case 'out':
      return `to ${entry.peer}`;
  }
}
