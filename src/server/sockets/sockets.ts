import type { IncomingMessage } from 'node:http';
import { type Server, type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import { FastLane } from '../lane/fast-lane.ts';
import type { LaneShared } from '../lane/lane-shared.ts';
import type { Link, LinkListener } from '../rooms/link.ts';
import { createPostman, type Postman } from './outbox.ts';
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

/** What the connections of a relay share. */
interface SocketsShared {
  readonly options: SocketsOptions;
  readonly postman: Postman;
  readonly onClosed: (webSocket: RelayWebSocket) => void;
}

/** A connection of the library that calls straight on, instead of keeping lists of listeners for each event. */
class RelayWebSocket extends WebSocket {
  #shared: SocketsShared | undefined;
  #link: SocketLink | undefined;
  #listener: LinkListener | undefined;
  /** Why it was closed, by the relay, the library or the peer, whoever was first. */
  #firstCode: number | undefined;

  /** It is upgraded: its listener hears of everything from here on. */
  begin(shared: SocketsShared, socket: CountingSocket, address: string, request: IncomingMessage): void {
    const { onLink, lanes } = shared.options;
    const onWritable = () => this.#guard((listener) => listener.handleWritable());
    const link = new SocketLink(this, socket, address, shared.postman, onWritable);
    this.#shared = shared;
    this.#link = link;
    const listener = onLink(link, request);
    this.#listener = listener;
    if (lanes !== undefined) this.#layLane(lanes, link, socket, listener);
  }

  /** Puts a lane between a socket and the library, whose one listener for data is called by the lane from now on. */
  #layLane(shared: LaneShared, link: SocketLink, socket: CountingSocket, listener: LinkListener): void {
    const [handleData, ...others] = socket.listeners('data');
    // Another library, or another version of it, may do otherwise; then everything takes the way through it.
    if (!isDataListener(handleData) || others.length > 0) return;
    const lane = new FastLane(shared, listener, socket, handleData);
    const handleRead = (bytes: Buffer) => {
      try {
        lane.handleRead(bytes);
      } catch (error) {
        this.#fail(error);
      }
    };
    socket.removeListener('data', handleData);
    socket.on('data', handleRead);
    link.layLane(lane, handleRead);
  }

  override close(code?: number, reason?: string | Buffer): void {
    this.#firstCode ??= code;
    super.close(code, reason);
  }

  override emit(event: string | symbol, first?: unknown, second?: unknown): boolean {
    if (event === 'message' && first instanceof Buffer) this.#handleMessage(first, second === true);
    else if (event === 'ping' && first instanceof Buffer) this.#handlePing(first);
    else if (event === 'pong' && first instanceof Buffer) this.#handlePong(first);
    else if (event === 'close') this.#handleClose(typeof first === 'number' ? first : noStatus);
    else if (event === 'error' && first instanceof Error) this.#handleError(first);
    else return super.emit(event, first, second);
    return true;
  }

  #handleMessage(data: Buffer, isBinary: boolean): void {
    this.#link?.lane?.noteHeard();
    this.#guard((listener) => (isBinary ? listener.handleBinary(data) : listener.handleText(data)));
  }

  #handlePing(data: Buffer): void {
    this.#link?.lane?.noteHeard();
    this.#guard((listener) => listener.handlePing(data));
  }

  #handlePong(data: Buffer): void {
    this.#link?.lane?.noteHeard();
    this.#guard((listener) => listener.handlePong(data, pingNumberOf(data)));
  }

  #handleClose(code: number): void {
    this.#shared?.options.onGone(this.#firstCode ?? code);
    this.#link?.lane?.end();
    this.#guard((listener) => listener.handleClosed());
    this.#shared?.onClosed(this);
  }

  #handleError(error: Error): void {
    // The library reads no more; what comes is taken off the socket, so that its end is seen.
    this.#link?.lane?.end();
    this.#shared?.options.onSocketError(error, this.#link?.address ?? '');
  }

  #guard(handle: (listener: LinkListener) => void): void {
    if (this.#listener === undefined) return;
    try {
      handle(this.#listener);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A bug in the handling of one client's message ends that client's connection, not the relay. */
  #fail(error: unknown): void {
    this.#shared?.options.onBug(error instanceof Error ? error : new Error(String(error)), this.#link?.address ?? '');
    this.#link?.lane?.passAll();
    this.close(1011, 'internal_error');
  }
}

/** WebSockets on top of upgraded HTTP connections. The only file of the relay that knows the library. */
export class Sockets {
  readonly #shared: SocketsShared;
  readonly #server: Server<typeof RelayWebSocket>;
  readonly #webSockets = new Set<RelayWebSocket>();
  readonly #allGone = Promise.withResolvers<void>();
  #isClosing = false;

  constructor(options: SocketsOptions) {
    this.#shared = {
      options,
      postman: createPostman(() => options.lanes?.arenas.mayLend ?? false),
      onClosed: (webSocket) => this.#forget(webSocket),
    };
    this.#server = new WebSocketServer(serverOptions(options));
  }

  /** Completes an upgrade that has been found in order. Errors of the handshake itself are answered with 400. */
  accept(request: IncomingMessage, socket: CountingSocket, head: Buffer, address: string): void {
    const messageBytesMax = this.#shared.options.messageBytesMax();
    const maxBufferedChunks = Math.max(bufferedChunksMin, messageBytesMax / chunkBytesMin);
    Object.assign(this.#server.options, { maxPayload: messageBytesMax, maxBufferedChunks });
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#webSockets.add(webSocket);
      webSocket.begin(this.#shared, socket, address, request);
    });
  }

  /** Resolves when every socket is gone; those that are still there after `graceMs` are cut off. */
  async close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      for (const webSocket of this.#webSockets) webSocket.terminate();
    }, graceMs);
    this.#isClosing = true;
    if (this.#webSockets.size === 0) this.#allGone.resolve();
    await this.#allGone.promise;
    clearTimeout(timer);
    this.#server.close();
  }

  #forget(webSocket: RelayWebSocket): void {
    this.#webSockets.delete(webSocket);
    if (this.#isClosing && this.#webSockets.size === 0) this.#allGone.resolve();
  }
}

function serverOptions({ messageBytesMax }: SocketsOptions): ServerOptions<typeof RelayWebSocket> & RecentOptions {
  return {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: messageBytesMax(),
    maxFragments: fragmentsMax,
    maxBufferedChunks: bufferedChunksMin,
    closeTimeout: closeTimeoutMs,
    WebSocket: RelayWebSocket,
    // The contract has no subprotocol: whatever a client offers, none is chosen (PROTOCOL A1).
    handleProtocols: () => false,
  };
}

function isDataListener(listener: unknown): listener is (this: unknown, bytes: Buffer) => void {
  return typeof listener === 'function';
}
