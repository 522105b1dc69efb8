/** Servers as processes of their own, on this machine, stopped by the handle that started them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

export const loopback = '127.0.0.1';
const startTimeoutMs = 15_000;
const stopTimeoutMs = 5000;
const connectRetryMs = 25;

export interface ServerProcess extends AsyncDisposable {
  readonly pid: number;
  isAlive(): boolean;
  /** Resolves with the first answer of `read` to a line of standard output. */
  waitForLine<Value>(read: (line: string) => Value | undefined): Promise<Value>;
}

function isAlive(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function stop(child: ChildProcess): Promise<void> {
  if (!isAlive(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await exited;
  clearTimeout(timer);
}

/** What it says on standard error is shown only when it does not start. */
export function startProcess(command: string, args: readonly string[]): ServerProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let talk = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    talk = (talk + text).slice(-2000);
  });
  // A bench that is broken off leaves no server behind.
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  const lines = createInterface({ input: child.stdout });
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${command} ${args.join(' ')} ended: ${talk || 'it said nothing'}`)));
  });
  ended.catch(() => {});
  return {
    pid: child.pid ?? 0,
    isAlive: () => isAlive(child),
    waitForLine<Value>(read: (line: string) => Value | undefined) {
      const found = new Promise<Value>((resolve) => {
        lines.on('line', (line) => {
          const value = read(line);
          if (value !== undefined) resolve(value);
        });
      });
      return Promise.race([found, ended, rejectAfter(startTimeoutMs, `${command} does not say that it listens`)]);
    },
    [Symbol.asyncDispose]: () => stop(child),
  };
}

async function rejectAfter(timeoutMs: number, why: string): Promise<never> {
  await sleep(timeoutMs, undefined, { ref: false });
  throw new Error(why);
}

/** A port that was free a moment ago, for servers that cannot say which one they took. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, loopback);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a listening socket has no port');
  return address.port;
}

/** Resolves when something accepts connections on this port. */
export async function untilListening(port: number): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    const socket = connect(port, loopback);
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    if (performance.now() - startMs > startTimeoutMs) throw new Error(`nothing listens on port ${port}`);
    await sleep(connectRetryMs);
  }
}

export interface TemporaryFolder extends Disposable {
  readonly path: string;
}

export function makeTemporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'softlab-relay-bench-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
