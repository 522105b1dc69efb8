import type { ErrorMessage } from '../protocol/messages.ts';

/** Who connects: a controller that names itself, or a device whose token names it (PROTOCOL A2). */
export type ClientCredentials =
  | { readonly authKey: string; readonly sender: string }
  | { readonly deviceToken: string };

export interface RelayClientOptions {
  /** `wss://host/ws/connect/`, `https://host` or `host`; a bare host means wss, except loopback, which means ws. */
  readonly url: string;
  readonly credentials: ClientCredentials;
  /** Own certificate authorities in PEM, beside the well-known ones. */
  readonly ca?: string;
  /** Time between `{"action":"ping"}`s, in milliseconds; 30,000 unless said. */
  readonly heartbeatMs?: number;
  /** Time to be connected and authenticated, in milliseconds; 10,000 unless said. */
  readonly connectTimeoutMs?: number;
  /** `interactive` gives up on refused credentials, `unattended` (the default) tries again every 5 to 15 minutes. */
  readonly mode?: 'interactive' | 'unattended';
  /** Try again after a lost connection; true unless said. */
  readonly reconnect?: boolean;
}

/** Why a connection ended: the close code, and the relay's error where it said one. */
export interface Ending {
  readonly closeCode: number;
  readonly reason: string;
  readonly error?: ErrorMessage;
}

/** The life of a connection. After `waiting` it connects again by itself; `closed` is final. */
export type ConnectionState =
  | { readonly phase: 'connecting'; readonly attempt: number }
  | { readonly phase: 'authenticated'; readonly clientId: string; readonly sinceMs: number }
  | { readonly phase: 'waiting'; readonly retryAtMs: number; readonly attempt: number; readonly ending: Ending }
  | { readonly phase: 'closed'; readonly ending: Ending };

/** A message as it came. */
export interface ReceivedMessage {
  readonly text: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** It waited in the queue of the relay (PROTOCOL A4). */
  readonly offlineQueued: boolean;
  readonly receivedAtMs: number;
}

export interface RelayClientEvents {
  state: ConnectionState;
  message: ReceivedMessage;
  /** The relay refused something that was sent, or said why it will close. */
  refused: ErrorMessage;
  /** A heartbeat was answered after so many milliseconds. */
  roundTrip: number;
}

/** One connection to a relay that heals itself. */
export interface RelayClient {
  readonly state: ConnectionState;
  /** Calls the listener on each event; returns how to stop. */
  on<Name extends keyof RelayClientEvents>(name: Name, listener: (event: RelayClientEvents[Name]) => void): () => void;
  /** Resolves with the client id once authenticated; rejects with `RelayConnectionError` when `closed`. */
  ready(): Promise<string>;
  /**
   * Adds `target` and, unless the payload has one, `sender`, and sends (PROTOCOL A6). Resolves when the bytes have left this
   * process. Throws `RelaySendError` when not authenticated, or when the payload has another `target`.
   */
  send(target: string, payload: Readonly<Record<string, unknown>>): Promise<void>;
  /** Sends the text of a JSON object as it is, except for the fields that `send` adds; numbers keep every digit. */
  sendText(target: string, json: string): Promise<void>;
  /** Sends nothing any more, closes with 1000, and resolves when the socket is gone. */
  close(): Promise<void>;
}
