import { type FileHandle, open, unlink } from 'node:fs/promises';
import { CommandError, exitCodes } from '../exit-codes.ts';

/** A file that grows by a line at a time. */
export interface RecordFile {
  /** Whether there is something in the file that the first line, or the end of an empty recording, takes the place of. */
  readonly isReplacing: boolean;
  /** Resolves when the line is with the system. */
  append(line: string): Promise<void>;
  /** Ends the recording; without a line it is empty. */
  close(): Promise<void>;
  /** Ends it after a failure: without a line everything is as it was before. */
  abandon(): Promise<void>;
}

function fail(path: string, error: unknown): never {
  throw new CommandError(
    exitCodes.failed,
    `${path} cannot be written: ${error instanceof Error ? error.message : error}`,
  );
}

async function openFile(path: string): Promise<{ readonly file: FileHandle; readonly isNew: boolean }> {
  try {
    // What devices say may be private.
    return { file: await open(path, 'wx', 0o600), isNew: true };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') fail(path, error);
  }
  try {
    return { file: await open(path, 'r+'), isNew: false };
  } catch (error) {
    fail(path, error);
  }
}

async function inspect(file: FileHandle): Promise<{ readonly isFile: boolean; readonly size: number }> {
  const stat = await file.stat();
  return { isFile: stat.isFile(), size: stat.size };
}

/** Opens the file, or makes it; what is in it stays until something is recorded. */
export async function openRecordFile(path: string): Promise<RecordFile> {
  const { file, isNew } = await openFile(path);
  const { isFile, size } = await inspect(file);
  let waiting = '';
  let next: Promise<void> | undefined;
  let emptied: Promise<void> | undefined;

  function empty(): Promise<void> {
    emptied ??= isFile ? file.truncate(0) : Promise.resolve();
    return emptied;
  }

  async function write(): Promise<void> {
    await empty();
    const text = waiting;
    waiting = '';
    next = undefined;
    await file.appendFile(text);
  }

  let written = Promise.resolve();
  return {
    isReplacing: !isNew && size > 0,
    append(line) {
      waiting += `${line}\n`;
      // Lines that come while others are written go together.
      next ??= written = written.then(write).catch((error) => fail(path, error));
      return next;
    },
    async close() {
      await written.catch(() => undefined);
      await empty().catch(() => undefined);
      await file.close();
    },
    async abandon() {
      await written.catch(() => undefined);
      await file.close();
      if (isNew && emptied === undefined) await unlink(path);
    },
  };
}
