import { join } from 'node:path';
import { readSnippets, type Snippet, type Snippets } from '../client/snippets.ts';
import { isObject } from '../protocol/messages.ts';
import { changeConfigFile, readConfigFile } from './config-file.ts';
import { CommandError, exitCodes } from './exit-codes.ts';
import { configDir } from './paths.ts';

/** The saved commands of this user, on the command line and in the commander. */
export interface SnippetFile {
  /** The file that holds them; 0600, because commands may hold secrets. */
  readonly path: string;
  all(): Snippets;
  /** Saves, whether or not the name is taken. */
  put(name: string, snippet: Snippet): Promise<void>;
  remove(name: string): Promise<void>;
}

export function openSnippetFile(env: Readonly<Record<string, string | undefined>>): SnippetFile {
  const folder = configDir(env);
  const path = join(folder, 'snippets.json');

  /** What somebody wrote by hand stays as it is, read or not. */
  function change(edit: (saved: Readonly<Record<string, unknown>>) => Record<string, unknown>): Promise<void> {
    return changeConfigFile(folder, 'snippets', (file = {}) => {
      const saved = isObject(file) && isObject(file.snippets) ? file.snippets : {};
      return { ...(isObject(file) ? file : {}), snippets: edit(saved) };
    });
  }

  return {
    path,
    all() {
      const file = readConfigFile(path);
      const snippets = file === undefined ? new Map<string, Snippet>() : readSnippets(file);
      if (snippets !== undefined) return snippets;
      throw new CommandError(exitCodes.failed, `${path} holds no snippets: repair it or remove it`);
    },
    put: (name, snippet) => change((saved) => ({ ...saved, [name]: snippet })),
    remove: (name) => change(({ [name]: _removed, ...saved }) => saved),
  };
}
