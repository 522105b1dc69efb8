import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Servers live in folders that are not on everyone's PATH. */
const moreFolders = ['/usr/sbin', '/usr/local/sbin'];

/** Path of a program that is installed; undefined when it is not. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...moreFolders];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
