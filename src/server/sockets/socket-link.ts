import type { Duplex } from 'node:stream';
import type { FastLane } from '../lane/fast-lane.ts';
import type { Link } from '../rooms/link.ts';
import { opcodes } from './frame-header.ts';
import type { FramedBytes } from './frame-memory.ts';
import { Outbox, type OutboxSocket, type Postman } from './outbox.ts';

/** The number of a ping travels as six bytes: more than a connection can use up. */
const pingNumberBytes = 6;

/** A socket that can say how much it carried: `net.Socket` and `tls.TLSSocket`. */
export type CountingSocket = Duplex & OutboxSocket & { readonly bytesRead: number; readonly bytesWritten: number };

/** What a link asks of the library. */
export interface LibrarySocket {
  close(code: number, reason: string): void;
  pause(): void;
  resume(): void;
}

function pingData(number: number): Buffer {
  const data = Buffer.allocUnsafe(pingNumberBytes);
  data.writeUIntBE(number, 0, pingNumberBytes);
  return data;
}

/** The number that a pong brings back; undefined when it is none of ours. */
export function pingNumberOf(data: Buffer): number | undefined {
  return data.length === pingNumberBytes ? data.readUIntBE(0, pingNumberBytes) : undefined;
}

/** A real socket as the core sees it: what is sent goes past the WebSocket library, everything else through it. */
export class SocketLink implements Link {
  readonly address: string;
  #lane: FastLane | undefined;
  /** Hands to the lane what the socket has read. */
  #handleRead: ((bytes: Buffer) => void) | undefined;
  readonly #webSocket: LibrarySocket;
  readonly #socket: CountingSocket;
  readonly #outbox: Outbox;
  // Nothing may follow our close frame (RFC 6455 §5.5.1).
  #isClosing = false;
  #hasPaused = false;
  #isIgnored = false;

  /** `onWritable` is called when the operating system has taken what it did not take at once. */
  constructor(
    webSocket: LibrarySocket,
    socket: CountingSocket,
    address: string,
    postman: Postman,
    onWritable: () => void,
  ) {
    this.address = address;
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#outbox = new Outbox(socket, postman, onWritable);
  }

  /** Between the socket and the library, where there is one. */
  get lane(): FastLane | undefined {
    return this.#lane;
  }

  layLane(lane: FastLane, handleRead: (bytes: Buffer) => void): void {
    this.#lane = lane;
    this.#handleRead = handleRead;
  }

  get unsentBytes(): number {
    return this.#outbox.unsentBytes;
  }

  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  get bytesTaken(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  sendText(payload: Uint8Array): void {
    if (!this.#isClosing) this.#outbox.push(opcodes.text, payload);
  }

  sendFrames(frames: FramedBytes): void {
    if (!this.#isClosing) this.#outbox.pushFrames(frames);
  }

  sendPing(number: number): void {
    if (!this.#isClosing) this.#outbox.push(opcodes.ping, pingData(number));
  }

  sendPingBehind(takeNumber: () => number): void {
    if (this.#isClosing) return;
    this.#outbox.pushBehind(() => ({ opcode: opcodes.ping, payload: pingData(takeNumber()) }));
  }

  sendPong(data: Uint8Array): void {
    if (!this.#isClosing) this.#outbox.push(opcodes.pong, data);
  }

  close(code: number, reason: string): void {
    if (this.#isClosing) return;
    this.#outbox.flush();
    this.#isClosing = true;
    this.#lane?.passAll();
    // A peer that is held back could not answer the close frame.
    this.resumeReading();
    this.#webSocket.close(code, reason);
  }

  ignore(): void {
    this.#isIgnored = true;
    this.#lane?.end();
    this.pauseReading();
  }

  pauseReading(): void {
    if (!this.#hasPaused && this.#handleRead !== undefined) {
      this.#hasPaused = true;
      // What a paused socket holds when it breaks goes the same way as all else; the library would take it past the lane.
      this.#socket.prependListener('close', () => this.#readRest());
    }
    this.#webSocket.pause();
  }

  #readRest(): void {
    const bytes: unknown = this.#socket.readableLength > 0 ? this.#socket.read() : null;
    if (bytes instanceof Buffer) this.#handleRead?.(bytes);
  }

  resumeReading(): void {
    if (!this.#isIgnored) this.#webSocket.resume();
  }
}
