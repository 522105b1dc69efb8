import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { Link, LinkListener } from './link.ts';
import { createPostman, Outbox, opcodes, type Postman } from './outbox.ts';

/** Fragments that one message may come in; more of them is an attack on memory, not a message (FAULTS 20). */
const fragmentsMax = 1000;
/** How long a peer may take to answer our close frame before it is cut off, in milliseconds. */
const closeTimeoutMs = 3000;
/** The number of a ping travels as four bytes. */
const pingNumberBytes = 4;

/** A socket that can say how much it carried: `net.Socket` and `tls.TLSSocket`. */
type CountingSocket = Duplex & { readonly bytesRead: number; readonly bytesWritten: number };

export interface SocketsOptions {
  /** The largest message that any user may send; what one connection may send is its session's business. */
  readonly messageBytesMax: () => number;
  /** Called for each upgraded socket; what it returns hears of everything that happens on it. */
  readonly onLink: (link: Link, request: IncomingMessage) => LinkListener;
  /** A socket broke or its peer broke the protocol; it is closed already. */
  readonly onSocketError: (error: Error, address: string) => void;
  /** Handling something threw what nobody expected; that connection is closed. */
  readonly onBug: (error: Error, address: string) => void;
}

/** WebSockets on top of upgraded HTTP connections. The only file of the relay that knows the library. */
export function createSockets(options: SocketsOptions) {
  const postman = createPostman();
  const serverOptions: ServerOptions & { maxFragments: number; closeTimeout: number } = {
    noServer: true,
    clientTracking: true,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: options.messageBytesMax(),
    maxFragments: fragmentsMax,
    closeTimeout: closeTimeoutMs,
    // The contract has no subprotocol: whatever a client offers, none is chosen (PROTOCOL A1).
    handleProtocols: () => false,
  };
  const server = new WebSocketServer(serverOptions);

  function open(webSocket: WebSocket, socket: CountingSocket, address: string, request: IncomingMessage): void {
    const link = createLink(webSocket, socket, address, postman);
    const listener = options.onLink(link, request);
    /** A bug in the handling of one client's message ends that client's connection, not the relay. */
    const guard = (handle: () => void) => {
      try {
        handle();
      } catch (error) {
        options.onBug(error instanceof Error ? error : new Error(String(error)), address);
        webSocket.close(1011, 'internal_error');
      }
    };
    webSocket.on('message', (data: Buffer, isBinary) => {
      guard(() => (isBinary ? listener.handleBinary(data) : listener.handleText(data)));
    });
    webSocket.on('ping', (data) => guard(() => listener.handlePing(data)));
    webSocket.on('pong', (data) => {
      guard(() => listener.handlePong(data.length === pingNumberBytes ? data.readUInt32BE() : undefined));
    });
    webSocket.on('close', (closeCode) => guard(() => listener.handleClosed(closeCode)));
    webSocket.on('error', (error) => options.onSocketError(error, address));
    socket.on('drain', () => guard(() => listener.handleWritable()));
  }

  return {
    /** Completes an upgrade that has been found in order. Errors of the handshake itself are answered with 400. */
    accept(request: IncomingMessage, socket: CountingSocket, head: Buffer, address: string): void {
      server.options.maxPayload = options.messageBytesMax();
      server.handleUpgrade(request, socket, head, (webSocket) => open(webSocket, socket, address, request));
    },
    /** Resolves when every socket is gone; those that are still there after `graceMs` are cut off. */
    async close(graceMs: number): Promise<void> {
      const timer = setTimeout(() => {
        for (const webSocket of server.clients) webSocket.terminate();
      }, graceMs);
      const open = [...server.clients].map((webSocket) => new Promise((resolve) => webSocket.once('close', resolve)));
      await Promise.all(open);
      clearTimeout(timer);
      server.close();
    },
  };
}

function pingData(number: number): Buffer {
  const data = Buffer.allocUnsafe(pingNumberBytes);
  data.writeUInt32BE(number);
  return data;
}

function createLink(webSocket: WebSocket, socket: CountingSocket, address: string, postman: Postman): Link {
  const outbox = new Outbox(socket, postman);
  // Nothing may follow our close frame (RFC 6455 §5.5.1).
  let isClosing = false;
  const push = (opcode: number, payload: Uint8Array) => {
    if (!isClosing) outbox.push(opcode, payload);
  };
  return {
    address,
    get unsentBytes() {
      return outbox.unsentBytes;
    },
    get bytesRead() {
      return socket.bytesRead;
    },
    get bytesTaken() {
      return socket.bytesWritten - socket.writableLength;
    },
    sendText: (payload) => push(opcodes.text, payload),
    sendPing: (number) => push(opcodes.ping, pingData(number)),
    sendPingBehind: (takeNumber) =>
      outbox.pushBehind(() => ({ opcode: opcodes.ping, payload: pingData(takeNumber()) })),
    sendPong: (data) => push(opcodes.pong, data),
    close(code, reason) {
      if (isClosing) return;
      outbox.flush();
      isClosing = true;
      // A peer that is held back could not answer the close frame.
      webSocket.resume();
      webSocket.close(code, reason);
    },
    pauseReading: () => webSocket.pause(),
    resumeReading: () => webSocket.resume(),
  };
}
