import type { IncomingMessage } from 'node:http';
import { type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import { FastLane } from './lane/fast-lane.ts';
import type { LaneShared } from './lane/lane-shared.ts';
import type { Link, LinkListener } from './link.ts';
import { createPostman } from './outbox.ts';
import { type CountingSocket, pingNumberOf, SocketLink } from './socket-link.ts';

/** Fragments that one message may come in; more of them is an attack on memory, not a message (FAULTS 20). */
const fragmentsMax = 1000;
/** A message may come in pieces that are this small on average; each costs memory of its own until all are there. */
const chunkBytesMin = 128;
const bufferedChunksMin = 2048;
/** How long a peer may take to answer our close frame before it is cut off, in milliseconds. */
const closeTimeoutMs = 3000;
/** A close frame without a code (RFC 6455 §7.4.1). */
const noStatus = 1005;

export interface SocketsOptions {
  /** The largest message that any user may send; what one connection may send is its session's business. */
  readonly messageBytesMax: () => number;
  /** What the fast lanes share; without it all frames go through the library. */
  readonly lanes: LaneShared | undefined;
  /** Called for each upgraded socket; what it returns hears of everything that happens on it. */
  readonly onLink: (link: Link, request: IncomingMessage) => LinkListener;
  /** A socket broke or its peer broke the protocol; it is closed already. */
  readonly onSocketError: (error: Error, address: string) => void;
  /** A socket is gone; `code` is that of the first close frame of either side, 1006 where there was none. */
  readonly onGone: (code: number) => void;
  /** Handling something threw what nobody expected; that connection is closed. */
  readonly onBug: (error: Error, address: string) => void;
}

/** Options of the library that its types do not know yet. */
interface RecentOptions {
  maxFragments: number;
  maxBufferedChunks: number;
  closeTimeout: number;
}

/** Who hears of what happens on the connections of a relay. */
interface ConnectionEvents {
  handleMessage(webSocket: RelayWebSocket, data: Buffer, isBinary: boolean): void;
  handlePing(webSocket: RelayWebSocket, data: Buffer): void;
  handlePong(webSocket: RelayWebSocket, data: Buffer): void;
  handleClose(webSocket: RelayWebSocket, code: number): void;
  handleError(webSocket: RelayWebSocket, error: Error): void;
}

/** A connection of the library that calls straight on, instead of keeping lists of listeners for each event. */
class RelayWebSocket extends WebSocket {
  events: ConnectionEvents | undefined;
  link: SocketLink | undefined;
  listener: LinkListener | undefined;
  /** Why it was closed, by the relay, the library or the peer, whoever was first. */
  firstCode: number | undefined;

  override close(code?: number, reason?: string | Buffer): void {
    this.firstCode ??= code;
    super.close(code, reason);
  }

  override emit(event: string | symbol, first?: unknown, second?: unknown): boolean {
    const { events } = this;
    if (event === 'message' && first instanceof Buffer) events?.handleMessage(this, first, second === true);
    else if (event === 'ping' && first instanceof Buffer) events?.handlePing(this, first);
    else if (event === 'pong' && first instanceof Buffer) events?.handlePong(this, first);
    else if (event === 'close') events?.handleClose(this, typeof first === 'number' ? first : noStatus);
    else if (event === 'error' && first instanceof Error) events?.handleError(this, first);
    else return super.emit(event, first, second);
    return true;
  }
}

/** WebSockets on top of upgraded HTTP connections. The only file of the relay that knows the library. */
export function createSockets(options: SocketsOptions) {
  const { lanes } = options;
  const postman = createPostman(() => lanes?.arenas.mayLend ?? false);
  const serverOptions: ServerOptions<typeof RelayWebSocket> & RecentOptions = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: options.messageBytesMax(),
    maxFragments: fragmentsMax,
    maxBufferedChunks: bufferedChunksMin,
    closeTimeout: closeTimeoutMs,
    WebSocket: RelayWebSocket,
    // The contract has no subprotocol: whatever a client offers, none is chosen (PROTOCOL A1).
    handleProtocols: () => false,
  };
  const server = new WebSocketServer(serverOptions);
  const webSockets = new Set<RelayWebSocket>();
  const allGone = Promise.withResolvers<void>();
  let isClosing = false;

  /** A bug in the handling of one client's message ends that client's connection, not the relay. */
  function fail(webSocket: RelayWebSocket, error: unknown): void {
    options.onBug(error instanceof Error ? error : new Error(String(error)), webSocket.link?.address ?? '');
    webSocket.link?.lane?.passAll();
    webSocket.close(1011, 'internal_error');
  }

  function guard(webSocket: RelayWebSocket, handle: (listener: LinkListener) => void): void {
    const { listener } = webSocket;
    if (listener === undefined) return;
    try {
      handle(listener);
    } catch (error) {
      fail(webSocket, error);
    }
  }

  const events: ConnectionEvents = {
    handleMessage(webSocket, data, isBinary) {
      webSocket.link?.lane?.noteHeard();
      guard(webSocket, (listener) => (isBinary ? listener.handleBinary(data) : listener.handleText(data)));
    },
    handlePing(webSocket, data) {
      webSocket.link?.lane?.noteHeard();
      guard(webSocket, (listener) => listener.handlePing(data));
    },
    handlePong(webSocket, data) {
      webSocket.link?.lane?.noteHeard();
      guard(webSocket, (listener) => listener.handlePong(data, pingNumberOf(data)));
    },
    handleClose(webSocket, code) {
      options.onGone(webSocket.firstCode ?? code);
      webSocket.link?.lane?.end();
      guard(webSocket, (listener) => listener.handleClosed());
      webSockets.delete(webSocket);
      if (isClosing && webSockets.size === 0) allGone.resolve();
    },
    handleError(webSocket, error) {
      // The library reads no more; what comes is taken off the socket, so that its end is seen.
      webSocket.link?.lane?.end();
      options.onSocketError(error, webSocket.link?.address ?? '');
    },
  };

  function open(webSocket: RelayWebSocket, socket: CountingSocket, address: string, request: IncomingMessage): void {
    const onWritable = () => guard(webSocket, (listener) => listener.handleWritable());
    const link = new SocketLink(webSocket, socket, address, postman, onWritable);
    webSockets.add(webSocket);
    webSocket.events = events;
    webSocket.link = link;
    webSocket.listener = options.onLink(link, request);
    if (lanes !== undefined) layLane(lanes, webSocket, link, socket, webSocket.listener);
  }

  /** Puts a lane between a socket and the library, whose one listener for data is called by the lane from now on. */
  function layLane(
    shared: LaneShared,
    webSocket: RelayWebSocket,
    link: SocketLink,
    socket: CountingSocket,
    listener: LinkListener,
  ): void {
    const [handleData, ...others] = socket.listeners('data');
    // Another library, or another version of it, may do otherwise; then everything takes the way through it.
    if (!isDataListener(handleData) || others.length > 0) return;
    const lane = new FastLane(shared, listener, socket, handleData);
    const handleRead = (bytes: Buffer) => {
      try {
        lane.handleRead(bytes);
      } catch (error) {
        fail(webSocket, error);
      }
    };
    socket.removeListener('data', handleData);
    socket.on('data', handleRead);
    link.layLane(lane, handleRead);
  }

  return {
    /** Completes an upgrade that has been found in order. Errors of the handshake itself are answered with 400. */
    accept(request: IncomingMessage, socket: CountingSocket, head: Buffer, address: string): void {
      const messageBytesMax = options.messageBytesMax();
      const maxBufferedChunks = Math.max(bufferedChunksMin, messageBytesMax / chunkBytesMin);
      Object.assign(server.options, { maxPayload: messageBytesMax, maxBufferedChunks });
      server.handleUpgrade(request, socket, head, (webSocket) => open(webSocket, socket, address, request));
    },
    /** Resolves when every socket is gone; those that are still there after `graceMs` are cut off. */
    async close(graceMs: number): Promise<void> {
      const timer = setTimeout(() => {
        for (const webSocket of webSockets) webSocket.terminate();
      }, graceMs);
      isClosing = true;
      if (webSockets.size === 0) allGone.resolve();
      await allGone.promise;
      clearTimeout(timer);
      server.close();
    },
  };
}

function isDataListener(listener: unknown): listener is (this: unknown, bytes: Buffer) => void {
  return typeof listener === 'function';
}
