import type { Link } from '../../../src/server/rooms/link.ts';
import type { FramedBytes } from '../../../src/server/sockets/frame-memory.ts';
import { unframe } from '../unframe.ts';

/** A frame on its way to a peer, not read yet. */
type Frame = { readonly text: string } | { readonly ping: number } | { readonly close: number };

/**
 * The other end of a simulated socket. What the relay sends lies in the send buffer (while the peer is stuck) or in the
 * peer's own, until the simulation lets the peer read it: only then has it got there.
 */
export class Peer implements Link {
  readonly address = '192.0.2.1';
  readonly unread: Frame[] = [];
  isStuck = false;
  isReading = true;
  isClosed = false;
  unsentBytes = 0;
  bytesRead = 0;
  bytesTaken = 0;
  #pingBehind: (() => number) | undefined;

  sendText(payload: Uint8Array): void {
    this.#carry({ text: new TextDecoder().decode(payload) }, payload.length);
  }

  sendFrames({ bytes }: FramedBytes): void {
    for (const payload of unframe(bytes)) this.sendText(payload);
  }

  sendPing(number: number): void {
    this.#carry({ ping: number }, 4);
  }

  sendPingBehind(takeNumber: () => number): void {
    this.#pingBehind = takeNumber;
  }

  sendPong(): void {}

  close(code: number): void {
    this.endTick();
    this.#carry({ close: code }, 2);
    this.isClosed = true;
  }

  ignore(): void {}

  pauseReading(): void {
    this.isReading = false;
  }

  resumeReading(): void {
    this.isReading = true;
  }

  /** What was sent in this tick leaves. */
  endTick(): void {
    const takeNumber = this.#pingBehind;
    this.#pingBehind = undefined;
    if (takeNumber !== undefined && !this.isClosed) this.sendPing(takeNumber());
  }

  unstick(): void {
    this.isStuck = false;
    this.bytesTaken += this.unsentBytes;
    this.unsentBytes = 0;
  }

  #carry(frame: Frame, bytes: number): void {
    if (this.isClosed) throw new Error('the relay sent something behind its close frame');
    this.unread.push(frame);
    if (this.isStuck) this.unsentBytes += bytes;
    else this.bytesTaken += bytes;
  }
}
