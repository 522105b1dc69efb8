import type { LogEntry } from '../model/log-entry.ts';
import { writeNewFile } from './new-file.ts';

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

/** Writes the messages as lines of JSON into a new file of the folder; resolves with its path. */
export async function saveLog(entries: readonly LogEntry[], nowMs: number, folder = '.'): Promise<string> {
  const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-');
  // The log may hold what others should not read.
  return writeNewFile({
    folder,
    name: `relay-messages-${stamp}`,
    extension: '.ndjson',
    content: entries.map(toJsonLine),
  });
}
