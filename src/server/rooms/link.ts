import type { MessageRun } from '../messages/message-run.ts';
import type { FramedBytes } from '../sockets/frame-memory.ts';

/**
 * What the relay needs of a socket, as the core sees it: the switchboard and its sessions run on this, in the relay over a
 * real WebSocket (`sockets.ts`) and in tests over a fake.
 */
export interface Link {
  /** The peer's address, for people; behind a trusted proxy the one that the proxy saw. */
  readonly address: string;
  /** Bytes that were handed to `sendText` and the like and that the operating system has not taken yet. */
  readonly unsentBytes: number;
  /** Bytes of the peer so far, as a sign of life between whole messages. */
  readonly bytesRead: number;
  /** Bytes that the operating system has taken so far, as a sign of progress of a slow reader. */
  readonly bytesTaken: number;
  /** Sends a text frame. The bytes must not change until the end of the tick: all frames of one tick leave in one write. */
  sendText(payload: Uint8Array): void;
  /** Sends frames that are whole already. */
  sendFrames(frames: FramedBytes): void;
  /** Sends a ping that carries this number, which the peer's pong brings back. */
  sendPing(number: number): void;
  /**
   * Sends a ping behind everything that leaves in the same write. Its number is asked for when that write is made, once
   * however often this was called before.
   */
  sendPingBehind(takeNumber: () => number): void;
  /** Sends a pong with the ping's own bytes. */
  sendPong(data: Uint8Array): void;
  /** Lets everything leave that was sent before, then the close frame; a peer that does not answer it is cut off. */
  close(code: number, reason: string): void;
  /** Hears nothing more of a peer, not even its answer to a close frame; once it was closed, it is cut off some seconds later. */
  ignore(): void;
  /** Stops reading the peer, so that TCP holds it back; what was read already may still arrive. */
  pauseReading(): void;
  resumeReading(): void;
}

/** What a link calls, always later than its own creation. */
export interface LinkListener {
  /** The largest message that the peer may send now, in bytes. */
  readonly messageBytesMax: number;
  /** Whether messages of the peer may come as runs. */
  readonly takesRuns: boolean;
  /** How much of a read may be handled at once, in bytes. Between two parts, and two frames, the peer may come to be held back. */
  readonly partBytesMax: number;
  /** The peer is held back: the rest of what was read is to wait until it is read again. */
  readonly isHeldBack: boolean;
  handleText(bytes: Uint8Array): void;
  /** Text messages that came together, in the order of all others. */
  handleRun(run: MessageRun): void;
  /** A message is coming that is over `messageBytesMax`; nothing of it is handed on. */
  handleTooBig(bytes: number): void;
  handleBinary(bytes: Uint8Array): void;
  handlePing(data: Uint8Array): void;
  /** A pong with the number of a ping, or undefined when it carries none of ours. */
  handlePong(data: Uint8Array, number: number | undefined): void;
  /** The operating system has taken everything that was sent. */
  handleWritable(): void;
  handleClosed(): void;
}
