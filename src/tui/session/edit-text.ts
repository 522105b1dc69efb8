import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Lets somebody edit a text in $VISUAL or $EDITOR, which gets the terminal; resolves with what was saved. Rejects with a
 * sentence when the editor cannot be run or ends with an error: then nothing has changed.
 */
export async function editText(text: string, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const editor = env.VISUAL || env.EDITOR || 'vi';
  // For its owner alone: a command may hold what others should not read.
  const folder = await mkdtemp(join(tmpdir(), 'softlab-relay-'));
  const path = join(folder, 'command.json');
  try {
    await writeFile(path, `${text}\n`, { mode: 0o600 });
    // By the shell, because $EDITOR may have flags of its own.
    const child = spawn(`${editor} "${path}"`, { shell: true, stdio: 'inherit' });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`the editor ${editor} ended with ${code}: the command is as it was`);
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
