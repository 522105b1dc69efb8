/** What the steps of the walk through the keys are made of. */
import type { Place } from '../../../src/tui/keys/keymap.ts';

export interface Step {
  /** What has the keyboard when the keys are pressed. */
  readonly place: Place;
  /** Keys by the names of the table, one after the other. */
  readonly do?: readonly string[];
  /** Characters that are typed after them. */
  readonly type?: string;
  readonly shows: RegExp;
}

type Shown = RegExp;

/** Steps in one place: keys (with spaces between them) and what they lead to. */
export function within(
  place: Place,
  ...steps: readonly (readonly [keys: string, shows: Shown, type?: string])[]
): Step[] {
  return steps.map(([keys, shows, type]) => ({
    place,
    do: keys === '' ? [] : keys.split(' '),
    shows,
    ...(type === undefined ? {} : { type }),
  }));
}

// The room has alpha and beta, and two messages wait for beta. Patterns fit both layouts: two lists side by side, or one and a
// strip in which the list that is open stands in brackets.
export const devicesOpen = /1 Devices \d+ ›/;
export const messagesOpen = /2 Messages ›/;
export const composerOpen = /3 Compose ›/;
export const cursorOn = (name: string): RegExp => new RegExp(`› [●○] ${name}`);
export const composed = (text: string): RegExp => new RegExp(`│ ${text.replaceAll(/[{}[\]()*+?.\\^$|]/g, '\\$&')} *│`);

/** A text in which the sign of the cursor may stand anywhere. */
export const typed = (text: string): string => [...text, ''].join('_?');

export const moving = (place: Place, down: RegExp, up: RegExp): Step[] =>
  within(
    place,
    ['j', down],
    ['k', up],
    ['down', down],
    ['up', up],
    ['G', down],
    ['g', up],
    ['end', down],
    ['home', up],
    ['pagedown', down],
    ['pageup', up],
    ['ctrl+f', down],
    ['ctrl+b', up],
  );

/** Keys that edit one line, from `ab cd` with the cursor behind it back to nothing. */
export const editing = (place: Place, shown: (text: string) => RegExp): Step[] =>
  within(
    place,
    ['', shown('ab cd'), 'ab cd'],
    ['left ctrl+b', shown('ab 1cd'), '1'],
    ['backspace', shown('ab cd')],
    ['right ctrl+f', shown('ab cd2'), '2'],
    ['ctrl+h', shown('ab cd')],
    ['home', shown('3ab cd'), '3'],
    ['ctrl+a delete', shown('ab cd')],
    ['end', shown('ab cd4'), '4'],
    ['ctrl+a ctrl+e', shown('ab cd45'), '5'],
    ['backspace backspace', shown('ab cd')],
    ['ctrl+left', shown('ab 6cd'), '6'],
    ['backspace alt+left', shown('7ab cd'), '7'],
    ['ctrl+a ctrl+d', shown('ab cd')],
    ['ctrl+right', shown('ab8 cd'), '8'],
    ['backspace alt+right', shown('ab cd9'), '9'],
    ['backspace alt+b', shown('ab 0cd'), '0'],
    ['backspace alt+f', shown('ab cd1'), '1'],
    ['ctrl+w', shown('ab ')],
    ['alt+backspace', shown('')],
    ['', shown('xy'), 'xy'],
    ['ctrl+u', shown('')],
  );
