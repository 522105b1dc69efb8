import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the build puts what browsers and scripts download: beside the bundle, or in `dist` when the source runs as it is. */
const folders = [join(import.meta.dirname, 'assets'), join(import.meta.dirname, '..', '..', '..', 'dist', 'assets')];

/** The bytes of a file that the build made; undefined when nothing was built. */
export function readAsset(name: string): Buffer | undefined {
  const path = folders.map((folder) => join(folder, name)).find(existsSync);
  return path === undefined ? undefined : readFileSync(path);
}
