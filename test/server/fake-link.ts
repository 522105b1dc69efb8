import type { Link } from '../../src/server/rooms/link.ts';
import type { FramedBytes } from '../../src/server/sockets/frame-memory.ts';
import { unframe } from './unframe.ts';

/** A socket for tests: what is sent on it is kept; a reader that stops is one call away. */
export class FakeLink implements Link {
  readonly address: string;
  readonly texts: string[] = [];
  readonly pings: number[] = [];
  readonly pongs: Uint8Array[] = [];
  /** Texts and pings in the order sent, `ping 3` for a ping. */
  readonly sent: string[] = [];
  closed: { code: number; reason: string } | undefined;
  isReading = true;
  unsentBytes = 0;
  bytesRead = 0;
  bytesTaken = 0;
  /** Messages that went out together count once. */
  runsSent = 0;
  #isStuck = false;
  #pingBehind: (() => number) | undefined;

  constructor(address = '192.0.2.1') {
    this.address = address;
  }

  /** The peer stops reading: what is sent from now on stays in the send buffer. */
  stick(): void {
    this.#isStuck = true;
  }

  /** The peer reads again and takes all that waited. */
  unstick(): void {
    this.#isStuck = false;
    this.unsentBytes = 0;
  }

  sendText(payload: Uint8Array): void {
    const text = new TextDecoder().decode(payload);
    this.texts.push(text);
    this.sent.push(text);
    this.#carry(payload.length);
  }

  sendFrames({ bytes }: FramedBytes): void {
    this.runsSent += 1;
    for (const payload of unframe(bytes)) this.sendText(payload);
  }

  sendPing(number: number): void {
    this.pings.push(number);
    this.sent.push(`ping ${number}`);
    this.#carry(4);
  }

  sendPingBehind(takeNumber: () => number): void {
    this.#pingBehind = takeNumber;
  }

  /** The tick ends: what was sent leaves in one write. */
  endTick(): void {
    const takeNumber = this.#pingBehind;
    this.#pingBehind = undefined;
    if (takeNumber !== undefined) this.sendPing(takeNumber());
  }

  sendPong(data: Uint8Array): void {
    this.pongs.push(data);
    this.#carry(data.length);
  }

  close(code: number, reason: string): void {
    this.closed ??= { code, reason };
  }

  ignore(): void {
    this.isReading = false;
  }

  pauseReading(): void {
    this.isReading = false;
  }

  resumeReading(): void {
    this.isReading = true;
  }

  #carry(bytes: number): void {
    if (this.#isStuck) this.unsentBytes += bytes;
    else this.bytesTaken += bytes;
  }
}
