import { createCachedStringReader } from '../../protocol/string-cache.ts';
import type { MessageRun } from '../messages/message-run.ts';
import { type Arenas, createArenas } from './arenas.ts';
import { Run } from './run.ts';

/** What a lane asks and tells about its connection. */
export interface LaneListener {
  /** The largest message that it may send now, in bytes. */
  readonly messageBytesMax: number;
  /** Whether its messages may come as runs; otherwise all of them come the other way. */
  readonly takesRuns: boolean;
  /** How much of a read may be handled at once, in bytes. */
  readonly partBytesMax: number;
  /** The rest of what was read is to wait until the socket is read again. */
  readonly isHeldBack: boolean;
  handleRun(run: MessageRun): void;
  /** A message was announced that is over the limit; nothing of it is taken. */
  handleTooBig(bytes: number): void;
}

/** The socket, as far as a lane looks at it. */
export interface LaneSocket {
  readonly destroyed: boolean;
  /** Puts back what was read from a socket that is paused. */
  unshift(bytes: Buffer): void;
}

/** What the lanes of a relay share. */
export interface LaneShared {
  readonly arenas: Arenas;
  readonly run: Run;
  readonly readTarget: (bytes: Uint8Array, start: number, end: number) => string;
}

/** Throws where WebAssembly cannot be had. */
export function createLaneShared(): LaneShared {
  const arenas = createArenas();
  return { arenas, run: new Run(arenas.first), readTarget: createCachedStringReader() };
}
