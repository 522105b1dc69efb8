/** Every key of the table of keys, pressed in a real terminal, at the two sizes that the layouts are made for. */
import { describe, expect, it } from 'vitest';
import { keymap, keysOf, type Place } from '../../src/tui/keys/keymap.ts';
import { hasTool } from '../tools.ts';
import { runRelay, type ServedRelay, startServe } from './built-relay.ts';
import { addDevice, envOf, terminalTestMs } from './commander-people.ts';
import { openTerminal, type Terminal } from './commander-terminal.ts';
import { pressedIn } from './commander-walk/pressed.ts';
import type { Step } from './commander-walk/step.ts';
import { keySteps } from './commander-walk/walk.ts';

/** The names of tmux for the keys of the table. */
const tmuxNames: Readonly<Record<string, string>> = {
  enter: 'Enter',
  escape: 'Escape',
  tab: 'Tab',
  'shift+tab': 'BTab',
  space: 'Space',
  backspace: 'BSpace',
  'alt+backspace': 'M-BSpace',
  delete: 'DC',
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
  home: 'Home',
  end: 'End',
  pageup: 'PageUp',
  pagedown: 'PageDown',
  'alt+enter': 'M-Enter',
  'ctrl+left': 'C-Left',
  'ctrl+right': 'C-Right',
  'alt+left': 'M-Left',
  'alt+right': 'M-Right',
};

function tmuxName(key: string): string {
  return tmuxNames[key] ?? key.replace('ctrl+', 'C-').replace('alt+', 'M-');
}

async function pressKey(terminal: Terminal, key: string): Promise<void> {
  // Characters go as they are: tmux would take some of them for names.
  if ([...key].length === 1) await terminal.type(key);
  else await terminal.press(tmuxName(key));
}

async function take(terminal: Terminal, { do: keys = [], type, shows }: Step): Promise<void> {
  for (const key of keys) await pressKey(terminal, key);
  if (type !== undefined) await terminal.type(type);
  await terminal.waitFor(shows);
}

/** A room with two devices; one has two messages waiting. */
async function prepare(relay: ServedRelay): Promise<void> {
  for (const id of ['alpha', 'beta']) await addDevice(id, relay.env);
  for (const n of [1, 2]) await runRelay(['send', '-t', 'beta', `{"n":${n}}`], { env: relay.env });
}

describe('the walks through the keys', () => {
  // `commander-ends.test.ts` walks through the first screens, and presses what ends the commander or stops it.
  it.each(Object.keys(keymap).filter((place): place is Place => place in keymap))('press every key of %s', (place) => {
    const pressed = pressedIn(place);
    const table = keysOf(place).flatMap(({ keys }) => keys);
    expect(table.filter((key) => !pressed.includes(key))).toEqual([]);
  });
});

describe.runIf(hasTool('tmux'))('every key', () => {
  it.each([
    [120, 36],
    [80, 24],
  ])(
    'does at %i by %i what the table says',
    async (columns, rows) => {
      await using relay = await startServe();
      await prepare(relay);
      await using terminal = await openTerminal({ columns, rows });
      const editor = 'sh -c \'printf "written outside" > "$0"\'';
      await terminal.startCommander({ ...envOf(relay), EDITOR: editor }, /○ beta .*⧗2/);
      for (const step of keySteps) {
        await take(terminal, step).catch((error: unknown) => {
          throw new Error(`${step.place}: ${step.do?.join(' ')} ${step.type ?? ''}`, { cause: error });
        });
      }
      await terminal.press('q');
      await terminal.waitForShell();
    },
    terminalTestMs,
  );
});
