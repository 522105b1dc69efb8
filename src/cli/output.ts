import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { printable } from './printable.ts';

/** A stream that may be a terminal, as process.stdout is. */
export type OutputStream = Writable & { readonly isTTY?: boolean };

interface OutputOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** The two voices of a command: data on standard output, talk on standard error. */
export interface Output {
  /** `--json`: standard output holds machine-readable lines and nothing else. */
  readonly json: boolean;
  /** Whether a person reads standard output. */
  readonly isTerminal: boolean;
  /** One line of data, as it is; resolves when the stream takes more, so that a slow reader slows the command. */
  line(text: string): Promise<void>;
  /** One JSON document on one line. */
  record(value: unknown): Promise<void>;
  /** Resolves when all of the data so far is with the reader, with whether it is: a reader can go away. */
  flush(): Promise<boolean>;
  /** Rows in columns; the first row is the heading. Cells may come from outside. */
  table(rows: readonly (readonly string[])[]): Promise<void>;
  /** Talk that `-q` switches off. */
  say(text: string): void;
  /** What must be said in any case. */
  complain(text: string): void;
  /**
   * How far it is: a line at the end of a terminal's standard error that the next one, or the next thing said, takes the place of.
   * Nothing where standard error is no terminal, and with `--json` or `-q`.
   */
  progress(text: string): void;
}

type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

/** Colours text for standard output, unless NO_COLOR or the stream says no. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

function write(stream: OutputStream, text: string): Promise<void> {
  if (stream.write(text) || stream.destroyed) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  // A reader that went away never drains; main.ts ends the command then. Node lets writes to standard output go on after that.
  stream.once('drain', resolve).once('close', resolve);
  return promise.finally(() => stream.off('drain', resolve).off('close', resolve));
}

function flush(stream: OutputStream): Promise<boolean> {
  if (stream.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => stream.write('', (error) => resolve(error === null || error === undefined)));
}

/** Columns as wide as they look: a name may hold characters that take two places on the screen, or none. */
async function formatTable(rows: readonly (readonly string[])[]): Promise<string> {
  const { default: widthOf } = await import('string-width');
  const cells = rows.map((row) => row.map((cell) => printable(cell).replaceAll(/[\t\n]/g, ' ')));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))));
  const pad = (cell: string, column: number) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)));
  const [heading = '', ...body] = cells.map((row) => row.map(pad).join('  ').trimEnd());
  return [paint('dim', heading), ...body].join('\n');
}

export function createOutput({ stdout, stderr, json, quiet }: OutputOptions): Output {
  const isTerminal = stdout.isTTY === true;
  let isProgressShown = false;
  const takeProgressAway = () => {
    if (isProgressShown) stderr.write('\r\u001b[K');
    isProgressShown = false;
  };
  const complain = (text: string) => {
    takeProgressAway();
    stderr.write(`${printable(text)}\n`);
  };
  return {
    json,
    isTerminal,
    line: (text) => write(stdout, `${isTerminal && !json ? printable(text) : text}\n`),
    record: (value) => write(stdout, `${JSON.stringify(value)}\n`),
    flush: () => flush(stdout),
    table: async (rows) => write(stdout, `${await formatTable(rows)}\n`),
    say: (text) => {
      if (!quiet) complain(text);
    },
    complain,
    progress(text) {
      if (stderr.isTTY !== true || json || quiet) return;
      takeProgressAway();
      stderr.write(printable(text));
      isProgressShown = text !== '';
    },
  };
}
