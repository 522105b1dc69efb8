/**
 * Runs the built program, `bin/relay.js`, as a process of its own, the way people and scripts do. `npm test` builds `dist`
 * before; after a change in `src`, `npm run bundle` does. SOFTLAB_RELAY_BIN names another relay.js, an installed one for instance.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

const program = process.env.SOFTLAB_RELAY_BIN ?? join(import.meta.dirname, '..', '..', 'bin', 'relay.js');

export interface Exit {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunResult extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpawnOptions {
  /** Added to an environment that holds PATH and a folder of its own for everything else; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

export interface RelayProcess extends AsyncDisposable {
  readonly pid: number;
  readonly stdout: WatchedText;
  readonly stderr: WatchedText;
  /** Resolves when the process is gone and its output is read to the end. */
  readonly exited: Promise<RunResult>;
  write(input: string): void;
  endInput(): void;
  /** Closes the reading end of its standard output, as `head` does. */
  closeStdout(): void;
  kill(signal?: NodeJS.Signals): void;
}

export interface WatchedText {
  text(): string;
  /** Resolves with the first match, now or as soon as it is written; rejects when the process ends without one. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
}

interface Waiter {
  readonly pattern: RegExp;
  resolve(match: RegExpExecArray): void;
  reject(error: Error): void;
}

function watchText(stream: Readable): WatchedText & { end(why: () => string): void } {
  let text = '';
  let ended: (() => string) | undefined;
  let waiters: Waiter[] = [];

  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
    waiters = waiters.filter((waiter) => {
      const match = waiter.pattern.exec(text);
      if (match !== null) waiter.resolve(match);
      return match === null;
    });
  });
  return {
    text: () => text,
    waitFor(pattern) {
      const match = pattern.exec(text);
      if (match !== null) return Promise.resolve(match);
      if (ended !== undefined) return Promise.reject(new Error(`${ended()} without ${pattern}`));
      return new Promise((resolve, reject) => waiters.push({ pattern, resolve, reject }));
    },
    end(why) {
      ended = why;
      for (const waiter of waiters) waiter.reject(new Error(`${why()} without ${waiter.pattern}`));
      waiters = [];
    },
  };
}

/** A fresh folder below the system's temporary one; the caller removes it. */
export function makeTemporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'softlab-relay-test-'));
}

/** Nothing of the machine's own configuration gets in: no RELAY_ variables, no home, no profiles. */
function isolatedEnvironment(home: string, extra: SpawnOptions['env']): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: home, RELAY_CONFIG_DIR: join(home, 'config') };
  for (const [name, value] of Object.entries(extra ?? {})) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}

/** Starts `relay ARGS`; its standard input stays open until `endInput`. */
export function spawnRelay(args: readonly string[], options: SpawnOptions = {}): RelayProcess {
  const home = makeTemporaryFolder();
  const child = spawn(process.execPath, [program, ...args], {
    env: isolatedEnvironment(home, options.env),
    cwd: options.cwd ?? home,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stdout = watchText(child.stdout);
  const stderr = watchText(child.stderr);
  // A program that ends without reading its input is no failure of the test.
  child.stdin.on('error', () => {});

  const exited = new Promise<RunResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const why = () => `relay ${args.join(' ')} ended with ${code ?? signal}, saying ${stderr.text() || 'nothing'},`;
      stdout.end(why);
      stderr.end(why);
      rmSync(home, { recursive: true, force: true });
      resolve({ code, signal, stdout: stdout.text(), stderr: stderr.text() });
    });
  });

  return {
    pid: child.pid ?? 0,
    stdout,
    stderr,
    exited,
    write: (input) => void child.stdin.write(input),
    endInput: () => void child.stdin.end(),
    closeStdout: () => void child.stdout.destroy(),
    kill: (signal = 'SIGTERM') => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
}

export interface RunOptions extends SpawnOptions {
  /** What its standard input holds; empty unless said. */
  readonly input?: string;
}

/** Runs `relay ARGS` to its end. */
export async function runRelay(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  await using relay = spawnRelay(args, options);
  if (options.input !== undefined) relay.write(options.input);
  relay.endInput();
  return await relay.exited;
}

export interface ServeOptions extends SpawnOptions {
  /** An existing data folder, which stays; without one a temporary folder is made and removed. */
  readonly dataDir?: string;
  /** `{ queue_messages: '5' }` is `--limit queue_messages=5`. */
  readonly limits?: Readonly<Record<string, string>>;
  /** 0, a free port, unless said. */
  readonly port?: number;
  readonly args?: readonly string[];
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
  readonly process: RelayProcess;
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
      await relay[Symbol.asyncDispose]();
      removeFolder();
    },
  };
}
