import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** One end of a network connection without a network: what is read comes in the pieces that the test says. */
export class FakeSocket extends Duplex {
  bytesRead = 0;
  bytesWritten = 0;
  readonly #written: Buffer[] = [];

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    // Copied, as the operating system does: the memory may be used again when the callback was called.
    this.#written.push(Buffer.from(chunk));
    this.bytesWritten += chunk.length;
    callback();
  }

  /** The peer's bytes arrive, in one piece. */
  receive(bytes: Buffer): void {
    if (this.destroyed || bytes.length === 0) return;
    this.bytesRead += bytes.length;
    // In memory of its own, as what a socket reads: the lane gives it back.
    const read = Buffer.allocUnsafeSlow(bytes.length);
    bytes.copy(read);
    this.push(read);
  }

  /** Everything that was written, without the head of the answer to the upgrade. */
  get written(): Buffer {
    const bytes = Buffer.concat(this.#written);
    return bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
  }
}

/** The request that becomes a WebSocket. */
export function upgradeRequest(): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.method = 'GET';
  request.url = '/ws/connect/';
  request.headers = {
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
  };
  return request;
}
