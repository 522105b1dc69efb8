/** What a log writes to. */
export interface TextWriter {
  write(text: string): unknown;
}

/**
 * Writes together what came in one tick: a thousand clients that log in at once are a thousand lines, and one write instead of a
 * sixth of the work. `flush` writes at once what waits; call it before the process ends.
 */
export function createTickWriter(writer: TextWriter): TextWriter & { flush(): void } {
  let waiting = '';

  function flush(): void {
    if (waiting === '') return;
    const text = waiting;
    waiting = '';
    writer.write(text);
  }

  return {
    flush,
    write(text) {
      if (waiting === '') setImmediate(flush);
      waiting += text;
    },
  };
}
