/** RFC 6455 §5.2. */
export const opcodes = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;
/** The first byte of a frame that is the last or only one of its message. */
export const finBit = 0x80;

/** The header of a frame from a client (RFC 6455 §5.2), as far as it tells where the frame ends. */
export interface FrameHeader {
  /** FIN, the reserved bits and the opcode. */
  readonly first: number;
  /** Bytes of the frame in all. A length of 2^53 or more is not told exactly. */
  readonly frameBytes: number;
  readonly payloadBytes: number;
}

const maskBit = 0x80;
const maskBytes = 4;

/** Reads a header; undefined when bytes of it are missing. */
export function readFrameHeader(bytes: Buffer, at: number): FrameHeader | undefined {
  const left = bytes.length - at;
  const second = bytes[at + 1];
  const first = bytes[at];
  if (first === undefined || second === undefined) return undefined;
  const short = second & ~maskBit;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (left < 2 + lengthBytes) return undefined;
  let payloadBytes = short;
  if (lengthBytes === 2) payloadBytes = bytes.readUInt16BE(at + 2);
  else if (lengthBytes === 8) payloadBytes = bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6);
  const headerBytes = 2 + lengthBytes + ((second & maskBit) === 0 ? 0 : maskBytes);
  return { first, frameBytes: headerBytes + payloadBytes, payloadBytes };
}
