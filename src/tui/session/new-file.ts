import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

export interface NewFile {
  readonly folder: string;
  /** Its name without what is behind the dot; a number follows where it is taken. */
  readonly name: string;
  /** `.py`, with the dot. */
  readonly extension: string;
  readonly content: string | readonly string[];
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

/** Writes a new file that its owner alone can read, and overwrites none; resolves with its path. */
export async function writeNewFile({ folder, name, extension, content }: NewFile): Promise<string> {
  for (let number = 1; ; number++) {
    const path = resolve(folder, `${name}${number === 1 ? '' : `-${number}`}${extension}`);
    try {
      await writeFile(path, content, { mode: 0o600, flag: 'wx' });
      return path;
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
}
