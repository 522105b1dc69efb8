import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { timerMsMax } from '../sending/awaited.ts';

/** Between the request to end and the end: so long a child may clean up. */
const graceMs = 2_000;
/** What a child leaves running in the background may hold its output open: so long the output is read after its end. */
const outputGraceMs = 500;

export interface ChildRequest {
  /** As a shell reads it. */
  readonly command: string;
  readonly input: string;
  readonly killAfterMs: number;
  /** Output beyond it is read and dropped, so that the child goes on. */
  readonly outputBytesMax: number;
}

export interface ChildResult {
  /** Its exit code, or 128 and the number of the signal that ended it, as a shell says it. */
  readonly exit: number;
  readonly output: string;
  readonly isCut: boolean;
  /** Whether it was ended because its time was over. */
  readonly isKilled: boolean;
  readonly durationMs: number;
}

/** A process that runs. */
export interface Child {
  /** Rejects when it could not be started. */
  readonly result: Promise<ChildResult>;
  /** Asks it and all that it started to end, and ends them a moment later. */
  stop(): void;
  /** Ends them now. */
  kill(): void;
}

/** Collects what fits and drops the rest. */
function collect(stream: Readable, bytesMax: number) {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isCut = false;
  stream.on('data', (chunk: Buffer) => {
    const room = bytesMax - bytes;
    isCut ||= chunk.length > room;
    if (room <= 0) return;
    chunks.push(chunk.subarray(0, room));
    bytes += Math.min(chunk.length, room);
  });
  return {
    // A character that the cut went through is left out.
    text: () => new TextDecoder('utf-8').decode(Buffer.concat(chunks), { stream: isCut }),
    isCut: () => isCut,
  };
}

/** The child stands in a process group of its own, so that what it started ends with it. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}

function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

/** Starts a command with a text on its standard input; its standard error is that of this process. */
export function runChild({ command, input, killAfterMs, outputBytesMax }: ChildRequest): Child {
  const startedAtMs = performance.now();
  const result = Promise.withResolvers<ChildResult>();
  const child = spawn(command, {
    shell: true,
    detached: process.platform !== 'win32',
    stdio: ['pipe', 'pipe', 'inherit'],
    windowsHide: true,
  });
  const output = collect(child.stdout, outputBytesMax);
  let isKilled = false;
  let graceTimer: NodeJS.Timeout | undefined;

  function kill(): void {
    signalGroup(child, 'SIGKILL');
    child.stdout.destroy();
  }

  function stop(): void {
    signalGroup(child, 'SIGTERM');
    graceTimer ??= setTimeout(kill, graceMs);
  }

  const deadline = setTimeout(
    () => {
      isKilled = true;
      stop();
    },
    Math.min(killAfterMs, timerMsMax),
  );
  // A child that does not read its input is no failure.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${input}\n`);
  child.once('error', (error) => {
    clearTimeout(deadline);
    result.reject(error);
  });
  child.once('exit', () => {
    clearTimeout(deadline);
    graceTimer ??= setTimeout(() => child.stdout.destroy(), outputGraceMs);
  });
  child.once('close', (code, signal) => {
    clearTimeout(graceTimer);
    result.resolve({
      exit: exitCodeOf(code, signal),
      output: output.text(),
      isCut: output.isCut(),
      isKilled,
      durationMs: Math.round(performance.now() - startedAtMs),
    });
  });
  return { result: result.promise, stop, kill };
}
