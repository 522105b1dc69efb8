/**
 * The one table of keys. What a key does, what frames and footer say of it, what the help lists and the palette offers all come
 * from here, so that no hint can be wrong.
 */
import type { Command } from '../commands/command-name.ts';
import { type Binding, bind, editing, type PlaceKeys } from './binding.ts';
import { composerKeys, filterKeys } from './composer-keys.ts';
import { detailKeys, deviceKeys, messageKeys } from './list-keys.ts';
import { overlayKeys } from './overlay-keys.ts';

/** What has the keyboard. */
export type Place =
  | 'first-run'
  | 'connect-form'
  | 'busy'
  | 'connecting'
  | 'devices'
  | 'messages'
  | 'detail'
  | 'composer'
  | 'filter'
  | keyof typeof overlayKeys;

export const keymap: Readonly<Record<Place, PlaceKeys>> = {
  'first-run': {
    own: [],
    shared: [
      bind('enter', 'choose', 'Enter', 'do what is marked', 'choose'),
      bind('j k down up tab', 'choose-other', '↑ ↓', 'mark the other one', 'other'),
      bind('q ctrl+c escape', 'exit', 'q', 'quit', 'quit'),
    ],
  },
  'connect-form': {
    own: [],
    shared: [
      bind('enter', 'form-submit', 'Enter', 'next field, then connect', 'go on'),
      bind('tab down', 'form-next', 'Tab', 'next field', 'field'),
      bind('shift+tab up', 'form-previous', 'Shift+Tab', 'field before'),
      bind('escape ctrl+c', 'form-back', 'Esc', 'back', 'back'),
      bind('ctrl+u', 'clear', '^U', 'clear the field'),
      ...editing,
    ],
  },
  busy: { own: [], shared: [bind('q ctrl+c escape', 'exit', 'q', 'quit', 'quit')] },
  connecting: {
    own: [],
    shared: [bind('escape ctrl+c', 'form-back', 'Esc', 'give up, back to what was typed', 'give up')],
  },
  devices: deviceKeys,
  messages: messageKeys,
  detail: detailKeys,
  composer: composerKeys,
  filter: filterKeys,
  ...overlayKeys,
};

/** Every key of a place; the first that fits is meant. */
export function keysOf(place: Place): readonly Binding[] {
  return [...keymap[place].own, ...keymap[place].shared];
}

/** What a key does in a place; undefined where it does nothing. */
export function commandFor(place: Place, key: string): Command | undefined {
  const name = key === ' ' ? 'space' : key;
  return keysOf(place).find((binding) => binding.keys.includes(name))?.command;
}

/** The keys by which a command is reached in a place; none where it is not. */
export function keysFor(place: Place, command: Command): readonly Binding[] {
  return keysOf(place).filter((binding) => binding.command === command);
}

/** Places in which characters that have no binding are text. */
export function takesText(place: Place): boolean {
  return ['composer', 'filter', 'connect-form', 'menu', 'prompt'].includes(place);
}

/** Places in which something is answered with one key. */
export function isQuestion(place: Place): boolean {
  return place.startsWith('confirm-');
}

/** What the footer of the lists names, in this order (UX "The commander"). */
const listFooter: readonly Command[] = [
  'show-help',
  'open-filter',
  'focus-next',
  'focus-composer',
  'toggle-pause',
  'copy',
  'save',
  'open-palette',
  'quit',
];

function isList(place: Place): boolean {
  return place === 'devices' || place === 'messages' || place === 'detail';
}

/** The keys that the footer names. */
export function footerKeys(place: Place): readonly Binding[] {
  if (!isList(place)) return keymap[place].shared;
  const keys = keysOf(place);
  return listFooter.flatMap((command) => keys.find((binding) => binding.command === command) ?? []);
}

/** The keys that the frame of a place names: its own, but for those that the footer names, so that each stands there once. */
export function frameKeys(place: Place): readonly Binding[] {
  const { own } = keymap[place];
  return place === 'messages' || place === 'detail' ? own.filter(({ command }) => !listFooter.includes(command)) : own;
}
