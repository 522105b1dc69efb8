/**
 * Compares the screens of a scripted run with those that were looked at, in `pictures/`. `npm run screens` makes them again
 * (UPDATE_SCREENS=1).
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import type { HeadlessTerminal } from '../headless/headless-terminal.ts';
import { pictureOf } from '../headless/picture.ts';

export const pictureFolder = join(import.meta.dirname, 'pictures');
const isUpdate = process.env.UPDATE_SCREENS === '1';
/** For what is polled, and for a busy machine. */
const patienceMs = 15_000;
/** Once a picture is wrong, the next ones of the run are not waited for as long: they are probably wrong for the same reason. */
const impatienceMs = 3000;
/** Only while pictures are made, by hand: what the pattern does not name has come by then, and no notice is over yet. */
const settleMs = 1000;

function pathOf(name: string): string {
  return join(pictureFolder, `${name}.txt`);
}

/** The picture as it was looked at; undefined where there is none. */
export function lookedAt(name: string): string | undefined {
  try {
    return readFileSync(pathOf(name), 'utf8');
  } catch {
    return undefined;
  }
}

export interface Recorder {
  /** Waits until the screen shows this, and then until all of it is as it was looked at. */
  capture(name: string, shows: RegExp): Promise<void>;
}

export function createRecorder(terminal: HeadlessTerminal): Recorder {
  let isWrong = false;
  return {
    async capture(name, shows) {
      await terminal.waitFor(shows);
      if (isUpdate) {
        await setTimeout(settleMs);
        mkdirSync(pictureFolder, { recursive: true });
        writeFileSync(pathOf(name), pictureOf(terminal));
        return;
      }
      const expected = lookedAt(name);
      const isSame = (): true | undefined => (pictureOf(terminal) === expected ? true : undefined);
      // The difference says more than that it never came.
      await terminal.waitUntil(isSame, () => name, isWrong ? impatienceMs : patienceMs).catch(() => undefined);
      const picture = pictureOf(terminal);
      isWrong ||= picture !== expected;
      expect.soft(picture, `the screen ${name}`).toBe(expected);
    },
  };
}
