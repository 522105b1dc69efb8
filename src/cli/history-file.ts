/** Commands that were sent from the commander, for the sessions to come: one line of JSON each. */
import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configDir } from './paths.ts';

/** So many are given back. */
const commandsMax = 200;
/** A longer file is written anew with the last ones. */
const linesMax = 1000;
/** A command of this length and more is not worth keeping: it was made by a program. */
const charactersMax = 16_384;

export interface HistoryFile {
  /** Oldest first, each once. */
  load(): Promise<readonly string[]>;
  add(command: string): Promise<void>;
}

function readLine(line: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'string' ? [value] : [];
  } catch {
    // Two commanders may have written at once, or somebody by hand: what cannot be read is passed over.
    return [];
  }
}

/** Each command where it was used last. */
function lastOfEach(commands: readonly string[]): readonly string[] {
  return [...new Set(commands.toReversed())].reverse();
}

async function readLines(path: string): Promise<readonly string[]> {
  try {
    return (await readFile(path, 'utf8')).split('\n');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

export function openHistoryFile(env: Readonly<Record<string, string | undefined>>): HistoryFile {
  const folder = configDir(env);
  const path = join(folder, 'history.ndjson');
  return {
    async load() {
      const lines = await readLines(path);
      const commands = lastOfEach(lines.flatMap(readLine)).slice(-commandsMax);
      if (lines.length > linesMax) {
        const whole = `${path}.${process.pid}`;
        await writeFile(whole, commands.map((command) => `${JSON.stringify(command)}\n`).join(''), { mode: 0o600 });
        await rename(whole, path);
      }
      return commands;
    },
    async add(command) {
      if (command.length > charactersMax) return;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // For its owner alone: commands may hold what others should not read.
      await appendFile(path, `${JSON.stringify(command)}\n`, { mode: 0o600 });
    },
  };
}
