/**
 * A real pseudo terminal (node-pty) with a program in it, and a terminal emulator (xterm) that draws what the program writes and
 * answers what it asks. Nothing waits for time: the screen is looked at after everything that is written.
 */
import { rmSync } from 'node:fs';
import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { makeTemporaryFolder } from '../watched-process.ts';
import { type CellRow, readCells, textOf } from './cells.ts';
import { bytesOfKey } from './keys.ts';

const patienceMs = Number(process.env.TERMINAL_PATIENCE_MS ?? 60_000);

export interface HeadlessOptions {
  readonly columns: number;
  readonly rows: number;
  readonly command: readonly string[];
  /** The whole environment, but for HOME, PATH, TERM and what Ink needs. */
  readonly env?: Readonly<Record<string, string>>;
  /** Home and working folder; a fresh one unless said, removed in the end. */
  readonly home?: string;
}

export interface Exit {
  readonly exitCode: number;
  readonly signal?: number | undefined;
}

/** Where the cursor stands, from 0, and what the program has switched on. */
export interface TerminalModes {
  readonly cursor: { readonly row: number; readonly column: number } | 'hidden';
  readonly isAlternate: boolean;
  readonly mouse: string;
  readonly title: string;
}

export interface HeadlessTerminal extends AsyncDisposable {
  readonly home: string;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  cells(): readonly CellRow[];
  text(): string;
  modes(): TerminalModes;
  /** Everything that was copied to the clipboard of the terminal (OSC 52), as it came. */
  readonly copied: readonly string[];
  /** Resolves as soon as `look` answers something, now or after a frame; rejects when the time is over, or the program. */
  waitUntil<Seen>(look: () => Seen | undefined, what: () => string, withinMs?: number): Promise<Seen>;
  /** Resolves with the screen as soon as it shows this; rejects with the screen when it never does. */
  waitFor(pattern: RegExp): Promise<string>;
  /** Types characters, or any bytes, in one piece. */
  type(text: string): void;
  /** Presses keys by the names of the table, one after the other. */
  press(...keys: readonly string[]): void;
  resize(columns: number, rows: number): void;
  /** Ends the terminal as closing its window does. */
  close(): void;
}

/** What xterm knows and does not tell: whether the cursor is shown, the title, the clipboard. */
function watchModes(terminal: xterm.Terminal) {
  const watched = { isCursorShown: true, title: '', copied: [] as string[] };
  const onCursor = (isShown: boolean) => (params: readonly (number | number[])[]) => {
    if (params.includes(25)) watched.isCursorShown = isShown;
    return false;
  };
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'h' }, onCursor(true));
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'l' }, onCursor(false));
  terminal.parser.registerOscHandler(52, (data) => {
    watched.copied.push(data);
    return true;
  });
  terminal.onTitleChange((title) => {
    watched.title = title;
  });
  return watched;
}

/** Those who wait for something on the screen. */
function createWatch(screen: () => string) {
  const looks = new Set<() => void>();
  let ending: string | undefined;

  function waitUntil<Seen>(look: () => Seen | undefined, what: () => string, withinMs: number): Promise<Seen> {
    const { promise, resolve, reject } = Promise.withResolvers<Seen>();
    const fail = (why: string): void => reject(new Error(`${why} ${what()}; it shows\n${screen()}`));
    const timer = setTimeout(() => fail('the terminal never showed'), withinMs);
    const check = (): void => {
      const seen = look();
      if (seen !== undefined) resolve(seen);
      else if (ending !== undefined) fail(`${ending} without`);
    };
    looks.add(check);
    check();
    return promise.finally(() => {
      clearTimeout(timer);
      looks.delete(check);
    });
  }

  return {
    waitUntil,
    changed(): void {
      for (const look of looks) look();
    },
    end(how: string): void {
      ending = how;
      for (const look of looks) look();
    },
  };
}

function spawnIn(home: string, { columns, rows, command, env }: HeadlessOptions): IPty {
  const [file = '', ...args] = command;
  // CI would keep Ink from drawing.
  const variables = { HOME: home, PATH: process.env.PATH ?? '', CI: 'false', LANG: 'C.UTF-8', TZ: 'UTC', ...env };
  return spawn(file, args, { name: 'xterm-256color', cols: columns, rows, cwd: home, env: variables });
}

function modesOf(terminal: xterm.Terminal, watched: ReturnType<typeof watchModes>): TerminalModes {
  const { cursorX: column, cursorY: row, type } = terminal.buffer.active;
  return {
    cursor: watched.isCursorShown ? { row, column } : 'hidden',
    isAlternate: type === 'alternate',
    mouse: terminal.modes.mouseTrackingMode,
    title: watched.title,
  };
}

export function openHeadless(options: HeadlessOptions): HeadlessTerminal {
  const { columns, rows } = options;
  const home = options.home ?? makeTemporaryFolder();
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const pty = spawnIn(home, options);
  const modes = watchModes(terminal);
  const text = (): string => readCells(terminal).map(textOf).join('\n');
  const watch = createWatch(text);
  const { promise: exited, resolve: exit } = Promise.withResolvers<Exit>();
  let isGone = false;

  pty.onData((data) => terminal.write(data, watch.changed));
  terminal.onData((answer) => pty.write(answer));
  pty.onExit((ended) => {
    isGone = true;
    // What it wrote last is drawn first.
    terminal.write('', () => {
      watch.end(`the program ended with ${ended.exitCode || `signal ${ended.signal}`}`);
      exit(ended);
    });
  });

  const waitUntil: HeadlessTerminal['waitUntil'] = (look, what, withinMs = patienceMs) =>
    watch.waitUntil(look, what, withinMs);

  return {
    home,
    pid: pty.pid,
    exited,
    cells: () => readCells(terminal),
    text,
    copied: modes.copied,
    modes: () => modesOf(terminal, modes),
    waitUntil,
    async waitFor(pattern) {
      return await waitUntil(
        () => (pattern.test(text()) ? text() : undefined),
        () => String(pattern),
      );
    },
    type: (typed) => pty.write(typed),
    press(...keys) {
      for (const key of keys) pty.write(bytesOfKey(key));
    },
    resize(newColumns, newRows) {
      terminal.resize(newColumns, newRows);
      pty.resize(newColumns, newRows);
    },
    close: () => pty.kill('SIGHUP'),
    async [Symbol.asyncDispose]() {
      if (!isGone) pty.kill('SIGKILL');
      await exited;
      terminal.dispose();
      if (options.home === undefined) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
