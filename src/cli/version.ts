import { readFileSync } from 'node:fs';

/** The version in package.json, which stands one folder above `dist` and two above `src/cli`. */
export function readVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return String(JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version);
    } catch {
      // It is the other one, then.
    }
  }
  return 'unknown';
}
