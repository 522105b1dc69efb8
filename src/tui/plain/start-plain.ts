/** The commander as lines, for screen readers and terminals that are none: what changes is said at a bounded rate. */
import { createInterface } from 'node:readline';
import { type Commander, createCommander } from '../commander.ts';
import type { Beginning, CommanderPorts } from '../ports.ts';
import type { CommanderState } from '../state/state.ts';
import type { Terminal } from '../terminal.ts';
import { announce } from './announce.ts';
import { readLine } from './read-line.ts';

/** What has changed is said this often. */
const sayEveryMs = 1000;
/** So many lines at a time: nobody can listen to more. */
const linesMax = 8;

export interface PlainStart {
  readonly beginning: Beginning;
  readonly ports: CommanderPorts;
  readonly initial: CommanderState;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** At most so many lines, and how many more there are. */
function bounded(lines: readonly string[]): readonly string[] {
  if (lines.length <= linesMax) return lines;
  const more = lines.length - linesMax + 1;
  return [...lines.slice(0, linesMax - 1), `and ${more} more: :last ${more} reads them, the newest last.`];
}

function createSpeaker(commander: Commander, first: CommanderState, print: (lines: readonly string[]) => void) {
  let said = first;
  return (): void => {
    const { state } = commander.store;
    const lines = bounded(announce(said, state));
    said = state;
    if (lines.length > 0) print(lines);
    // A new device is said, and nothing stays open that would have to be closed.
    if (state.overlay?.kind === 'new-device') commander.store.dispatch({ type: 'command', command: 'close-overlay' });
  };
}

/** Runs until somebody quits, with `:quit`, Ctrl+C or Ctrl+D. */
export async function startPlain({ beginning, ports, initial, terminal, signal }: PlainStart): Promise<void> {
  const commander = createCommander({ initial, ports, terminal });
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: '> ' });
  function print(said: readonly string[]): void {
    // What is being typed goes below what is said.
    process.stdout.write(`\r\u001b[K${said.join('\n')}\n`);
    lines.prompt(true);
  }
  const speak = createSpeaker(commander, { ...initial, screen: { name: 'main' } }, print);
  const timer = setInterval(() => {
    commander.store.dispatch({ type: 'ticked' });
    speak();
  }, sayEveryMs);
  lines.on('line', (line) => {
    const { actions, say } = readLine(commander.store.state, line);
    if (say.length > 0) print(say);
    for (const action of actions) commander.store.dispatch(action);
    speak();
    lines.prompt();
  });
  const leave = (): void => commander.leave();
  lines.on('close', leave);
  signal.addEventListener('abort', leave);
  process.on('SIGHUP', leave);
  try {
    print(['softlab-relay, in lines. :help says what can be typed, :quit leaves.']);
    commander.begin(beginning);
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
