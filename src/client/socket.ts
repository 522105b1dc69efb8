/** The only file on this side that knows ws: one WebSocket to a relay, as the client needs it. */
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { type ClientOptions, WebSocket } from 'ws';
import { checkAuthorities, trustedAuthorities } from './authorities.ts';
import type { NetworkProblem } from './errors.ts';
import { describeNetworkProblem } from './network-problem.ts';

/**
 * No message is longer: a server that says otherwise is cut off with 1009. Far over the 256 KiB of PROTOCOL D, because an
 * administrator may raise them, and still a bound on what a server can make this process hold.
 */
const messageBytesMax = 64 * 1024 * 1024;
/** How long the other side may take to answer a close before the socket is cut. */
const closeTimeoutMs = 2_000;

/** Why the socket is gone. */
export interface SocketEnd {
  /** The close code; 1006 when the connection broke off or never came about. */
  readonly closeCode: number;
  readonly reason: string;
  /** Set when no WebSocket came about at all. */
  readonly problem?: NetworkProblem;
}

interface SocketListener {
  opened(): void;
  /** A text message; binary ones are no part of the contract and are dropped. */
  received(text: string): void;
  /** Told exactly once, and last. */
  ended(end: SocketEnd): void;
}

/** One WebSocket. */
export interface RelaySocket {
  /** Calls `done` when the bytes have been handed to the system, or with the error that kept them from it. */
  send(text: string, done: (error?: Error | null) => void): void;
  /** What was sent and is still in this process. */
  bufferedBytes(): number;
  /** What has come from the other side so far: the sign of life that no clock can fake. */
  receivedBytes(): number;
  /** Stops reading from the network, and starts again. */
  pause(): void;
  resume(): void;
  /** Sends what is buffered and closes with 1000. */
  close(): void;
  /** Cuts the connection. */
  terminate(): void;
}

/** Opens WebSockets to one address. */
export type OpenSocket = (listener: SocketListener) => RelaySocket;

// The types of ws leave these two out; it hands the first on to tls.connect and reads the second.
interface SocketOptions extends ClientOptions {
  readonly secureContext?: SecureContext;
  readonly closeTimeout: number;
}

/** Made once for all connections, because reading the well-known authorities takes some 20 ms. */
function trusting(ca: string): SecureContext {
  checkAuthorities(ca);
  return createSecureContext({ ca: trustedAuthorities(ca) });
}

function answerInWords(host: string, status: number, location: string | undefined): string {
  if (location !== undefined) return `${host} redirects to ${location}; use that address`;
  if (status === 503) return `${host} takes no more connections now (HTTP 503)`;
  return `${host} answers, but not as a relay does (HTTP ${status}); is the path right?`;
}

/**
 * Returns how to open sockets to `url`, trusting the authorities in `ca` (PEM) beside the well-known ones.
 *
 * @throws RelayAddressError when `ca` holds no certificate.
 */
export function socketOpener(url: string, ca?: string): OpenSocket {
  const { host } = new URL(url);
  const options: SocketOptions = {
    perMessageDeflate: false,
    maxPayload: messageBytesMax,
    closeTimeout: closeTimeoutMs,
    ...(ca === undefined ? {} : { secureContext: trusting(ca) }),
  };
  return (listener) => openSocket(new WebSocket(url, options), host, listener);
}

function openSocket(socket: WebSocket, host: string, listener: SocketListener): RelaySocket {
  let network: Socket | undefined;
  let failure: Omit<SocketEnd, 'closeCode'> | undefined;
  let opened = false;
  socket.on('upgrade', (response) => {
    network = response.socket;
  });
  socket.on('unexpected-response', (_request, response) => {
    const reason = answerInWords(host, response.statusCode ?? 0, response.headers.location);
    failure = { reason, problem: response.statusCode === 503 ? 'network' : 'not_a_relay' };
    socket.terminate();
  });
  socket.on('open', () => {
    opened = true;
    listener.opened();
  });
  socket.on('message', (data, isBinary) => {
    if (!isBinary) listener.received(data.toString());
  });
  socket.on('error', (error) => {
    if (failure !== undefined) return;
    if (opened) {
      failure = { reason: error.message };
      return;
    }
    const { problem, message } = describeNetworkProblem(error, host);
    failure = { reason: message, problem };
  });
  socket.on('close', (closeCode, reason) => {
    const said = reason.toString();
    listener.ended({ closeCode, reason: said, ...(said === '' ? failure : {}) });
  });
  return {
    send: (text, done) => socket.send(text, done),
    bufferedBytes: () => socket.bufferedAmount,
    receivedBytes: () => network?.bytesRead ?? 0,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.close(1000),
    terminate: () => socket.terminate(),
  };
}
