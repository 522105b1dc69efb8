import type { Readable } from 'node:stream';
import { usageError } from './exit-codes.ts';

/** A longer line is no message that any relay takes; a bound on what an input can make this process hold. */
const lineCharactersMax = 64 * 1024 * 1024;

/**
 * Lines of a stream of UTF-8, without their ends; a byte order mark at the start is left out. Only a line feed ends a line: Node's
 * own reader of lines breaks them at U+2028, too, which JSON may hold. `what` says whose lines they are, for errors.
 */
export async function* readLines(stream: Readable, what: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      throw usageError(`${what} is not UTF-8`);
    }
  };
  let rest = '';
  for await (const chunk of stream) {
    rest += decode(Buffer.from(chunk));
    if (rest.length > lineCharactersMax) throw usageError(`a line of ${what} is longer than any message`);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  // Half a character at the end is one of those that are none.
  rest += decode();
  if (rest !== '') yield rest;
}
