/**
 * A real terminal for the commander: a shell in tmux, whose screen is read as text. Nothing waits for time: the screen is
 * looked at until it shows what is expected.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { relayCommand } from './built-relay.ts';
import { makeTemporaryFolder } from './watched-process.ts';

const run = promisify(execFile);
const lookMs = 50;
const patienceMs = Number(process.env.TERMINAL_PATIENCE_MS ?? 60_000);
/** What the shell writes where somebody would type. */
const prompt = 'shell-is-ready';

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  /** Home of the shell; a fresh one unless said, removed in the end. */
  readonly home?: string;
}

export interface Terminal extends AsyncDisposable {
  readonly home: string;
  screen(): Promise<string>;
  /** Resolves with the screen as soon as it shows this; rejects with the screen when it never does. */
  waitFor(pattern: RegExp): Promise<string>;
  /** Types characters as they are. */
  type(text: string): Promise<void>;
  /** Presses keys by the names of tmux: `Enter`, `Escape`, `C-c`. */
  press(...keys: readonly string[]): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  /** One of the formats of tmux: `#{cursor_flag}`. */
  ask(format: string): Promise<string>;
  /** Starts the commander in the shell with these variables, and resolves when it shows this. */
  startCommander(env: Readonly<Record<string, string>>, shows: RegExp, flags?: string): Promise<string>;
  /** The same in the place of the shell, and again whenever it ends: nothing that is typed is ever obeyed by a shell. */
  startAgainAndAgain(env: Readonly<Record<string, string>>, shows: RegExp): Promise<string>;
  /** Resolves with the screen of the shell, which is behind the commander and comes back. */
  waitForShell(): Promise<string>;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The command line that starts the commander as a person would, with nothing of this machine's own set-up. */
function commandLine(home: string, env: Readonly<Record<string, string>>, flags: string): string {
  // CI would keep Ink from drawing; TERM is what tmux gives its shell.
  const variables = { HOME: home, PATH: process.env.PATH ?? '', CI: 'false', LANG: 'C.UTF-8', ...env };
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${quote(value)}`);
  return `env -i TERM="$TERM" ${assignments.join(' ')} ${relayCommand.map(quote).join(' ')} ${flags}`;
}

export async function openTerminal({ columns, rows, home }: TerminalOptions): Promise<Terminal> {
  const folder = home ?? makeTemporaryFolder();
  const socket = `softlab-relay-test-${randomUUID().slice(0, 8)}`;
  const tmux = async (...args: readonly string[]): Promise<string> =>
    (await run('tmux', ['-u', '-L', socket, '-f', '/dev/null', ...args], { cwd: folder })).stdout;

  const screen = (): Promise<string> => tmux('capture-pane', '-p');
  const type = async (text: string): Promise<void> => {
    // tmux takes a lone ; at the end for its own.
    await tmux('send-keys', '-l', '--', text.replace(/;$/, '\\;'));
  };
  const press = async (...keys: readonly string[]): Promise<void> => {
    await tmux('send-keys', ...keys);
  };

  async function waitFor(pattern: RegExp): Promise<string> {
    const deadlineMs = Date.now() + patienceMs;
    for (;;) {
      const shown = await screen();
      if (pattern.test(shown)) return shown;
      if (Date.now() > deadlineMs) throw new Error(`the terminal never showed ${pattern}; it shows\n${shown}`);
      await setTimeout(lookMs);
    }
  }

  const shell = `env PS1='${prompt} ' HOME=${quote(folder)} bash --norc --noprofile -i`;
  await tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), shell);
  await waitFor(new RegExp(prompt));

  return {
    home: folder,
    screen,
    waitFor,
    type,
    press,
    async resize(newColumns, newRows) {
      await tmux('resize-window', '-x', String(newColumns), '-y', String(newRows));
    },
    ask: async (format) => (await tmux('display-message', '-p', format)).trim(),
    async startCommander(env, shows, flags = '') {
      // A clear screen first: the command line itself is long, and holds words that tests look for.
      await type(`clear; echo before-the-commander; ${commandLine(folder, env, flags)}; echo "exit code $?"`);
      await press('Enter');
      return await waitFor(shows);
    },
    async startAgainAndAgain(env, shows) {
      const script = join(folder, 'again.sh');
      writeFileSync(script, `while :; do\n${commandLine(folder, env, '')}\ndone\n`);
      await type(`clear; exec sh ${quote(script)}`);
      await press('Enter');
      return await waitFor(shows);
    },
    waitForShell: () => waitFor(/exit code \d+/),
    async [Symbol.asyncDispose]() {
      await tmux('kill-server').catch(() => undefined);
      if (home === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
