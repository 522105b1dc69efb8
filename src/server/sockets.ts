import type { IncomingMessage } from 'node:http';
import { type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import { FastLane, type LaneShared } from './lane/fast-lane.ts';
import type { Link, LinkListener } from './link.ts';
import { createPostman } from './outbox.ts';
import { type CountingSocket, pingNumberOf, SocketLink } from './socket-link.ts';

/** Fragments that one message may come in; more of them is an attack on memory, not a message (FAULTS 20). */
const fragmentsMax = 1000;
/** How long a peer may take to answer our close frame before it is cut off, in milliseconds. */
const closeTimeoutMs = 3000;

export interface SocketsOptions {
  /** The largest message that any user may send; what one connection may send is its session's business. */
  readonly messageBytesMax: () => number;
  /** What the fast lanes share; without it all frames go through the library. */
  readonly lanes: LaneShared | undefined;
  /** Called for each upgraded socket; what it returns hears of everything that happens on it. */
  readonly onLink: (link: Link, request: IncomingMessage) => LinkListener;
  /** A socket broke or its peer broke the protocol; it is closed already. */
  readonly onSocketError: (error: Error, address: string) => void;
  /** Handling something threw what nobody expected; that connection is closed. */
  readonly onBug: (error: Error, address: string) => void;
}

/** A connection of the library that knows who hears of it, so that all connections share their event handlers. */
class RelayWebSocket extends WebSocket {
  link: SocketLink | undefined;
  listener: LinkListener | undefined;
}

function laneOf(webSocket: WebSocket): FastLane | undefined {
  return webSocket instanceof RelayWebSocket ? webSocket.link?.lane : undefined;
}

/** WebSockets on top of upgraded HTTP connections. The only file of the relay that knows the library. */
export function createSockets(options: SocketsOptions) {
  const { lanes } = options;
  const postman = createPostman(() => lanes?.arenas.mayLend ?? false);
  const serverOptions: ServerOptions<typeof RelayWebSocket> & { maxFragments: number; closeTimeout: number } = {
    noServer: true,
    clientTracking: true,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: options.messageBytesMax(),
    maxFragments: fragmentsMax,
    closeTimeout: closeTimeoutMs,
    WebSocket: RelayWebSocket,
    // The contract has no subprotocol: whatever a client offers, none is chosen (PROTOCOL A1).
    handleProtocols: () => false,
  };
  const server = new WebSocketServer(serverOptions);

  /** A bug in the handling of one client's message ends that client's connection, not the relay. */
  function guard(webSocket: WebSocket, handle: (listener: LinkListener) => void): void {
    if (!(webSocket instanceof RelayWebSocket)) return;
    const { link, listener } = webSocket;
    if (link === undefined || listener === undefined) return;
    try {
      handle(listener);
    } catch (error) {
      options.onBug(error instanceof Error ? error : new Error(String(error)), link.address);
      link.lane?.passAll();
      webSocket.close(1011, 'internal_error');
    }
  }

  function handleMessage(this: WebSocket, data: Buffer, isBinary: boolean): void {
    laneOf(this)?.noteHeard();
    guard(this, (listener) => (isBinary ? listener.handleBinary(data) : listener.handleText(data)));
  }

  function handlePing(this: WebSocket, data: Buffer): void {
    laneOf(this)?.noteHeard();
    guard(this, (listener) => listener.handlePing(data));
  }

  function handlePong(this: WebSocket, data: Buffer): void {
    laneOf(this)?.noteHeard();
    guard(this, (listener) => listener.handlePong(pingNumberOf(data)));
  }

  function handleClose(this: WebSocket, closeCode: number): void {
    guard(this, (listener) => listener.handleClosed(closeCode));
  }

  function handleError(this: WebSocket, error: Error): void {
    options.onSocketError(error, this instanceof RelayWebSocket ? (this.link?.address ?? 'unknown') : 'unknown');
  }

  function open(webSocket: RelayWebSocket, socket: CountingSocket, address: string, request: IncomingMessage): void {
    const link = new SocketLink(webSocket, socket, address, postman);
    const listener = options.onLink(link, request);
    webSocket.link = link;
    webSocket.listener = listener;
    webSocket.on('message', handleMessage);
    webSocket.on('ping', handlePing);
    webSocket.on('pong', handlePong);
    webSocket.on('close', handleClose);
    webSocket.on('error', handleError);
    socket.on('drain', () => guard(webSocket, () => listener.handleWritable()));
    if (lanes !== undefined) link.lane = layLane(lanes, webSocket, socket, listener);
  }

  /** Puts a lane between a socket and the library, whose one listener for data is called by the lane from now on. */
  function layLane(
    shared: LaneShared,
    webSocket: RelayWebSocket,
    socket: CountingSocket,
    listener: LinkListener,
  ): FastLane | undefined {
    const [handleData, ...others] = socket.listeners('data');
    // Another library, or another version of it, may do otherwise; then everything takes the way through it.
    if (handleData === undefined || others.length > 0) return undefined;
    const lane = new FastLane(shared, listener, (bytes) => handleData.call(socket, bytes));
    const handleRead = (bytes: Buffer) => guard(webSocket, () => lane.handleRead(bytes));
    socket.removeAllListeners('data');
    socket.on('data', handleRead);
    // What a paused socket holds when it breaks goes the same way; the library would take it past the lane.
    socket.prependListener('close', () => {
      const bytes = socket.readableLength > 0 ? socket.read() : null;
      if (bytes !== null) handleRead(bytes);
    });
    return lane;
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
