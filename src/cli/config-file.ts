import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError, exitCodes } from './exit-codes.ts';

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * What a configuration file holds; undefined when there is none. Reads without conf, which takes longer to load than the rest
 * of `relay send` takes to run.
 */
export function readConfigFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw new CommandError(exitCodes.failed, `${path} cannot be read: ${messageOf(error)}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError(exitCodes.failed, `${path} is not JSON: repair it or remove it`);
  }
}

/** A change takes milliseconds; a lock of this age was left by a command that was killed. */
const staleLockMs = 10_000;
/** How long another command is waited for, in milliseconds, and how long between two looks. */
const lockedWithinMs = 15_000;
const lookMs = 20;

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function isStale(lock: string): boolean {
  const { mtimeMs } = statSync(lock, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
  return Date.now() - mtimeMs > staleLockMs;
}

/** Resolves when the lock is there, made by this command. */
async function takeLock(lock: string): Promise<void> {
  for (const startedAtMs = Date.now(); ; await delay(lookMs)) {
    try {
      closeSync(openSync(lock, 'wx', 0o600));
      return;
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
      if (isStale(lock)) rmSync(lock, { force: true });
      else if (Date.now() - startedAtMs > lockedWithinMs) throw new Error(`another command holds ${lock}`);
    }
  }
}

/**
 * Changes `NAME.json` in the folder, at once or not at all; it is for its owner alone. `change` gets what the file holds, undefined
 * when there is none; between that and the writing no other command changes it.
 */
export async function changeConfigFile(
  folder: string,
  name: string,
  change: (held: unknown) => Readonly<Record<string, unknown>>,
): Promise<void> {
  const path = join(folder, `${name}.json`);
  const lock = `${path}.lock`;
  const { default: Conf } = await import('conf');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await takeLock(lock);
    try {
      const value = change(readConfigFile(path));
      const conf = new Conf({ cwd: folder, configName: name, configFileMode: 0o600 });
      conf.store = { ...value };
    } finally {
      rmSync(lock, { force: true });
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(exitCodes.failed, `${path} cannot be written: ${messageOf(error)}`);
  }
}
