/** The examples of src/sdk/examples as their readers run them, each with its real runtime. */
import { chmodSync, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { debianPython, type ToolName } from '../../tools.ts';
import { startBrowser } from '../browser.ts';
import { relayCommand, type ServedRelay } from '../built-relay.ts';
import { downloadClient } from '../python-client/python-client.ts';
import { makeTemporaryFolder, spawnWatched } from '../watched-process.ts';

const folder = join(import.meta.dirname, '../../../src/sdk/examples');

/** A running example. */
export interface RunningExample extends AsyncDisposable {
  /** Resolves when what it shows fits. */
  untilShown(pattern: RegExp): Promise<unknown>;
  /** Ends it without a goodbye. */
  kill(): Promise<void>;
}

export interface Example {
  readonly name: string;
  readonly needs: ToolName | undefined;
  commander(relay: ServedRelay, authKey: string): Promise<RunningExample>;
  worker(relay: ServedRelay, deviceToken: string): Promise<RunningExample>;
}

function startProgram(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cleanUp = () => {},
): RunningExample {
  const program = spawnWatched(command, args, { env });
  return {
    // Programs may show things on either of their outputs.
    untilShown: (pattern) => Promise.any([program.stdout.waitFor(pattern), program.stderr.waitFor(pattern)]),
    async kill() {
      program.kill('SIGKILL');
      await program.exited;
    },
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      cleanUp();
    },
  };
}

function environment(relay: ServedRelay, credentials: Readonly<Record<string, string>>) {
  return { RELAY_URL: relay.url, RELAY_HTTP: relay.http, ...credentials };
}

/** An example that is one file and one command. */
function plain(name: string, needs: ToolName | undefined, command: string, files: readonly [string, string]): Example {
  const [commander, worker] = files.map((file) => join(folder, name, file));
  return {
    name,
    needs,
    commander: async (relay, authKey) =>
      startProgram(command, [commander ?? ''], environment(relay, { RELAY_AUTH_KEY: authKey })),
    worker: async (relay, deviceToken) =>
      startProgram(command, [worker ?? ''], environment(relay, { RELAY_DEVICE_TOKEN: deviceToken })),
  };
}

/** Python examples stand beside the relay_client.py that their relay serves. */
const python: Example = {
  name: 'python',
  needs: 'python3-websocket',
  commander: (relay, authKey) => startPython(relay, 'commander.py', { RELAY_AUTH_KEY: authKey }),
  worker: (relay, deviceToken) => startPython(relay, 'worker.py', { RELAY_DEVICE_TOKEN: deviceToken }),
};

async function startPython(relay: ServedRelay, file: string, credentials: Readonly<Record<string, string>>) {
  const place = await downloadClient(relay);
  copyFileSync(join(folder, 'python', file), join(place, file));
  return startProgram(debianPython, [join(place, file)], credentials, () =>
    rmSync(place, { recursive: true, force: true }),
  );
}

/** The worker in bash needs the relay command on its PATH. */
const bash: Example = {
  ...plain('bash', 'curl', 'bash', ['commander.sh', 'worker.sh']),
  async worker(relay, deviceToken) {
    const place = makeTemporaryFolder();
    const [node, program] = relayCommand;
    writeFileSync(join(place, 'relay'), `#!/bin/sh\nexec '${node}' '${program}' "$@"\n`);
    chmodSync(join(place, 'relay'), 0o755);
    const path = `${place}:${process.env.PATH}`;
    const env = { ...environment(relay, { RELAY_DEVICE_TOKEN: deviceToken }), PATH: path };
    return startProgram(join(folder, 'bash/worker.sh'), [], env, () => rmSync(place, { recursive: true, force: true }));
  },
};

const browser: Example = {
  name: 'browser',
  needs: 'chromium',
  commander: (relay, authKey) => openExample(relay, 'commander.html', 'Key', authKey),
  worker: (relay, deviceToken) => openExample(relay, 'worker.html', 'Device token', deviceToken),
};

async function openExample(relay: ServedRelay, file: string, label: string, secret: string): Promise<RunningExample> {
  const opened = await startBrowser();
  const page = await opened.newPage();
  await page.goto(pathToFileURL(join(folder, 'browser', file)).href);
  await page.getByLabel('Relay').fill(relay.url);
  await page.getByLabel(label).fill(secret);
  await page.getByRole('button').click();
  return {
    untilShown: (pattern) => page.getByRole('log').filter({ hasText: pattern }).waitFor(),
    kill: () => page.close(),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

export const examples: readonly Example[] = [
  python,
  plain('node', undefined, process.execPath, ['commander.mjs', 'worker.mjs']),
  browser,
  plain('java', 'java', 'java', ['Commander.java', 'Worker.java']),
  bash,
];
