/** The commander as lines, for screen readers and terminals that are none: what changes is said at a bounded rate. */
import { createInterface, type Interface } from 'node:readline';
import { type Commander, createCommander } from '../commander.ts';
import type { Beginning, CommanderPorts } from '../ports.ts';
import type { CommanderState } from '../state/state.ts';
import type { Terminal } from '../terminal.ts';
import { announce, bounded } from './announce.ts';
import { askedSince } from './asked.ts';
import { completeLine } from './complete-line.ts';
import { createEcho } from './echo.ts';
import type { Lines } from './lines.ts';
import { isSecretNext, readLine } from './read-line.ts';

/** What has changed is said this often. */
const sayEveryMs = 1000;

export interface PlainStart {
  readonly beginning: Beginning;
  readonly ports: CommanderPorts;
  readonly initial: CommanderState;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

function createSpeaker({ store }: Commander, first: CommanderState, print: (lines: Lines) => void) {
  let said = first;
  return (): void => {
    const { state } = store;
    const lines = [...askedSince(said, state), ...bounded(announce(said, state))];
    said = state;
    if (lines.length > 0) print(lines);
  };
}

interface OpenLines {
  readonly lines: Interface;
  /** Somebody else has the terminal: nothing is said and nothing is read. */
  readonly isLent: boolean;
  print(said: Lines): void;
  hush(): void;
  /** Gives the terminal to something else. */
  lend(during: () => Promise<void>): Promise<void>;
}

/** Reads lines until they end; what is secret is neither shown nor kept for the arrow keys. */
function openLines(commander: Commander): OpenLines {
  const echo = createEcho(process.stdout);
  const lines = createInterface({
    input: process.stdin,
    output: echo,
    terminal: true,
    prompt: '> ',
    completer: (line: string) => completeLine(commander.store.state, line),
  });
  lines.on('history', (history: string[]) => {
    if (echo.isMuted) history.shift();
  });
  let isLent = false;
  let isClosed = false;
  lines.on('close', () => {
    isClosed = true;
  });
  return {
    lines,
    get isLent() {
      return isLent;
    },
    print(said) {
      // What is being typed goes below what is said.
      process.stdout.write(`\r\u001b[K${said.join('\n')}\n`);
      lines.prompt(true);
    },
    hush() {
      echo.isMuted = isSecretNext(commander.store.state);
    },
    async lend(during) {
      isLent = true;
      lines.pause();
      process.stdin.setRawMode(false);
      try {
        await during();
      } finally {
        isLent = false;
        // Whoever quit meanwhile gets the terminal as it was.
        if (!isClosed) {
          process.stdin.setRawMode(true);
          lines.prompt();
        }
      }
    },
  };
}

/** Runs until somebody quits, with `:quit`, Ctrl+C or Ctrl+D. */
export async function startPlain({ beginning, ports, initial, terminal, signal }: PlainStart): Promise<void> {
  const commander = createCommander({ initial, ports, terminal });
  const opened = openLines(commander);
  const { lines, print, hush } = opened;
  const sayNews = createSpeaker(commander, { ...initial, screen: { name: 'main' } }, print);
  const speak = (): void => {
    if (!opened.isLent) sayNews();
  };
  terminal.setSuspender(opened.lend);
  const timer = setInterval(() => {
    commander.store.dispatch({ type: 'ticked' });
    hush();
    speak();
  }, sayEveryMs);
  lines.on('line', (line) => {
    const { actions, say } = readLine(commander.store.state, line);
    if (say.length > 0) print(say);
    for (const action of actions) commander.store.dispatch(action);
    hush();
    speak();
    if (!opened.isLent) lines.prompt();
  });
  const leave = (): void => commander.leave();
  lines.on('close', leave);
  signal.addEventListener('abort', leave);
  process.on('SIGHUP', leave);
  try {
    print(['softlab-relay, in lines. :help says what can be typed, :quit leaves.']);
    commander.begin(beginning);
    speak();
    if (signal.aborted) leave();
    await commander.left;
  } finally {
    clearInterval(timer);
    lines.close();
    signal.removeEventListener('abort', leave);
    process.off('SIGHUP', leave);
    await commander.close();
  }
}
