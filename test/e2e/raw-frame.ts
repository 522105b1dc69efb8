/**
 * WebSocket frames as bytes (RFC 6455 §5.2), written by hand so that tests see and send what no library would. The writer
 * builds what it is told, wrong frames included; the reader holds the relay to the letter.
 */
import { randomBytes } from 'node:crypto';

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const opcodeNames: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(opcodes).map(([name, opcode]) => [opcode, name]),
);

export interface Frame {
  readonly fin: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

export interface FrameOptions {
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  /** True unless said: false announces that fragments follow. */
  readonly fin?: boolean;
  /** The bits RSV1, RSV2 and RSV3 as the number 4, 2 and 1; 0 unless said. */
  readonly rsv?: number;
  /** True unless said; a client that does not mask breaks the protocol. */
  readonly masked?: boolean;
  /** Four bytes by chance unless said. */
  readonly maskingKey?: Uint8Array;
  /** What the header says about the length, where that is not the truth. */
  readonly declaredLength?: bigint;
}

function lengthField(length: bigint): { short: number; extended: Buffer } {
  if (length < 126n) return { short: Number(length), extended: Buffer.alloc(0) };
  if (length < 65_536n) {
    const extended = Buffer.alloc(2);
    extended.writeUInt16BE(Number(length));
    return { short: 126, extended };
  }
  const extended = Buffer.alloc(8);
  extended.writeBigUInt64BE(length);
  return { short: 127, extended };
}

/** The bytes of one frame, exactly as said. */
export function writeFrame(options: FrameOptions): Buffer {
  const payload = Buffer.from(options.payload ?? '');
  const masked = options.masked ?? true;
  const { short, extended } = lengthField(options.declaredLength ?? BigInt(payload.length));
  const first = ((options.fin ?? true) ? 0x80 : 0) | ((options.rsv ?? 0) << 4) | options.opcode;
  const header = Buffer.concat([Buffer.from([first, (masked ? 0x80 : 0) | short]), extended]);
  if (!masked) return Buffer.concat([header, payload]);
  const key = options.maskingKey ?? randomBytes(4);
  for (let index = 0; index < payload.length; index++) payload[index] = (payload[index] ?? 0) ^ (key[index & 3] ?? 0);
  return Buffer.concat([header, key, payload]);
}

/** What the relay sent is no frame that a server may send. */
class RelayFrameError extends Error {
  override readonly name = 'RelayFrameError';
}

function checkHeader(first: number, second: number): void {
  const opcode = first & 0x0f;
  const isControl = opcode >= 8;
  if ((first & 0x70) !== 0) throw new RelayFrameError(`RSV bits are set in a frame: 0x${first.toString(16)}`);
  if (opcodeNames[opcode] === undefined) throw new RelayFrameError(`opcode ${opcode} does not exist`);
  if ((second & 0x80) !== 0) throw new RelayFrameError('the relay masked a frame: only clients mask');
  if (isControl && (first & 0x80) === 0) throw new RelayFrameError(`a fragmented ${opcodeNames[opcode]}`);
  if (isControl && second > 125) throw new RelayFrameError(`a ${opcodeNames[opcode]} of more than 125 bytes`);
}

/** The first frame of these bytes and where it ends; undefined while it is not complete. */
function readFrame(bytes: Buffer): { frame: Frame; end: number } | undefined {
  if (bytes.length < 2) return undefined;
  const first = bytes.readUInt8(0);
  const second = bytes.readUInt8(1);
  checkHeader(first, second);
  const extendedBytes = second < 126 ? 0 : second === 126 ? 2 : 8;
  const start = 2 + extendedBytes;
  if (bytes.length < start) return undefined;
  const length =
    extendedBytes === 0 ? second : extendedBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < start + length) return undefined;
  const payload = bytes.subarray(start, start + length);
  return { frame: { fin: (first & 0x80) !== 0, opcode: first & 0x0f, payload }, end: start + length };
}

/** Takes the chunks of a connection and calls back with each frame. */
export function createFrameReader(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let found = readFrame(rest); found !== undefined; found = readFrame(rest)) {
      rest = rest.subarray(found.end);
      onFrame(found.frame);
    }
  };
}

export interface Close {
  /** 1005 where the close frame carries none. */
  readonly code: number;
  readonly reason: string;
}

export function readClose(frame: Frame): Close {
  if (frame.payload.length === 0) return { code: 1005, reason: '' };
  if (frame.payload.length === 1) throw new RelayFrameError('a close frame with one byte');
  return { code: frame.payload.readUInt16BE(0), reason: decodeUtf8(frame.payload.subarray(2)) };
}

export function closePayload(code: number, reason = ''): Buffer {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return payload;
}

/** Text as a receiver must see it: invalid UTF-8 is an error, a byte order mark is kept. */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** A frame in words, for the failure of a test. */
export function describeFrame(frame: Frame): string {
  const name = opcodeNames[frame.opcode] ?? String(frame.opcode);
  if (frame.opcode === opcodes.close) {
    const close = readClose(frame);
    return `close ${close.code} ${close.reason}`.trim();
  }
  return `${name} ${frame.payload.toString('latin1').slice(0, 120)}`.trim();
}
