/**
 * The commander under load, in a real pseudo-terminal of 120 by 36: `npm run bundle && node test/bench/commander.ts`. Its
 * first frame beside a Node that does nothing; then with 10,000 messages in the log and 1,000 a second coming: processor time,
 * how long a key takes to its echo, and memory through 200,000 messages. Needs Linux and `script` (bsdutils).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createRelayClient } from '../../src/client/relay-client.ts';
import type { RelayClient } from '../../src/client/types.ts';
import { relayCommand, type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { readCpuNs, readRssBytes } from './process-usage.ts';
import { median, percentile } from './statistics.ts';

const rounds = 9;
const senders = 20;
const perSecond = 1_000;
/** Memory is measured at a faster pace, which holds more of it at a time, not less. */
const memoryPerSecond = 4_000;
const measuredMs = 10_000;
const keys = 60;
const commander = 'bench-commander';
const bounds = { firstFrameRatio: 8, cpuPercent: 15, echoP95Ms: 30, memoryGrowth: 1.15 };

const [node, program] = relayCommand;

/** The commander in a pseudo-terminal, and everything that it writes there. */
class Terminal implements AsyncDisposable {
  readonly #script: ChildProcess;
  #output = '';
  #seen: (() => void) | undefined;

  constructor(env: Readonly<Record<string, string>>) {
    const line = `stty cols 120 rows 36; exec '${node}' '${program}'`;
    this.#script = spawn('script', ['-qfec', line, '/dev/null'], {
      env: { ...env, TERM: 'xterm-256color', CI: 'false' },
    });
    this.#script.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output = (this.#output + text).slice(-400_000);
      this.#seen?.();
    });
  }

  /** The process of the commander itself. */
  pid(): number {
    return Number(spawnSync('pgrep', ['-P', String(this.#script.pid)], { encoding: 'utf8' }).stdout.trim());
  }

  forget(): void {
    this.#output = '';
  }

  type(text: string): void {
    this.#script.stdin?.write(text);
  }

  async show(text: string): Promise<void> {
    while (!this.#output.includes(text)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#seen = resolve;
      await promise;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#script.exitCode !== null) return;
    const exited = once(this.#script, 'exit');
    this.type('\u0003');
    const timer = setTimeout(() => this.#script.kill('SIGKILL'), 5_000);
    await exited;
    clearTimeout(timer);
  }
}

function environmentOf(relay: ServedRelay): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: relay.dataDir,
    RELAY_CONFIG_DIR: relay.dataDir,
    LANG: 'C.UTF-8',
    RELAY_URL: relay.url,
    RELAY_AUTH_KEY: relay.bootstrap?.authKey ?? '',
    RELAY_SENDER: commander,
  };
}

async function timeFirstFrame(env: Readonly<Record<string, string>>): Promise<number> {
  const startedAtMs = performance.now();
  await using terminal = new Terminal(env);
  await terminal.show('Compose');
  return performance.now() - startedAtMs;
}

async function timeNothing(): Promise<number> {
  const startedAtMs = performance.now();
  await once(spawn(node, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return performance.now() - startedAtMs;
}

async function measureFirstFrame(
  env: Readonly<Record<string, string>>,
): Promise<{ frameMs: number; nothingMs: number }> {
  const frames: number[] = [];
  const nothing: number[] = [];
  // The first round fills the compile cache and is not counted.
  await timeFirstFrame(env);
  for (let round = 0; round < rounds; round++) {
    nothing.push(await timeNothing());
    frames.push(await timeFirstFrame(env));
  }
  return { frameMs: median(frames), nothingMs: median(nothing) };
}

/** Sends at a pace until it is told to stop; what a late tick missed is made up for. */
function startLoad(clients: readonly RelayClient[], rate: number): { readonly sent: () => number; stop(): void } {
  const startedAtMs = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAtMs) * rate) / 1000;
    for (; sent < due; sent++) {
      const payload = {
        type: 'temp.report',
        n: sent,
        temp: 20 + (sent % 70) / 10,
        hum: 40,
        status: 'ok',
        unit: 'celsius',
      };
      clients[sent % clients.length]?.send(commander, payload).catch(() => undefined);
    }
  }, 10);
  return { sent: () => sent, stop: () => clearInterval(timer) };
}

async function measureCpu(pid: number): Promise<number> {
  const beforeNs = readCpuNs(pid);
  const startedAtMs = performance.now();
  await delay(measuredMs);
  return (readCpuNs(pid) - beforeNs) / 1e4 / (performance.now() - startedAtMs);
}

/** Milliseconds from a key to its character on the screen. */
async function measureEcho(terminal: Terminal): Promise<readonly number[]> {
  terminal.type('i');
  await delay(300);
  const times: number[] = [];
  for (let key = 0; key < keys; key++) {
    // Each letter is typed once and comes in no message, so that nothing else can be taken for its echo.
    const letter = String.fromCodePoint(0x0410 + key);
    terminal.forget();
    const pressedAtMs = performance.now();
    terminal.type(letter);
    await terminal.show(letter);
    times.push(performance.now() - pressedAtMs);
    // Not in step with the frames.
    await delay(90 + ((key * 37) % 61));
  }
  terminal.type('\u0015\u001b');
  return times.toSorted((a, b) => a - b);
}

async function measureMemory(clients: readonly RelayClient[], pid: number): Promise<readonly number[]> {
  const load = startLoad(clients, memoryPerSecond);
  const sizes: number[] = [];
  for (const count of [50_000, 100_000, 150_000, 200_000]) {
    // The lowest of a second: what garbage collection has not come to yet is no growth.
    while (load.sent() < count) await delay(50);
    const seen: number[] = [];
    for (let look = 0; look < 10; look++) {
      seen.push(readRssBytes(pid) / 2 ** 20);
      await delay(100);
    }
    sizes.push(Math.min(...seen));
  }
  load.stop();
  return sizes;
}

async function measureLoad(relay: ServedRelay) {
  const authKey = relay.bootstrap?.authKey ?? '';
  const clients = Array.from({ length: senders }, (_, n) =>
    createRelayClient({ url: relay.url, credentials: { authKey, sender: `sensor-${String(n).padStart(3, '0')}` } }),
  );
  await Promise.all(clients.map((client) => client.ready()));
  await using terminal = new Terminal(environmentOf(relay));
  await terminal.show('Compose');
  const pid = terminal.pid();
  const load = startLoad(clients, perSecond);
  tell('10,000 messages');
  while (load.sent() < 10_500) await delay(100);
  tell('processor time');
  const cpuPercent = await measureCpu(pid);
  tell('echo of keys');
  const echo = await measureEcho(terminal);
  load.stop();
  tell('200,000 messages');
  const memoryMiB = await measureMemory(clients, pid);
  await Promise.all(clients.map((client) => client.close()));
  return { cpuPercent, echo, memoryMiB };
}

function row(what: string, value: string, bound: string, isKept: boolean): string {
  if (!isKept) process.exitCode = 1;
  return `| ${what} | ${value} | ${bound} | ${isKept ? 'yes' : 'NO'} |`;
}

const tell = (text: string) => process.stderr.write(`${text}\n`);
await using relay = await startServe();
tell('first frames');
const { frameMs, nothingMs } = await measureFirstFrame(environmentOf(relay));
const { cpuPercent, echo, memoryMiB } = await measureLoad(relay);
const ratio = frameMs / nothingMs;
const echoP50Ms = percentile(echo, 0.5);
const echoP95Ms = percentile(echo, 0.95);
const [first = Number.NaN] = memoryMiB;
const growth = (memoryMiB.at(-1) ?? Number.NaN) / first;
process.stdout.write(
  `${[
    '| the commander, 120 by 36 | measured | at most | kept |',
    '|---|---:|---:|---|',
    row(
      'first frame, × `node -e 0`',
      `${ratio.toFixed(1)} (${frameMs.toFixed(0)} ms, ${nothingMs.toFixed(0)} ms)`,
      String(bounds.firstFrameRatio),
      ratio <= bounds.firstFrameRatio,
    ),
    row(
      `processor, ${perSecond} messages a second`,
      `${cpuPercent.toFixed(1)} % of a core`,
      `${bounds.cpuPercent} %`,
      cpuPercent <= bounds.cpuPercent,
    ),
    row(
      'echo of a key meanwhile, p95 (p50)',
      `${echoP95Ms.toFixed(0)} ms (${echoP50Ms.toFixed(0)} ms)`,
      `${bounds.echoP95Ms} ms`,
      echoP95Ms <= bounds.echoP95Ms,
    ),
    row(
      'memory at 50,000 to 200,000 messages',
      `${memoryMiB.map((size) => size.toFixed(0)).join(', ')} MiB`,
      `× ${bounds.memoryGrowth}`,
      growth <= bounds.memoryGrowth,
    ),
  ].join('\n')}\n`,
);
