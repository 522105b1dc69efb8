import { randomInt } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { render } from 'ink';
import { App } from './app.tsx';
import { type Commander, createCommander } from './commander.ts';
import { withMouse } from './mouse-input.ts';
import type { Beginning, CommanderPorts } from './ports.ts';
import { type CommanderState, initialState, type Screen } from './state/state.ts';
import type { MouseStroke } from './strokes.ts';
import { createTerminal } from './terminal.ts';
import { createLook, type LookOptions } from './text/look.ts';

export interface CommanderStart extends LookOptions {
  readonly beginning: Beginning;
  readonly ports: CommanderPorts;
  /** Ends the commander: Ctrl+C from outside, SIGTERM. */
  readonly signal: AbortSignal;
  /** Lines instead of a screen. */
  readonly isPlain: boolean;
  /** Clicks and the wheel come here from the start. */
  readonly hasMouse: boolean;
}

const tickMs = 1000;

/**
 * Ink waits this long between two frames, and again before it writes one. The store draws what comes from the network ten times a
 * second whatever this is, so that only keys are slower with less: at 60, one that met a frame waited twice for 17 ms.
 */
const framesPerSecondMax = 250;

function firstScreen(beginning: Beginning): Screen {
  if (beginning.kind === 'first-run') return { name: 'first-run', choice: 'start', problem: undefined };
  if (beginning.kind === 'connect') return { name: 'main' };
  return { name: 'busy', what: 'The relay of this machine is not running: starting it again.', form: undefined };
}

/** Ids of two commanders are never the same, or a reply to one would be taken for a reply to the other. */
function makeMessageIdPrefix(): string {
  return `c-${randomInt(36 ** 5)
    .toString(36)
    .padStart(5, '0')}`;
}

/** Leaves when it is told to and when the terminal is gone; returns how to stop listening. */
function watchLeaving(commander: Commander, signal: AbortSignal): () => void {
  const leave = (): void => commander.leave();
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave);
  process.on('SIGHUP', leave);
  process.stdin.on('end', leave);
  return () => {
    signal.removeEventListener('abort', leave);
    process.off('SIGHUP', leave);
    process.stdin.off('end', leave);
  };
}

/** A bug must not leave the terminal on the other screen without a cursor, nor its own words there. */
function watchCrash(): { readonly happened: Promise<never>; stop(): void } {
  const { promise: happened, reject } = Promise.withResolvers<never>();
  // The first one ends the commander; what follows from it while it ends says nothing new.
  process.on('uncaughtException', reject);
  return { happened, stop: () => void process.off('uncaughtException', reject) };
}

/**
 * A message lives for as long as it is in the log, which V8 takes for a reason to enlarge its nursery to 128 MB. It stays as it
 * is: the messages end in the old space anyway, and a commander is open all day. One thread cleans it: to wait until others have
 * joined in takes longer, and a key waits with it.
 */
function tuneGarbageCollection(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--no-parallel-scavenge');
}

function initialOf({ beginning }: CommanderStart): CommanderState {
  const { columns = 80, rows = 24 } = process.stdout;
  return initialState({
    size: { columns, rows },
    nowMs: Date.now(),
    messageIdPrefix: makeMessageIdPrefix(),
    screen: firstScreen(beginning),
  });
}

/**
 * Runs the commander until somebody quits; rejects with what crashed it. The terminal is restored in every case before this
 * settles.
 */
export async function startCommander(start: CommanderStart): Promise<void> {
  tuneGarbageCollection();
  const { beginning, ports, signal } = start;
  const terminal = createTerminal((sequence) => void process.stdout.write(sequence));
  const initial = initialOf(start);
  if (start.isPlain) {
    const { startPlain } = await import('./plain/start-plain.ts');
    return await startPlain({ beginning, ports, initial, terminal, signal });
  }
  const commander = createCommander({ initial, ports, terminal });
  const stopWatching = watchLeaving(commander, signal);
  const crash = watchCrash();
  const onMouse = (mouse: MouseStroke): void => commander.store.dispatch({ type: 'strokes', strokes: [{ mouse }] });
  // Before the first frame: Ink listens a moment after it, and a key typed in between would be the line discipline's.
  process.stdin.setRawMode(true);
  const instance = render(
    <App store={commander.store} look={createLook(start)} onSuspender={terminal.setSuspender} />,
    {
      alternateScreen: true,
      incrementalRendering: true,
      maxFps: framesPerSecondMax,
      exitOnCtrlC: false,
      interactive: true,
      ...(start.hasMouse ? { stdin: withMouse(process.stdin, onMouse) } : {}),
    },
  );
  terminal.setMouse(start.hasMouse);
  const ticker = setInterval(() => commander.store.dispatch({ type: 'ticked' }), tickMs);
  try {
    commander.begin(beginning);
    await Promise.race([commander.left, instance.waitUntilExit(), crash.happened]);
  } finally {
    clearInterval(ticker);
    terminal.setMouse(false);
    instance.unmount();
    await instance.waitUntilExit().catch(() => undefined);
    process.stdin.setRawMode(false);
    await commander.close();
    stopWatching();
    crash.stop();
  }
}
