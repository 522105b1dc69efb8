import { Writable } from 'node:stream';

/** What shows typed characters: a terminal that can be silent while a secret is typed. */
export interface Echo extends Writable {
  isMuted: boolean;
}

/** The part of a terminal that lines are laid out by. */
interface Screen extends NodeJS.WritableStream {
  readonly columns?: number;
}

export function createEcho(terminal: Screen): Echo {
  const writable = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      if (!echo.isMuted) terminal.write(chunk);
      done();
    },
  });
  const echo: Echo = Object.assign(writable, { isMuted: false });
  // Lines that are longer than the terminal is wide are drawn by its width.
  Object.defineProperty(echo, 'columns', { get: () => terminal.columns });
  return echo;
}
