import type { RelayCode } from '../../protocol/codes.ts';
import type { ReceiptMessage } from '../../protocol/messages.ts';
import type { Room } from '../rooms/room.ts';

/** What is told of a message: a state of a receipt, or the code of an error with its words. */
export type Told =
  | { readonly state: ReceiptMessage['status'] }
  | { readonly state: RelayCode; readonly message: string };

/** Who sends a message and hears what became of it: a session, or one request over HTTP. */
export interface Sender {
  readonly room: Room;
  readonly clientId: string;
  /** It gave its messages no `_id`: the one that they carry is the relay's own, and nobody is shown it. */
  readonly isUnnamed?: boolean;
  /** The sender is gone: nobody is there to be told. */
  readonly isEnded: boolean;
  tell(messageId: string, target: string, told: Told): void;
  /** An error of a message without an id. */
  refuse(code: RelayCode, message: string, target?: string, messageId?: string): void;
  /** The message waits under this number; for a sender that asks for its end by number. */
  noteQueued?(seq: number): void;
  /** The store is behind: no more until `resumeAfterStore`. */
  pauseForStore(): void;
  resumeAfterStore(): void;
}

/** One message on its way through the switchboard. */
export interface Dispatch {
  readonly sender: Sender;
  readonly target: string;
  /** The bytes as they came; they must not change until the end of the tick. */
  readonly payload: Uint8Array;
  /** Where the sender wants to know what becomes of it. */
  readonly messageId: string | undefined;
  /** The sender has no session, so that nobody of its name is told later; its id is not kept with the message. */
  readonly isSessionless?: true;
  /** How long it may wait, in milliseconds; undefined means as long as the user's limit says, 0 not at all. */
  readonly ttlMs: number | undefined;
  /** Fields of the relay's own that the sender wrote itself. */
  readonly relayFields: readonly string[];
}
