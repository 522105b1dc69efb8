/** A program under test: what it prints is waited for, how it ends is told, and nothing of this machine's own set-up gets in. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

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

export interface WatchedProcess extends AsyncDisposable {
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

/**
 * Nothing of the machine's own configuration gets in: no RELAY_ variables, no home, no profiles. TEST_FAST_LANE sets the lane of every
 * relay that a test starts, so that the same tests run with both.
 */
function isolatedEnvironment(home: string, extra: SpawnOptions['env']): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: home, RELAY_CONFIG_DIR: join(home, 'config') };
  if (process.env.TEST_FAST_LANE !== undefined) env.RELAY_SERVE_FAST_LANE = process.env.TEST_FAST_LANE;
  for (const [name, value] of Object.entries(extra ?? {})) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}

/** Starts a program; its standard input stays open until `endInput`. */
export function spawnWatched(command: string, args: readonly string[], options: SpawnOptions = {}): WatchedProcess {
  const home = makeTemporaryFolder();
  const child = spawn(command, args, {
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
      const said = () => stderr.text() || stdout.text() || 'nothing';
      const why = () => `${[command, ...args].join(' ')} ended with ${code ?? signal}, saying ${said()},`;
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

/** Writes the input, closes it, and waits for the end. */
export async function runToEnd(process: WatchedProcess, input?: string): Promise<RunResult> {
  await using running = process;
  if (input !== undefined) running.write(input);
  running.endInput();
  return await running.exited;
}
