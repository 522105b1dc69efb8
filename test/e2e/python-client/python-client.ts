/** The Python client as a process of its own, driven by a test; the file is the one that a relay serves. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianPython } from '../../tools.ts';
import type { ServedRelay } from '../built-relay.ts';
import { makeTemporaryFolder, spawnWatched } from '../watched-process.ts';

type Fields = Readonly<Record<string, unknown>>;
export type PythonEvent = Fields & { readonly event: string };

export interface PythonClient extends AsyncDisposable {
  /** The next event with this name; others that come before it wait for whoever asks for them. */
  next(event: string): Promise<PythonEvent>;
  /** Has it do something, and resolves with the event `done` or `failed`. */
  perform(command: Fields & { readonly do: string }): Promise<PythonEvent>;
  /** The same without waiting; the event comes later. */
  begin(command: Fields & { readonly do: string }): void;
  /** All events so far with this name. */
  all(event: string): PythonEvent[];
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Closes its standard input, so that its script comes to its end; resolves when the process has ended. */
  finish(): Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** Downloads the client from the relay into a fresh folder, as its users do. */
export async function downloadClient(relay: Pick<ServedRelay, 'http'>): Promise<string> {
  const response = await fetch(new URL('/relay_client.py', relay.http));
  if (response.status !== 200) throw new Error(`/relay_client.py answers ${response.status}`);
  const folder = makeTemporaryFolder();
  writeFileSync(join(folder, 'relay_client.py'), await response.text());
  return folder;
}

/** Starts a client with these options of its constructor; `handler: false` leaves `on_message` out. */
export async function startPythonClient(
  relay: Pick<ServedRelay, 'http'>,
  options: Fields,
  { isStarted = true } = {},
): Promise<PythonClient> {
  const folder = await downloadClient(relay);
  // Keys stand on no command line.
  const program = join(import.meta.dirname, 'driver.py');
  const python = spawnWatched(debianPython, [program, folder], { env: { CLIENT_OPTIONS: JSON.stringify(options) } });
  let linesRead = 0;
  const passedOver: PythonEvent[] = [];

  async function nextEvent(): Promise<PythonEvent> {
    const [, line = ''] = await python.stdout.waitFor(new RegExp(`^(?:.*\\n){${linesRead}}(.*)\\n`));
    linesRead += 1;
    return JSON.parse(line);
  }
  async function next(...names: readonly string[]): Promise<PythonEvent> {
    const index = passedOver.findIndex(({ event }) => names.includes(event));
    const [earlier] = index < 0 ? [] : passedOver.splice(index, 1);
    if (earlier !== undefined) return earlier;
    for (;;) {
      const event = await nextEvent();
      if (names.includes(event.event)) return event;
      passedOver.push(event);
    }
  }
  const write = (command: Fields) => python.write(`${JSON.stringify(command)}\n`);

  const client: PythonClient = {
    next,
    async perform(command) {
      write(command);
      return await next('done', 'failed');
    },
    begin: (command) => write({ ...command, in_background: true }),
    all: (name) =>
      python.stdout
        .text()
        .split('\n')
        .filter((line) => line !== '')
        .map((line): PythonEvent => JSON.parse(line))
        .filter(({ event }) => event === name),
    async kill(signal) {
      python.kill(signal);
      await python.exited;
    },
    async finish() {
      python.endInput();
      return await python.exited;
    },
    async [Symbol.asyncDispose]() {
      await python[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  if (isStarted) await client.perform({ do: 'start' });
  return client;
}
