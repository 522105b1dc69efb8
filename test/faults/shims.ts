import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** A library that stands between a program and the system: see `shims/NAME.c`. It is compiled into the folder. */
export function buildShim(name: 'disk' | 'clock' | 'recorder', folder: string): string {
  const source = join(import.meta.dirname, 'shims', `${name}.c`);
  const library = join(folder, `${name}.so`);
  execFileSync('cc', ['-O1', '-shared', '-fPIC', '-o', library, source, '-ldl', '-lpthread']);
  return library;
}
