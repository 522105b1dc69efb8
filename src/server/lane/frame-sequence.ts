import { type FrameHeader, finBit, opcodes } from '../sockets/frame-header.ts';

/** What its header tells of a frame. */
export type FrameVerdict =
  /** A message gets over its limit with it (FAULTS 20). */
  | 'too big'
  /** The library tells of it when it is whole. */
  | 'told of'
  | 'not told of'
  /** Nothing that comes behind it is heard. */
  | 'last'
  /** It is no frame at all: the library takes it from here. */
  | 'no frame';

const opcodeBits = 0x0f;
const firstControlOpcode = 8;
/** No message is under way in fragments. */
const noFragments = -1;

/** The frames of one peer that the library gets, one after the other, as far as their headers tell what they are. */
export class FrameSequence {
  #fragmentsBytes = noFragments;

  /** Whether a message is under way in fragments. */
  get isInMessage(): boolean {
    return this.#fragmentsBytes !== noFragments;
  }

  /** Judges the next frame. */
  next(header: FrameHeader, messageBytesMax: number): FrameVerdict {
    if (this.#isTooBig(header, messageBytesMax)) return 'too big';
    switch (header.first & ~finBit) {
      case opcodes.continuation:
      case opcodes.text:
      case opcodes.binary:
        return (header.first & finBit) === 0 ? 'not told of' : 'told of';
      case opcodes.ping:
      case opcodes.pong:
        return 'told of';
      case opcodes.close:
        return 'last';
      default:
        return 'no frame';
    }
  }

  #isTooBig({ first, payloadBytes }: FrameHeader, messageBytesMax: number): boolean {
    const opcode = first & opcodeBits;
    if (opcode >= firstControlOpcode) return false;
    const messageBytes = (opcode === opcodes.continuation ? Math.max(this.#fragmentsBytes, 0) : 0) + payloadBytes;
    this.#fragmentsBytes = (first & finBit) === 0 ? messageBytes : noFragments;
    return messageBytes > messageBytesMax;
  }
}
