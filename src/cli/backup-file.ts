import { type Stats, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CopySummary } from '../server/store/copies.ts';
import { counted } from './counted.ts';
import { CommandError, exitCodes, usageError } from './exit-codes.ts';

const loadCopies = () => import('../server/store/copies.ts');

/** Runs something of the store; what stands in its way is an expected failure. */
export async function withCopies<Result>(
  use: (copies: Awaited<ReturnType<typeof loadCopies>>) => Result,
): Promise<Result> {
  const [copies, { StoreOpenError }] = await Promise.all([loadCopies(), import('../server/store/store.ts')]);
  try {
    return use(copies);
  } catch (error) {
    throw error instanceof StoreOpenError ? new CommandError(exitCodes.failed, error.message) : error;
  }
}

/**
 * Writes a backup under another name first and reads all of it, so that `path` is a whole backup or what it was before. Rejects
 * with `CommandError`.
 */
export async function writeBackupFile(
  path: string,
  write: (unfinished: string) => Promise<void>,
): Promise<CopySummary> {
  const unfinished = `${path}.unfinished`;
  try {
    await write(unfinished);
    const summary = await withCopies(({ inspectCopy }) => inspectCopy(unfinished, path));
    await rename(unfinished, path);
    await syncFolder(dirname(path));
    return summary;
  } catch (error) {
    await rm(unfinished, { force: true });
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new CommandError(exitCodes.failed, `${path} cannot be written: ${error.message}`);
  }
}

/** Writes the pieces to a new file of its owner alone, and syncs it. */
export async function writePieces(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  // What has the name already may be a link that somebody made, or a file that others may read.
  await rm(path, { force: true });
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const piece of pieces) await file.appendFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the new name last. Not every system lets a folder be opened; there it is its own business. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** `1 user, 3 devices and 12 waiting messages` */
export function describeCopy({ schema, contents }: CopySummary): string {
  if (contents === undefined) return `the store of a newer softlab-relay (schema ${schema})`;
  const { users, devices, messages } = contents;
  return `${counted(users, 'user')}, ${counted(devices, 'device')} and ${counted(messages, 'waiting message')}`;
}

/** The same for `--json`. */
export function copyToJson({ schema, contents }: CopySummary): Readonly<Record<string, number>> {
  return { schema, ...contents };
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // What is in the way, a loop of links or a folder that may not be entered, is said by the writing.
    return undefined;
  }
}

/** Whether a backup would take the place of a file. Throws where it would take that of a device, a pipe or a folder. */
export function isTaken(path: string): boolean {
  const there = statOf(path);
  if (there === undefined || there.isFile()) return there !== undefined;
  throw usageError(`${path} is no file, and a backup would take its place: name a file`);
}
