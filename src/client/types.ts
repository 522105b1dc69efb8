import type { RelayCode } from '../protocol/codes.ts';
import type { ExtensionName, Extensions } from '../protocol/extensions.ts';
import type { UserLimits } from '../protocol/limits.ts';
import type { ErrorMessage, Outcome, PresenceMessage, PresenceState, ReceiptMessage } from '../protocol/messages.ts';
import type { NetworkProblem, SendProblem } from './errors.ts';

/** Who connects: a controller that names itself, or a device whose token names it (PROTOCOL A2). */
export type ClientCredentials =
  | { readonly authKey: string; readonly sender: string }
  | { readonly deviceToken: string };

export interface RelayClientOptions {
  /** `wss://host/ws/connect/`, `https://host` or `host`; a bare host means wss, except loopback, which means ws. */
  readonly url: string;
  readonly credentials: ClientCredentials;
  /**
   * Asked of the relay beyond the published contract (PROTOCOL B); what it granted stands in `session`. An empty list asks for
   * the limits alone. `receipts` and `tap` bring `from` with them.
   */
  readonly extensions?: readonly ExtensionName[] | undefined;
  /** Own certificate authorities in PEM, beside the well-known ones. */
  readonly ca?: string | undefined;
  /** Time between `{"action":"ping"}`s, in milliseconds; 30,000 unless said. */
  readonly heartbeatMs?: number | undefined;
  /** Time without a single byte after a ping until the connection counts as dead, in milliseconds; 10,000 unless said. */
  readonly heartbeatTimeoutMs?: number | undefined;
  /** Time to be connected and authenticated, in milliseconds; 10,000 unless said. */
  readonly connectTimeoutMs?: number | undefined;
  /** `interactive` gives up on refused credentials, `unattended` (the default) tries again every 5 to 15 minutes. */
  readonly mode?: 'interactive' | 'unattended' | undefined;
  /** Try again after a lost connection or a failed try; true unless said. */
  readonly reconnect?: boolean | undefined;
}

/**
 * What kind of end it was: `unreachable` (no session came about: `problem` says why), `refused` (the relay does not want
 * these credentials, now or ever), `replaced` (a newer session took the id), `lost` (anything else that ended a connection),
 * `closed` (by this client itself).
 */
export type EndingKind = 'unreachable' | 'refused' | 'replaced' | 'lost' | 'closed';

/** Why a connection ended. */
export interface Ending {
  readonly kind: EndingKind;
  /** The WebSocket close code; 1006 when the connection broke off or never came about. */
  readonly closeCode: number;
  /** A sentence for people; never empty. */
  readonly reason: string;
  /** The error that the relay said before it closed. */
  readonly error?: ErrorMessage;
  /** Set when no WebSocket came about. */
  readonly problem?: NetworkProblem;
}

/** The life of a connection. After `waiting` it connects again by itself; `closed` is final. */
export type ConnectionState =
  /** `attempt` counts the tries since the last connection that lasted, from 1. */
  | { readonly phase: 'connecting'; readonly attempt: number }
  | { readonly phase: 'authenticated'; readonly clientId: string; readonly sinceMs: number }
  /** `attempt` is the number of the try that comes at `retryAtMs`. */
  | { readonly phase: 'waiting'; readonly retryAtMs: number; readonly attempt: number; readonly ending: Ending }
  | { readonly phase: 'closed'; readonly ending: Ending };

/** What the relay granted when it let this client in. */
export interface Session {
  readonly clientId: string;
  /** None of them against a server that knows part A of the contract only. */
  readonly extensions: Extensions;
  /** This user's limits when the session began: counts, bytes, milliseconds; `Infinity` is unlimited. Undefined where not told. */
  readonly limits: UserLimits | undefined;
}

/** A message as it came. */
export interface ReceivedMessage {
  /** Every character as it came. */
  readonly text: string;
  /** The same text, parsed. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** It waited in the queue of the relay (PROTOCOL A4). */
  readonly offlineQueued: boolean;
  /** Milliseconds since 1970, by this machine's clock. */
  readonly receivedAtMs: number;
  /** Its `_id`. */
  readonly id?: string;
  /** Its `_re`: the id of the message that it answers. */
  readonly re?: string;
  /** Its sender as the relay authenticated it; with the extension `from`. */
  readonly from?: string;
  /** Its number in the queue, for `ack`; with the extension `acks`. */
  readonly seq?: number;
  /** How many milliseconds it waited, by the relay's clock; with the extension `age`. */
  readonly ageMs?: number;
}

/** A copy of what passed in the room (PROTOCOL B `tap`). */
export interface TappedMessage {
  readonly from: string;
  readonly target: string;
  /** What the relay did with it: `sent` is live, an error code says why it was refused. */
  readonly outcome: Outcome;
  /** The payload, every character as it was sent. */
  readonly text: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** How many copies the relay left out before this one, because this client was slow. */
  readonly dropped: number;
  /** Milliseconds since 1970, by this machine's clock. */
  readonly receivedAtMs: number;
}

export interface SendOptions {
  /**
   * How long the message may wait for its target, in milliseconds, rounded down to whole seconds; under 1,000 means now or
   * never. Needs the extension `ttl`: without it the send is refused, so that no command fires late by surprise.
   */
  readonly ttlMs?: number | undefined;
  /** The `_id` of the message, 1 to 64 characters; `receipt` and `refused` carry it again. */
  readonly id?: string | undefined;
}

/** Why a message did not, or may not, arrive: what the relay said, or what kept it from leaving. */
export interface DeliveryError {
  readonly status: 'error';
  readonly code: RelayCode | SendProblem;
  readonly message: string;
}

/** What nobody can say any more. */
export interface UnknownFate {
  readonly status: 'unknown';
  /** The last that is known: it left this process, or it was queued. */
  readonly last: 'sent' | 'queued';
  readonly message: string;
}

/** The relay's first word about a message; `sent` where it gives none: the bytes have left, and no more is known. */
export type Acceptance = { readonly status: 'sent' | 'queued' | 'delivered' } | DeliveryError | UnknownFate;

/** What became of a message in the end. */
export type FinalState = { readonly status: 'delivered' | 'expired' | 'cancelled' } | DeliveryError | UnknownFate;

/** A message on its way. None of its promises rejects: what went wrong is a value like the rest. */
export interface Delivery {
  readonly id: string;
  readonly target: string;
  /** Resolves when its bytes have left this process or never will. Who sends many waits for it before the next. */
  readonly sent: Promise<void>;
  readonly accepted: Promise<Acceptance>;
  readonly final: Promise<FinalState>;
}

export interface RelayClientEvents {
  state: ConnectionState;
  message: ReceivedMessage;
  /** The relay refused something that was sent, or said why it will close. */
  refused: ErrorMessage;
  /** What became of a message with an `_id`; with the extension `receipts`. */
  receipt: ReceiptMessage;
  /** Who is online now, of those it names: the answer to a query, or what was watched; with the extension `presence`. */
  presence: PresenceMessage['devices'];
  /** A copy of what passes in the room; with the extension `tap`. */
  tap: TappedMessage;
  /** A heartbeat was answered after so many milliseconds, fractions included. */
  roundTrip: number;
}

/** One connection to a relay that heals itself. It starts to connect when it is made. */
export interface RelayClient {
  readonly state: ConnectionState;
  /** What the relay granted; undefined while not authenticated. It is set before the `state` event says so. */
  readonly session: Session | undefined;
  /**
   * Calls the listener on each event; returns how to stop. A listener that throws does not harm the connection: its error
   * becomes an uncaught exception of the process.
   */
  on<Name extends keyof RelayClientEvents>(name: Name, listener: (event: RelayClientEvents[Name]) => void): () => void;
  /** Resolves with the client id once authenticated; rejects with `RelayConnectionError` when `closed`. */
  ready(): Promise<string>;
  /**
   * Adds `target` and, unless the payload has one, `sender`, and sends (PROTOCOL A6), no faster than the limits of the relay
   * allow. Resolves when the bytes have left this process. Rejects with `RelaySendError` when not authenticated (nothing is kept for
   * later), or when the payload has another `target`. Nothing here says whether the message arrived; what the relay refuses comes
   * as `refused`.
   */
  send(target: string, payload: Readonly<Record<string, unknown>>, options?: SendOptions): Promise<void>;
  /** Sends the text of a JSON object as it is, except for the fields that `send` adds; numbers keep every digit. */
  sendText(target: string, json: string, options?: SendOptions): Promise<void>;
  /**
   * Sends an object, or the text of one, and follows what becomes of it. It gets an `_id` unless it has one. Without the
   * extension `receipts` it is `sent` when its bytes have left, and the rest is `unknown`; so it is when the connection is lost.
   */
  sendTracked(target: string, payload: Readonly<Record<string, unknown>> | string, options?: SendOptions): Delivery;
  /** Who of these is online, exactly; with the extension `presence`. Rejects with `RelaySendError`. */
  queryPresence(ids: readonly string[]): Promise<Readonly<Record<string, PresenceState>>>;
  /**
   * Asks for `presence` events: all known clients once, then changes. Holds for the connections after this one, too, which
   * begin with all known clients again. Rejects with `RelaySendError` (`unsupported`) when the relay did not grant it.
   */
  watchPresence(): Promise<void>;
  unwatchPresence(): Promise<void>;
  /**
   * Asks for `tap` events: copies of what passes in the room, or of what comes from or goes to these clients. Holds for the
   * connections after this one, too. Rejects with `RelaySendError` (`unsupported`) when the relay did not grant it.
   */
  tap(ids?: readonly string[]): Promise<void>;
  untap(): Promise<void>;
  /**
   * Tells the relay that everything from its queue up to this `seq` is done, so that it does not come again; with the extension
   * `acks`. Resolves when that has left this process. Rejects with `RelaySendError`.
   */
  ack(seq: number): Promise<void>;
  /**
   * Asks the relay for a sign of life and resolves with the milliseconds it took. The relay answers in order, so whatever it
   * says at once about messages sent before has come by then. Rejects with `RelaySendError`.
   */
  ping(): Promise<number>;
  /**
   * Stops reading from the network, for a consumer that cannot follow; what was read already may still come, and the relay
   * queues the rest (PROTOCOL A4). The heartbeat rests meanwhile, so that a dead connection shows only after `resume`.
   * Holds for this connection and those after it.
   */
  pause(): void;
  resume(): void;
  /** Sends nothing any more, closes with 1000, and resolves when the socket is gone. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
