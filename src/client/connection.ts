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
import type { OpenSocket, SocketEnd } from './socket.ts';
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
  const { clock } = ports;
  let phase: Phase = 'opening';
  let session: Session | undefined;
  let recipient: Recipient | undefined;
  let lastError: ErrorMessage | undefined;
  let cut: Cut | undefined;
  let heartbeat: Heartbeat | undefined;
  let outgoing: Outgoing | undefined;

  function terminate(why: Cut): void {
    cut ??= why;
    socket.terminate();
  }

  function startSession(started: Session): void {
    phase = 'authenticated';
    session = started;
    recipient = { clientId: started.clientId, hasFrom: started.extensions.from };
    cancelDeadline();
    const line = createOutgoing({ socket, clock, probe: () => beat.ping() }, started.limits);
    const beat = createHeartbeat(
      {
        clock,
        sendPing: () => line.sendNow(pingText),
        receivedBytes: () => socket.receivedBytes(),
        onDead: () => terminate({ reason: `the relay was silent for ${options.heartbeatTimeoutMs} ms after a ping` }),
        onRoundTrip: (durationMs) => listener.roundTrip(durationMs),
      },
      { everyMs: options.heartbeatMs, timeoutMs: options.heartbeatTimeoutMs },
    );
    outgoing = line;
    heartbeat = beat;
    listener.authenticated(started);
  }

  function handleAnswer(value: unknown): void {
    const said = readRelayMessage(value, undefined);
    if (said?.status === 'authenticated') {
      startSession(readSession(said));
    } else if (said?.status === 'error') {
      lastError = said;
      listener.refused(said);
    } else {
      const reason = 'what answers there is not a relay: it did not answer the credentials';
      terminate({ reason, problem: 'not_a_relay' });
    }
  }

  function handleRelayMessage(said: RelayMessage, text: string): void {
    switch (said.status) {
      case 'pong':
        heartbeat?.handlePong();
        return;
      case 'error':
        lastError = said;
        if (said.code === 'rate_limited') outgoing?.hold();
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
        listener.tapped(readTappedMessage(text, said, clock.nowMs()));
        return;
      case 'authenticated':
        return;
      default:
        said satisfies never;
    }
  }

  function handleText(text: string): void {
    const value = parse(text);
    if (session === undefined) {
      handleAnswer(value);
      return;
    }
    const said = readRelayMessage(value, recipient);
    if (said !== undefined) handleRelayMessage(said, text);
    else if (isObject(value)) listener.message(readReceivedMessage(text, value, session, clock.nowMs()));
    // What is no JSON object is no part of the contract (PROTOCOL A3) and is passed over: a sender behind a careless relay
    // could end this connection with it otherwise.
  }

  function handleEnd(end: SocketEnd): void {
    const wasAuthenticated = session !== undefined;
    phase = 'ended';
    cancelDeadline();
    heartbeat?.stop(new RelaySendError('connection_lost', 'the connection was lost before the relay answered'));
    outgoing?.stop('the connection was lost before its turn came');
    listener.ended(describeEnding(end, { wasAuthenticated, lastError, cut }));
  }

  const socket = ports.openSocket({
    opened() {
      phase = 'authenticating';
      // When it cannot be sent the socket has ended, and that is told in its own way.
      socket.send(credentialsMessage(options.credentials, options.extensions), () => undefined);
    },
    received(text) {
      if (phase !== 'ended' && cut === undefined) handleText(text);
    },
    ended: handleEnd,
  });
  const cancelDeadline = clock.after(options.connectTimeoutMs, () => {
    const what = phase === 'opening' ? 'no connection' : 'no answer to the credentials';
    terminate({ reason: `${what} within ${options.connectTimeoutMs} ms`, problem: 'timeout' });
  });

  return {
    send: (text, started) => outgoing?.send(text, started) ?? Promise.reject(notConnected()),
    ping() {
      const beat = heartbeat;
      if (outgoing === undefined || beat === undefined) return Promise.reject(notConnected());
      return outgoing.behind(() => beat.ping());
    },
    pause() {
      heartbeat?.rest(true);
      socket.pause();
    },
    resume() {
      heartbeat?.rest(false);
      socket.resume();
    },
    close() {
      outgoing?.stop('closed by this client before its turn came');
      // The answer to the close has to be read.
      socket.resume();
      socket.close();
    },
  };
}

function notConnected(): RelaySendError {
  return new RelaySendError('not_connected', 'not connected to the relay');
}
