import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { LogEntry } from '../model/log-entry.ts';

/** One line of JSON for a message: when, from or to whom, and the payload with every character of its values as it came. */
export function toJsonLine(entry: LogEntry): string {
  const at = JSON.stringify(new Date(entry.atMs).toISOString());
  const names = { in: { from: entry.peer }, out: { to: entry.peer }, tap: {} }[entry.direction];
  const tapped = entry.direction === 'tap' ? { from: entry.from, to: entry.peer, outcome: entry.outcome } : {};
  const outcome = entry.direction === 'out' ? { outcome: entry.outcome.state } : {};
  const way = JSON.stringify({ ...names, ...tapped, ...outcome }).slice(1, -1);
  // A line break in valid JSON stands between values, where it means nothing.
  const payload = entry.text.replaceAll(/[\r\n]+/g, ' ');
  return `{"at":${at},${way},"payload":${payload}}\n`;
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

/** Writes the messages as lines of JSON into a new file of the folder; resolves with its path. */
export async function saveLog(entries: readonly LogEntry[], nowMs: number, folder = '.'): Promise<string> {
  const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-');
  const lines = entries.map(toJsonLine);
  for (let number = 1; ; number++) {
    const path = resolve(folder, `relay-messages-${stamp}${number === 1 ? '' : `-${number}`}.ndjson`);
    try {
      // The log may hold what others should not read, and an existing file is never overwritten.
      await writeFile(path, lines, { mode: 0o600, flag: 'wx' });
      return path;
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
}
