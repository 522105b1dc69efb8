/**
 * Runs the built program, `bin/relay.js`, as a process of its own, the way people and scripts do. `npm test` builds `dist`
 * before; after a change in `src`, `npm run bundle` does. SOFTLAB_RELAY_BIN names another relay.js, an installed one for instance.
 * A key where none may be fails the test that started the program (`key-watch.ts`).
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkArguments, checkOutput, checkStore } from './key-watch.ts';
import {
  makeTemporaryFolder,
  type RunOptions,
  type RunResult,
  runToEnd,
  type SpawnOptions,
  spawnWatched,
  type WatchedProcess,
} from './watched-process.ts';

export { makeTemporaryFolder } from './watched-process.ts';

/** The command as it is started: `node bin/relay.js`. */
export const relayCommand: readonly [command: string, program: string] = [
  process.execPath,
  process.env.SOFTLAB_RELAY_BIN ?? join(import.meta.dirname, '..', '..', 'bin', 'relay.js'),
];

/** Starts `relay ARGS`; its standard input stays open until `endInput`. */
export function spawnRelay(
  args: readonly string[],
  options: SpawnOptions & Pick<ServeOptions, 'through'> = {},
): WatchedProcess {
  checkArguments(args);
  const [command, ...rest] = [...(options.through ?? []), ...relayCommand, ...args];
  const running = spawnWatched(command ?? '', rest, options);
  const exited = running.exited.then((result) => {
    checkOutput(args, result);
    return result;
  });
  return {
    ...running,
    exited,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await exited;
    },
  };
}

/** Runs `relay ARGS` to its end. */
export function runRelay(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return runToEnd(spawnRelay(args, options), options.input);
}

export interface ServeOptions extends SpawnOptions {
  /** An existing data folder, which stays; without one a temporary folder is made and removed. */
  readonly dataDir?: string;
  /** `{ queue_messages: '5' }` is `--limit queue_messages=5`. */
  readonly limits?: Readonly<Record<string, string>>;
  /** 0, a free port, unless said. */
  readonly port?: number;
  readonly args?: readonly string[];
  /** A command that becomes the relay, such as `prlimit --nofile=120`; none unless said. */
  readonly through?: readonly string[];
}

export interface BootstrapKeys {
  readonly user: string;
  readonly authKey: string;
  readonly adminKey: string;
}

export interface ServedRelay extends AsyncDisposable {
  /** `ws://127.0.0.1:PORT/ws/connect/` */
  readonly url: string;
  /** `http://127.0.0.1:PORT` */
  readonly http: string;
  readonly port: number;
  readonly dataDir: string;
  /** The keys that the first start of an empty data folder prints. */
  readonly bootstrap: BootstrapKeys | undefined;
  readonly process: WatchedProcess;
  /** RELAY_URL, RELAY_AUTH_KEY and RELAY_ADMIN_KEY of the first start, for `runRelay`. */
  readonly env: Readonly<Record<string, string>>;
  /** Sends the signal (SIGTERM unless said) and resolves when the process is gone. */
  stop(signal?: NodeJS.Signals): Promise<RunResult>;
}

function readBootstrap(stdout: string): BootstrapKeys | undefined {
  const line = stdout.split('\n').find((text) => text.includes('"event":"bootstrap"'));
  if (line === undefined) return undefined;
  const { user, auth_key, admin_key } = JSON.parse(line);
  return { user, authKey: auth_key, adminKey: admin_key };
}

/** Starts `relay serve --json` on a free port and resolves when it accepts connections. */
export async function startServe(options: ServeOptions = {}): Promise<ServedRelay> {
  const temporary = options.dataDir === undefined ? makeTemporaryFolder() : undefined;
  const dataDir = options.dataDir ?? join(temporary ?? '', 'data');
  const limits = Object.entries(options.limits ?? {}).flatMap(([name, value]) => ['--limit', `${name}=${value}`]);
  const args = ['serve', '--json', '--port', String(options.port ?? 0), '--data', dataDir, ...limits];
  const relay = spawnRelay([...args, ...(options.args ?? [])], options);

  const removeFolder = () => {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  };
  const match = await relay.stdout.waitFor(/^(\{"event":"listening".*\})\n/m).catch(async (error) => {
    await relay[Symbol.asyncDispose]();
    removeFolder();
    throw error;
  });
  const { url, http } = JSON.parse(match[1] ?? '');
  const bootstrap = readBootstrap(relay.stdout.text());
  return {
    url,
    http,
    port: Number(new URL(http).port),
    dataDir,
    bootstrap,
    process: relay,
    env: {
      RELAY_URL: url,
      ...(bootstrap === undefined ? {} : { RELAY_AUTH_KEY: bootstrap.authKey, RELAY_ADMIN_KEY: bootstrap.adminKey }),
    },
    stop(signal = 'SIGTERM') {
      relay.kill(signal);
      return relay.exited;
    },
    async [Symbol.asyncDispose]() {
      try {
        await relay[Symbol.asyncDispose]();
        checkStore(dataDir);
      } finally {
        removeFolder();
      }
    },
  };
}
