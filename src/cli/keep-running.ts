/** The relay of this machine as a process of its own, when the commander that it ran in is left. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createRelayHttp } from '../client/http.ts';
import { CommandError, exitCodes } from './exit-codes.ts';

const readyWithinMs = 10_000;
const lookMs = 100;

export interface RelayProcess {
  readonly pid: number;
  /** What it says goes here. */
  readonly logFile: string;
}

async function waitUntilReady(url: string, hasEnded: () => boolean): Promise<boolean> {
  const deadlineMs = Date.now() + readyWithinMs;
  const http = createRelayHttp({ url, timeoutMs: 1000 });
  try {
    while (Date.now() < deadlineMs && !hasEnded()) {
      const isReady = await http.health().then(
        () => true,
        () => false,
      );
      if (isReady) return true;
      await delay(lookMs);
    }
    return false;
  } finally {
    await http.close();
  }
}

/**
 * Starts `relay serve` on this data at this address, apart from this terminal, and resolves when it is ready. Throws
 * `CommandError` when it does not get ready.
 */
export async function startRelayProcess(url: string, dataDir: string): Promise<RelayProcess> {
  const { hostname, port } = new URL(url);
  const logFile = join(dataDir, 'serve.log');
  const log = openSync(logFile, 'a', 0o600);
  const [, program = ''] = process.argv;
  const args = [program, 'serve', '--host', hostname, '--port', port, '--data', dataDir];
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let hasEnded = false;
  child.on('exit', () => {
    hasEnded = true;
  });
  child.on('error', () => {
    hasEnded = true;
  });
  const isReady = await waitUntilReady(url, () => hasEnded);
  child.unref();
  if (isReady && child.pid !== undefined) return { pid: child.pid, logFile };
  throw new CommandError(
    exitCodes.failed,
    `the relay at ${url} does not run: it was started again and did not get ready, ${logFile} says why`,
  );
}
