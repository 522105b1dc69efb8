/**
 * FAULTS 32: keys and tokens are in no log, no error, no argument and no store, in the whole test run. Whatever a test starts as
 * `relay` is looked at: a key where none may be fails the test that was running, and so does one in the folder that a relay leaves.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A whole key, as `credentials.ts` makes them; what tests make up as wrong keys is shorter. */
const keyPattern = /rly_(?:master|admin|device)_[A-Za-z0-9]{12}_[A-Za-z0-9_-]{43}/;
const keyPrefix = Buffer.from('rly_');
const keyBytesMax = 80;

/** The commands whose answer is a key, once. */
const showing: readonly (readonly string[])[] = [
  ['device', 'add'],
  ['device', 'rotate-token'],
  ['user', 'add'],
  ['key', 'add'],
];
/** Where the keys of a first start are kept for who was not there to read them (UX, machine contract). */
const bootstrapFile = 'bootstrap.json';

class LeakedKeyError extends Error {
  override readonly name = 'LeakedKeyError';

  constructor(where: string) {
    super(`FAULTS 32: there is a key in ${where}`);
  }
}

function isShowing(args: readonly string[]): boolean {
  return showing.some((command) => command.every((word, n) => args[n] === word));
}

/** The lines of the first start say the keys; nothing after them does. */
function withoutBootstrap(stdout: string): string {
  return stdout
    .split('\n')
    .filter((line) => !line.startsWith('{"event":"bootstrap"') && !/^ {2}(auth|admin) key {2,3}rly_/.test(line))
    .join('\n');
}

/** Throws where an argument of a program, which everybody on the machine can read, holds a key. */
export function checkArguments(args: readonly string[]): void {
  const found = args.find((arg) => keyPattern.test(arg));
  if (found !== undefined) throw new LeakedKeyError(`an argument of relay ${args[0] ?? ''}`);
}

/** Throws where the output of `relay ARGS` holds a key that it was not asked for. */
export function checkOutput(
  args: readonly string[],
  output: { readonly stdout: string; readonly stderr: string },
): void {
  const command = args.slice(0, 2).join(' ');
  if (keyPattern.test(output.stderr)) throw new LeakedKeyError(`the standard error of relay ${command}`);
  if (!isShowing(args) && keyPattern.test(withoutBootstrap(output.stdout))) {
    throw new LeakedKeyError(`the standard output of relay ${command}`);
  }
}

function holdsKey(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(keyPrefix); at >= 0; at = bytes.indexOf(keyPrefix, at + 1)) {
    if (keyPattern.test(bytes.toString('latin1', at, at + keyBytesMax))) return true;
  }
  return false;
}

/** Throws where a file of a data folder holds a key: the store keeps hashes. A folder that is gone holds none. */
export function checkStore(dataDir: string): void {
  if (!existsSync(dataDir)) return;
  for (const entry of readdirSync(dataDir, { withFileTypes: true })) {
    if (!entry.isFile() || entry.name === bootstrapFile) continue;
    if (holdsKey(readFileSync(join(dataDir, entry.name)))) throw new LeakedKeyError(join(dataDir, entry.name));
  }
}
