/** The client's side of RFC 6455, as little of it as a generator needs that must cost less than the server it measures. */
import { excerpt, type OpeningStep } from './wire.ts';

export const opcodes = { text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

/** Every client frame is masked, so that the server has to unmask; a fixed key lets the bench encode a frame once. */
const maskKey = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
const maskedBit = 0x80;
const finalFragment = 0x80;

/** One masked, unfragmented frame. */
export function encodeClientFrame(opcode: number, payload: Uint8Array): Buffer {
  const extendedBytes = payload.length < 126 ? 0 : payload.length < 65_536 ? 2 : 8;
  const keyAt = 2 + extendedBytes;
  const frame = Buffer.alloc(keyAt + maskKey.length + payload.length);
  frame[0] = finalFragment | opcode;
  if (extendedBytes === 0) frame[1] = maskedBit | payload.length;
  if (extendedBytes === 2) {
    frame[1] = maskedBit | 126;
    frame.writeUInt16BE(payload.length, 2);
  }
  if (extendedBytes === 8) {
    frame[1] = maskedBit | 127;
    frame.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  frame.set(maskKey, keyAt);
  for (const [index, byte] of payload.entries()) {
    frame[keyAt + maskKey.length + index] = byte ^ (maskKey[index & 3] ?? 0);
  }
  return frame;
}

export interface ServerFrame {
  readonly opcode: number;
  readonly payload: Buffer;
  /** Bytes of the frame, header included. */
  readonly bytes: number;
}

interface FrameHeader {
  readonly opcode: number;
  readonly headerBytes: number;
  readonly payloadBytes: number;
}

/** The header of an unmasked frame at this place; undefined while it is not complete. */
function readHeader(bytes: Buffer, at: number, end: number): FrameHeader | undefined {
  if (end - at < 2) return undefined;
  const opcode = bytes.readUInt8(at) & 0x0f;
  const short = bytes.readUInt8(at + 1);
  if (short < 126) return { opcode, headerBytes: 2, payloadBytes: short };
  const headerBytes = short === 126 ? 4 : 10;
  if (end - at < headerBytes) return undefined;
  const payloadBytes = short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
  return { opcode, headerBytes, payloadBytes };
}

/** The frame at this place; undefined while it is not complete. */
export function readServerFrame(bytes: Buffer, at = 0, end = bytes.length): ServerFrame | undefined {
  const header = readHeader(bytes, at, end);
  if (header === undefined) return undefined;
  const frameEnd = at + header.headerBytes + header.payloadBytes;
  if (end < frameEnd) return undefined;
  return { opcode: header.opcode, payload: bytes.subarray(at + header.headerBytes, frameEnd), bytes: frameEnd - at };
}

/** Asks for the upgrade. The key is fixed: a generator does not check what the server makes of it. */
export function upgradeStep(path: string, subprotocol?: string): OpeningStep {
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: bench',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: c29mdGxhYi1iZW5jaC0wMQ==',
    ...(subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
  ];
  return {
    send: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`),
    answerBytes(received) {
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return undefined;
      if (received.toString('latin1', 0, 12) !== 'HTTP/1.1 101') {
        throw new Error(`the upgrade was refused: ${excerpt(received)}`);
      }
      return end + 4;
    },
  };
}

/** What a walk through a stream of frames finds. */
export interface FrameVisitor {
  /** A piece of the payload of a data frame: `chunk` from `start` to `end`, of a frame with `payloadBytes` in all. */
  visitData(chunk: Buffer, start: number, end: number, payloadBytes: number): void;
  /** The data frame is complete. */
  visitEnd(): void;
  visitPing(payload: Buffer): void;
}

/** Walks through the frames of a connection, from header to header, without copying or looking at what lies between. */
export class FrameWalker {
  readonly #visitor: FrameVisitor;
  /** A header, or a control frame, of which a part is still to come. */
  #held: Buffer = Buffer.alloc(0);
  #payloadBytes = 0;
  #missingBytes = 0;

  constructor(visitor: FrameVisitor) {
    this.#visitor = visitor;
  }

  /** Walks through `chunk` from `start` to `end`. */
  walk(chunk: Buffer, start: number, end: number): void {
    if (this.#held.length === 0) {
      this.#walk(chunk, start, end);
    } else {
      const bytes = Buffer.concat([this.#held, chunk.subarray(start, end)]);
      this.#held = Buffer.alloc(0);
      this.#walk(bytes, 0, bytes.length);
    }
  }

  #walk(bytes: Buffer, start: number, end: number): void {
    let at = this.#missingBytes === 0 ? start : this.#visitPayload(bytes, start, end);
    while (at < end) {
      const next = this.#startFrame(bytes, at, end);
      if (next === undefined) {
        // The memory of the chunk is used again for the next one.
        this.#held = Buffer.from(bytes.subarray(at, end));
        return;
      }
      at = next;
    }
  }

  /** Returns where the next frame, or the end of the bytes, is; undefined when more is needed to tell. */
  #startFrame(bytes: Buffer, at: number, end: number): number | undefined {
    const header = readHeader(bytes, at, end);
    if (header === undefined) return undefined;
    if (header.opcode >= opcodes.close) return this.#visitControl(bytes, at, end);
    this.#payloadBytes = header.payloadBytes;
    this.#missingBytes = header.payloadBytes;
    return this.#visitPayload(bytes, at + header.headerBytes, end);
  }

  /** Returns where the payload, or what there is of it, ends. */
  #visitPayload(bytes: Buffer, start: number, endMax: number): number {
    const end = Math.min(start + this.#missingBytes, endMax);
    this.#visitor.visitData(bytes, start, end, this.#payloadBytes);
    this.#missingBytes -= end - start;
    if (this.#missingBytes === 0) this.#visitor.visitEnd();
    return end;
  }

  #visitControl(bytes: Buffer, at: number, end: number): number | undefined {
    const frame = readServerFrame(bytes, at, end);
    if (frame === undefined) return undefined;
    if (frame.opcode === opcodes.close) throw new Error(`the server closed the connection: ${excerpt(frame.payload)}`);
    if (frame.opcode === opcodes.ping) this.#visitor.visitPing(frame.payload);
    return at + frame.bytes;
  }
}
