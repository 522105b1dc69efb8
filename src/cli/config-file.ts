import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, exitCodes } from './exit-codes.ts';

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * What a configuration file holds; undefined when there is none. Reads without conf, which takes longer to load than the rest
 * of `relay send` takes to run.
 */
export function readConfigFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new CommandError(exitCodes.failed, `${path} cannot be read: ${messageOf(error)}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError(exitCodes.failed, `${path} is not JSON: repair it or remove it`);
  }
}

/** Writes `NAME.json` in the folder, at once or not at all; it is for its owner alone. */
export async function writeConfigFile(
  folder: string,
  name: string,
  value: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { default: Conf } = await import('conf');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const conf = new Conf({ cwd: folder, configName: name, configFileMode: 0o600 });
    conf.store = { ...value };
  } catch (error) {
    const path = join(folder, `${name}.json`);
    throw new CommandError(exitCodes.failed, `${path} cannot be written: ${messageOf(error)}`);
  }
}
