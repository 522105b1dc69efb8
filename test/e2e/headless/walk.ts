/** The steps of a walk through the keys, in a headless terminal. */
import type { Step } from '../commander-walk/step.ts';
import type { HeadlessTerminal } from './headless-terminal.ts';

export async function walk(terminal: HeadlessTerminal, steps: readonly Step[]): Promise<void> {
  for (const { place, do: keys = [], type, shows } of steps) {
    terminal.press(...keys);
    if (type !== undefined) terminal.type(type);
    await terminal.waitFor(shows).catch((error: unknown) => {
      throw new Error(`${place}: ${keys.join(' ')} ${type ?? ''}`, { cause: error });
    });
  }
}
