/** What a log writes to. */
export interface TextWriter {
  write(text: string): unknown;
  /** Bytes that wait for the reader. */
  readonly writableLength: number;
}

export interface TickWriter {
  write(text: string): void;
  flush(): void;
}

/** What may wait for a reader who does not read; lines beyond it are dropped and counted. */
const unreadBytesMax = 1024 * 1024;

function countLines(text: string): number {
  return text.split('\n').length - 1;
}

/** In the form of the log's own lines. */
function tellDropped(lines: number): string {
  const msg = 'so many lines of this log were dropped: its reader did not read';
  return `${JSON.stringify({ level: 40, time: Date.now(), lines, msg })}\n`;
}

/**
 * Writes together what came in one tick: a thousand clients that log in at once are a thousand lines, and one write instead of a
 * sixth of the work. `flush` writes at once what waits; call it before the process ends.
 */
export function createTickWriter(writer: TextWriter): TickWriter {
  let waiting = '';
  let droppedLines = 0;

  function flush(): void {
    if (waiting === '') return;
    const text = waiting;
    waiting = '';
    if (writer.writableLength > unreadBytesMax) {
      droppedLines += countLines(text);
      return;
    }
    const said = droppedLines === 0 ? '' : tellDropped(droppedLines);
    droppedLines = 0;
    writer.write(said + text);
  }

  return {
    flush,
    write(text) {
      if (waiting === '') setImmediate(flush);
      waiting += text;
    },
  };
}
