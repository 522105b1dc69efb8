import type { ErrorMessage } from '../protocol/messages.ts';
import type { NetworkProblem } from './errors.ts';

/** Who connects: a controller that names itself, or a device whose token names it (PROTOCOL A2). */
export type ClientCredentials =
  | { readonly authKey: string; readonly sender: string }
  | { readonly deviceToken: string };

export interface RelayClientOptions {
  /** `wss://host/ws/connect/`, `https://host` or `host`; a bare host means wss, except loopback, which means ws. */
  readonly url: string;
  readonly credentials: ClientCredentials;
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
}

export interface RelayClientEvents {
  state: ConnectionState;
  message: ReceivedMessage;
  /** The relay refused something that was sent, or said why it will close. */
  refused: ErrorMessage;
  /** A heartbeat was answered after so many milliseconds, fractions included. */
  roundTrip: number;
}

/** One connection to a relay that heals itself. It starts to connect when it is made. */
export interface RelayClient {
  readonly state: ConnectionState;
  /**
   * Calls the listener on each event; returns how to stop. A listener that throws does not harm the connection: its error
   * becomes an uncaught exception of the process.
   */
  on<Name extends keyof RelayClientEvents>(name: Name, listener: (event: RelayClientEvents[Name]) => void): () => void;
  /** Resolves with the client id once authenticated; rejects with `RelayConnectionError` when `closed`. */
  ready(): Promise<string>;
  /**
   * Adds `target` and, unless the payload has one, `sender`, and sends (PROTOCOL A6). Resolves when the bytes have left this
   * process. Rejects with `RelaySendError` when not authenticated (nothing is kept for later), or when the payload has another
   * `target`. In part A of the contract nothing says whether the message arrived; what the relay refuses comes as `refused`.
   */
  send(target: string, payload: Readonly<Record<string, unknown>>): Promise<void>;
  /** Sends the text of a JSON object as it is, except for the fields that `send` adds; numbers keep every digit. */
  sendText(target: string, json: string): Promise<void>;
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
