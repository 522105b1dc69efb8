import { closeCodeOf, reconnectRule } from '../protocol/codes.ts';
import {
  type ErrorMessage,
  isObject,
  offlineQueuedKey,
  type ContractMessage,
  readRelayMessage,
} from '../protocol/messages.ts';
import type { Clock } from './clock.ts';
import { type NetworkProblem, RelaySendError } from './errors.ts';
import { credentialsMessage, readSession } from './handshake.ts';
import { createHeartbeat, type Heartbeat, pingText } from './heartbeat.ts';
import type { OpenSocket, SocketEnd } from './socket.ts';
import type { ClientCredentials, Ending, EndingKind, ReceivedMessage } from './types.ts';

/** Sent and not yet taken by the network: beyond it a send is refused, so that no caller fills the memory. */
const backlogBytesMax = 16 * 1024 * 1024;

export interface ConnectionPorts {
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
}

export interface ConnectionOptions {
  readonly credentials: ClientCredentials;
  readonly heartbeatMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly connectTimeoutMs: number;
}

export interface ConnectionListener {
  authenticated(clientId: string): void;
  message(message: ReceivedMessage): void;
  refused(error: ErrorMessage): void;
  roundTrip(durationMs: number): void;
  /** Told exactly once, and last. */
  ended(ending: Ending): void;
}

/** One socket from its opening to its end; it is never used again. */
export interface Connection {
  /** Resolves when the bytes have left this process; rejects with `RelaySendError`. */
  send(text: string): Promise<void>;
  ping(): Promise<number>;
  /** Stops reading, once authenticated. */
  pause(): void;
  resume(): void;
  close(): void;
}

type Phase = 'opening' | 'authenticating' | 'authenticated' | 'ended';

interface Cut {
  readonly reason: string;
  readonly problem?: NetworkProblem;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function kindOf(end: SocketEnd, wasAuthenticated: boolean): EndingKind {
  if (end.closeCode === closeCodeOf('replaced')) return 'replaced';
  if (reconnectRule(end.closeCode) !== 'backoff') return 'refused';
  return !wasAuthenticated && (end.problem !== undefined || end.closeCode === 1006) ? 'unreachable' : 'lost';
}

function inWords(end: SocketEnd): string {
  if (end.reason !== '') return end.reason;
  return end.closeCode === 1006
    ? 'the connection to the relay broke off'
    : `the relay closed the connection (code ${end.closeCode})`;
}

/** Opens a socket, authenticates, keeps it alive, and tells what comes. */
export function openConnection(
  ports: ConnectionPorts,
  options: ConnectionOptions,
  listener: ConnectionListener,
): Connection {
  const { clock } = ports;
  let phase: Phase = 'opening';
  let clientId: string | undefined;
  let lastError: ErrorMessage | undefined;
  let cut: Cut | undefined;
  let heartbeat: Heartbeat | undefined;

  function send(text: string): Promise<void> {
    const sent = Promise.withResolvers<void>();
    if (phase === 'ended') {
      sent.reject(new RelaySendError('not_connected', 'not connected to the relay'));
    } else if (socket.bufferedBytes() > backlogBytesMax) {
      sent.reject(new RelaySendError('backlog', 'the network does not take what was sent before: wait for it'));
    } else {
      socket.send(text, (error) => {
        if (error) sent.reject(new RelaySendError('connection_lost', 'the connection was lost while sending'));
        else sent.resolve();
      });
    }
    return sent.promise;
  }

  function terminate(why: Cut): void {
    cut ??= why;
    socket.terminate();
  }

  function startSession(id: string): void {
    phase = 'authenticated';
    clientId = id;
    cancelDeadline();
    heartbeat = createHeartbeat(
      {
        clock,
        sendPing: () => send(pingText),
        receivedBytes: () => socket.receivedBytes(),
        onDead: () => terminate({ reason: `the relay was silent for ${options.heartbeatTimeoutMs} ms after a ping` }),
        onRoundTrip: (durationMs) => listener.roundTrip(durationMs),
      },
      { everyMs: options.heartbeatMs, timeoutMs: options.heartbeatTimeoutMs },
    );
    listener.authenticated(id);
  }

  function handleAnswer(value: unknown): void {
    const session = readSession(value);
    const said = readRelayMessage(value, undefined);
    if (session !== undefined) {
      startSession(session.clientId);
    } else if (said?.status === 'error') {
      handleRelayMessage(said);
    } else {
      const reason = 'what answers there is not a relay: it did not answer the credentials';
      terminate({ reason, problem: 'not_a_relay' });
    }
  }

  function handleRelayMessage(said: ContractMessage): void {
    switch (said.status) {
      case 'pong':
        heartbeat?.handlePong();
        return;
      case 'error':
        lastError = said;
        listener.refused(said);
        return;
      case 'authenticated':
        return;
      default:
        said satisfies never;
    }
  }

  function handleText(text: string): void {
    const value = parse(text);
    if (phase !== 'authenticated') {
      handleAnswer(value);
      return;
    }
    const said = readRelayMessage(value, clientId);
    if (said !== undefined) {
      handleRelayMessage(said);
    } else if (isObject(value)) {
      const offlineQueued = value[offlineQueuedKey] === true;
      listener.message({ text, payload: value, offlineQueued, receivedAtMs: clock.nowMs() });
    }
    // What is no JSON object is no part of the contract (PROTOCOL A3) and is passed over: a sender behind a careless relay
    // could end this connection with it otherwise.
  }

  function handleEnd(end: SocketEnd): void {
    const wasAuthenticated = phase === 'authenticated';
    phase = 'ended';
    cancelDeadline();
    heartbeat?.stop(new RelaySendError('connection_lost', 'the connection was lost before the relay answered'));
    const final: SocketEnd = cut === undefined ? end : { ...end, ...cut };
    const error = lastError !== undefined && isReasonOf(lastError, final, wasAuthenticated) ? lastError : undefined;
    listener.ended({
      kind: kindOf(final, wasAuthenticated),
      closeCode: final.closeCode,
      reason: error?.message ?? inWords(final),
      ...(error === undefined ? {} : { error }),
      ...(final.problem === undefined ? {} : { problem: final.problem }),
    });
  }

  const socket = ports.openSocket({
    opened() {
      phase = 'authenticating';
      // When it cannot be sent the socket has ended, and that is told in its own way.
      send(credentialsMessage(options.credentials)).catch(() => undefined);
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
    send,
    ping() {
      return heartbeat?.ping() ?? Promise.reject(new RelaySendError('not_connected', 'not connected to the relay'));
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
      // The answer to the close has to be read.
      socket.resume();
      socket.close();
    },
  };
}

/** Whether the relay said this error because of the end: one that carries its close code, or any before authentication. */
function isReasonOf(error: ErrorMessage, end: SocketEnd, wasAuthenticated: boolean): boolean {
  return !wasAuthenticated || closeCodeOf(error.code) === end.closeCode;
}
