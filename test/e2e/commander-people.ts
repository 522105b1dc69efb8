/** What people around a commander do: register devices, run workers, type commands. */
import { debianPython } from '../tools.ts';
import { runRelay, type ServedRelay } from './built-relay.ts';
import type { Terminal } from './commander-terminal.ts';
import { spawnWatched, type WatchedProcess } from './watched-process.ts';

const worker = new URL('commander-worker.py', import.meta.url).pathname;

/** A terminal on a busy machine takes its time. */
export const terminalTestMs = 180_000;

/** Registers a device with these variables of the environment; answers its token. */
export async function addDevice(id: string, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const { stdout, stderr } = await runRelay(['device', 'add', id, '--json'], { env });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout).device_token;
}

export async function startWorker(url: string, token: string): Promise<WatchedProcess> {
  const started = spawnWatched(debianPython, [worker, url, token]);
  await started.stdout.waitFor(/online/);
  return started;
}

/** The environment of somebody who has a relay elsewhere. */
export function envOf(relay: ServedRelay): Record<string, string> {
  return { RELAY_URL: relay.url, RELAY_AUTH_KEY: relay.bootstrap?.authKey ?? '' };
}

/** Types a command into the composer and sends it. */
export async function command(terminal: Terminal, text: string): Promise<void> {
  await terminal.type(text);
  await terminal.waitFor(/JSON ✓/);
  await terminal.press('Enter');
}
