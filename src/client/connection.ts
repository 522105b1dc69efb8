import type { ExtensionName } from '../protocol/extensions.ts';
import {
  type ErrorMessage,
  isObject,
  type PresenceMessage,
  type ReceiptMessage,
  type RelayMessage,
} from '../protocol/messages.ts';
import { type Recipient, readRelayMessage } from '../protocol/read-relay-message.ts';
import type { Clock } from './clock.ts';
import { type Cut, describeEnding } from './ending.ts';
import { RelaySendError } from './errors.ts';
import { credentialsMessage, readSession } from './handshake.ts';
import { createHeartbeat, type Heartbeat, pingText } from './heartbeat.ts';
import { createOutgoing, type Outgoing } from './outgoing.ts';
import { readReceivedMessage, readTappedMessage } from './received-message.ts';
import type { OpenSocket, RelaySocket, SocketEnd } from './socket.ts';
import type { ClientCredentials, Ending, ReceivedMessage, Session, TappedMessage } from './types.ts';

export interface ConnectionPorts {
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
}

export interface ConnectionOptions {
  readonly credentials: ClientCredentials;
  /** Asked for beyond the published contract; undefined asks for nothing. */
  readonly extensions: readonly ExtensionName[] | undefined;
  readonly heartbeatMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly connectTimeoutMs: number;
}

export interface ConnectionListener {
  authenticated(session: Session): void;
  message(message: ReceivedMessage): void;
  tapped(message: TappedMessage): void;
  refused(error: ErrorMessage): void;
  receipt(receipt: ReceiptMessage): void;
  presence(presence: PresenceMessage): void;
  roundTrip(durationMs: number): void;
  /** Told exactly once, and last. */
  ended(ending: Ending): void;
}

/** One socket from its opening to its end; it is never used again. */
export interface Connection {
  /**
   * Sends when those before it have gone and the limits allow it. `started` is called when it can no longer be held back.
   * Resolves when the bytes have left this process; rejects with `RelaySendError`.
   */
  send(text: string, started?: () => void): Promise<void>;
  /** Behind everything that was sent before. */
  ping(): Promise<number>;
  /** Stops reading, once authenticated. */
  pause(): void;
  resume(): void;
  close(): void;
}

type Phase = 'opening' | 'authenticating' | 'authenticated' | 'ended';

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Opens a socket, authenticates, keeps it alive, and tells what comes. */
export function openConnection(
  ports: ConnectionPorts,
  options: ConnectionOptions,
  listener: ConnectionListener,
): Connection {
  return new SocketConnection(ports, options, listener);
}

class SocketConnection implements Connection {
  readonly #clock: Clock;
  readonly #options: ConnectionOptions;
  readonly #listener: ConnectionListener;
  readonly #socket: RelaySocket;
  readonly #cancelDeadline: () => void;
  #phase: Phase = 'opening';
  #session: Session | undefined;
  #recipient: Recipient | undefined;
  #lastError: ErrorMessage | undefined;
  #cut: Cut | undefined;
  #heartbeat: Heartbeat | undefined;
  #outgoing: Outgoing | undefined;

  constructor({ openSocket, clock }: ConnectionPorts, options: ConnectionOptions, listener: ConnectionListener) {
    this.#clock = clock;
    this.#options = options;
    this.#listener = listener;
    this.#socket = openSocket({
      opened: () => this.#handleOpened(),
      received: (text) => {
        if (this.#phase !== 'ended' && this.#cut === undefined) this.#handleText(text);
      },
      ended: (end) => this.#handleEnd(end),
    });
    this.#cancelDeadline = clock.after(options.connectTimeoutMs, () => this.#handleDeadline());
  }

  send(text: string, started?: () => void): Promise<void> {
    return this.#outgoing?.send(text, started) ?? Promise.reject(notConnected());
  }

  ping(): Promise<number> {
    const heartbeat = this.#heartbeat;
    if (this.#outgoing === undefined || heartbeat === undefined) return Promise.reject(notConnected());
    return this.#outgoing.behind(() => heartbeat.ping());
  }

  pause(): void {
    this.#heartbeat?.rest(true);
    this.#socket.pause();
  }

  resume(): void {
    this.#heartbeat?.rest(false);
    this.#socket.resume();
  }

  close(): void {
    this.#outgoing?.stop('closed by this client before its turn came');
    // The answer to the close has to be read.
    this.#socket.resume();
    this.#socket.close();
  }

  #handleOpened(): void {
    this.#phase = 'authenticating';
    // When it cannot be sent the socket has ended, and that is told in its own way.
    this.#socket.send(credentialsMessage(this.#options.credentials, this.#options.extensions), () => undefined);
  }

  #handleDeadline(): void {
    const what = this.#phase === 'opening' ? 'no connection' : 'no answer to the credentials';
    this.#terminate({ reason: `${what} within ${this.#options.connectTimeoutMs} ms`, problem: 'timeout' });
  }

  #terminate(why: Cut): void {
    this.#cut ??= why;
    this.#socket.terminate();
  }

  #handleText(text: string): void {
    const value = parse(text);
    if (this.#session === undefined) {
      this.#handleAnswer(value);
      return;
    }
    const said = readRelayMessage(value, this.#recipient);
    if (said !== undefined) this.#handleRelayMessage(said, text);
    else if (isObject(value))
      this.#listener.message(readReceivedMessage(text, value, this.#session, this.#clock.nowMs()));
    // What is no JSON object is no part of the contract (PROTOCOL A3) and is passed over: a sender behind a careless relay
    // could end this connection with it otherwise.
  }

  /** What comes before the session. */
  #handleAnswer(value: unknown): void {
    const said = readRelayMessage(value, undefined);
    if (said?.status === 'authenticated') {
      this.#startSession(readSession(said));
    } else if (said?.status === 'error') {
      this.#lastError = said;
      this.#listener.refused(said);
    } else {
      const reason = 'what answers there is not a relay: it did not answer the credentials';
      this.#terminate({ reason, problem: 'not_a_relay' });
    }
  }

  #startSession(session: Session): void {
    this.#phase = 'authenticated';
    this.#session = session;
    this.#recipient = { clientId: session.clientId, hasFrom: session.extensions.from };
    this.#cancelDeadline();
    const clock = this.#clock;
    const socket = this.#socket;
    const outgoing = createOutgoing({ socket, clock, probe: () => heartbeat.ping() }, session.limits);
    const { heartbeatMs, heartbeatTimeoutMs } = this.#options;
    const heartbeat = createHeartbeat(
      {
        clock,
        sendPing: () => outgoing.sendNow(pingText),
        receivedBytes: () => socket.receivedBytes(),
        onDead: () => this.#terminate({ reason: `the relay was silent for ${heartbeatTimeoutMs} ms after a ping` }),
        onRoundTrip: (durationMs) => this.#listener.roundTrip(durationMs),
      },
      { everyMs: heartbeatMs, timeoutMs: heartbeatTimeoutMs },
    );
    this.#outgoing = outgoing;
    this.#heartbeat = heartbeat;
    this.#listener.authenticated(session);
  }

  #handleRelayMessage(said: RelayMessage, text: string): void {
    const listener = this.#listener;
    switch (said.status) {
      case 'pong':
        this.#heartbeat?.handlePong();
        return;
      case 'error':
        this.#lastError = said;
        if (said.code === 'rate_limited') this.#outgoing?.hold();
        listener.refused(said);
        return;
      case 'delivered':
      case 'queued':
      case 'expired':
      case 'cancelled':
        listener.receipt(said);
        return;
      case 'presence':
        listener.presence(said);
        return;
      case 'tap':
        listener.tapped(readTappedMessage(text, said, this.#clock.nowMs()));
        return;
      case 'authenticated':
        return;
      default:
        said satisfies never;
    }
  }

  #handleEnd(end: SocketEnd): void {
    this.#phase = 'ended';
    this.#cancelDeadline();
    this.#heartbeat?.stop(new RelaySendError('connection_lost', 'the connection was lost before the relay answered'));
    this.#outgoing?.stop('the connection was lost before its turn came');
    const wasAuthenticated = this.#session !== undefined;
    this.#listener.ended(describeEnding(end, { wasAuthenticated, lastError: this.#lastError, cut: this.#cut }));
  }
}

function notConnected(): RelaySendError {
  return new RelaySendError('not_connected', 'not connected to the relay');
}
