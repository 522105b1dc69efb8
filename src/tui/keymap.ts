import type { Command } from './commands/command-name.ts';

/**
 * The one table of keys. What a key does, what the footer says of it and what the help lists all come from here, so that no
 * hint can be wrong.
 */

/** What has the keyboard. */
export type Place =
  | 'first-run'
  | 'connect-form'
  | 'busy'
  | 'devices'
  | 'messages'
  | 'detail'
  | 'composer'
  | 'filter'
  | 'help'
  | 'problems'
  | 'confirm-send'
  | 'confirm-quit';

export interface Binding {
  readonly keys: readonly string[];
  readonly command: Command;
  /** How the keys are written for people. */
  readonly label: string;
  /** What it does, for the help. */
  readonly help: string;
  /** One word for the footer; without one the footer leaves it out. */
  readonly hint?: string;
}

function bind(keys: string, command: Command, label: string, help: string, hint?: string): Binding {
  return { keys: keys.split(' '), command, label, help, ...(hint === undefined ? {} : { hint }) };
}

const editing: readonly Binding[] = [
  bind('left ctrl+b', 'cursor-left', '← →', 'move by a character'),
  bind('right ctrl+f', 'cursor-right', '→', 'move by a character'),
  bind('home ctrl+a', 'cursor-home', 'Home ^A', 'to the start of the line'),
  bind('end ctrl+e', 'cursor-end', 'End ^E', 'to the end of the line'),
  bind('ctrl+left alt+left alt+b', 'cursor-word-left', 'Alt ←', 'move by a word'),
  bind('ctrl+right alt+right alt+f', 'cursor-word-right', 'Alt →', 'move by a word'),
  bind('backspace ctrl+h', 'delete-left', 'Backspace', 'delete the character before'),
  bind('delete ctrl+d', 'delete-right', 'Del', 'delete the character behind'),
  bind('ctrl+w alt+backspace', 'delete-word', '^W', 'delete the word before'),
];

const moving: readonly Binding[] = [
  bind('j down', 'row-down', 'j ↓', 'next row'),
  bind('k up', 'row-up', 'k ↑', 'row before'),
  bind('pagedown ctrl+f', 'page-down', 'PgDn', 'a page on'),
  bind('pageup ctrl+b', 'page-up', 'PgUp', 'a page back'),
  bind('g home', 'first-row', 'g', 'first row'),
  bind('G end', 'last-row', 'G', 'last row'),
];

/** Keys of both lists and of the detail. */
const everyList: readonly Binding[] = [
  bind('?', 'show-help', '?', 'this help', 'help'),
  bind('tab', 'focus-next', 'Tab', 'next pane', 'pane'),
  bind('shift+tab', 'focus-previous', 'Shift+Tab', 'pane before'),
  bind('1', 'focus-devices', '1', 'devices'),
  bind('2', 'focus-messages', '2', 'messages'),
  bind('i 3', 'focus-composer', 'i 3', 'write a command', 'compose'),
  bind('{ @', 'begin-command', '{ @', 'write a command that begins so'),
  bind('z', 'zoom', 'z', 'all the room for this list'),
  bind('e', 'show-problems', 'e', 'what went wrong', 'errors'),
  bind('T', 'toggle-tap', 'T', 'the room tap: what others say, too'),
  bind('c', 'reconnect', 'c', 'connect again'),
  bind('ctrl+l', 'redraw', '^L', 'draw the screen again'),
  bind('ctrl+z', 'suspend', '^Z', 'to the background (fg comes back)'),
  bind('q ctrl+c', 'quit', 'q ^C', 'quit', 'quit'),
];

const closing: readonly Binding[] = [
  bind('escape enter q', 'close-overlay', 'Esc', 'close', 'close'),
  bind('ctrl+c', 'quit', '^C', 'quit'),
];

/** The keys of a place: its own, which its frame names, and those that it shares, which the footer names. */
export interface PlaceKeys {
  readonly own: readonly Binding[];
  readonly shared: readonly Binding[];
}

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
      bind('enter', 'form-submit', 'Enter', 'next field, then connect', 'next, then connect'),
      bind('tab shift+tab up down', 'form-next', 'Tab', 'the other field', 'field'),
      bind('escape ctrl+c', 'form-back', 'Esc', 'back', 'back'),
      bind('ctrl+u', 'clear', '^U', 'clear the field'),
      ...editing,
    ],
  },
  busy: { own: [], shared: [bind('q ctrl+c escape', 'exit', 'q', 'quit', 'quit')] },
  devices: {
    own: [
      bind('/', 'open-filter', '/', 'filter by name', 'filter'),
      bind('space', 'toggle-mark', 'Space', 'mark as a target', 'mark'),
      bind('o', 'sort-devices', 'o', 'sort: by name, presence, last seen, waiting'),
      bind('enter', 'address-device', 'Enter', 'write a command to this one', 'write'),
      bind('escape', 'clear-marks', 'Esc', 'take the marks away, then the filter'),
      ...moving,
    ],
    shared: everyList,
  },
  messages: {
    own: [
      bind('/', 'open-filter', '/', 'filter: text, from=ID, to=ID, field=value, -not', 'filter'),
      bind('space', 'toggle-pause', 'Space', 'stand still, and go on', 'pause'),
      bind('enter', 'open-detail', 'Enter', 'the whole message', 'detail'),
      bind('r', 'repeat', 'r', 'put a sent message into the composer', 'repeat'),
      bind('y', 'copy', 'y', 'copy the message', 'copy'),
      bind('s', 'save', 's', 'save what is shown in a file', 'save'),
      bind('f', 'follow', 'f', 'follow what comes', 'follow'),
      bind('escape', 'drop-filter', 'Esc', 'take the filter away'),
      ...moving,
    ],
    shared: everyList,
  },
  detail: {
    own: [
      bind('escape enter', 'close-detail', 'Esc', 'close the detail', 'close'),
      bind('j down', 'row-down', 'j ↓', 'next message', 'next'),
      bind('k up', 'row-up', 'k ↑', 'message before', 'before'),
      bind('pagedown space', 'page-down', 'PgDn', 'scroll down', 'scroll'),
      bind('pageup', 'page-up', 'PgUp', 'scroll up'),
      bind('r', 'repeat', 'r', 'put a sent message into the composer', 'repeat'),
      bind('y', 'copy', 'y', 'copy the message', 'copy'),
      bind('f', 'follow', 'f', 'close, and follow what comes'),
    ],
    shared: everyList,
  },
  composer: {
    own: [
      bind('enter', 'send', 'Enter', 'send', 'send'),
      bind('ctrl+j alt+enter', 'newline', '^J', 'a line more (also Alt+Enter)', 'newline'),
      bind('tab', 'complete', 'Tab', 'complete the name behind @; with nothing written, the next pane', 'complete'),
      bind('up', 'history-older', '↑', 'earlier command, from the first line', 'earlier'),
      bind('down', 'history-newer', '↓', 'later command, from the last line'),
      bind('ctrl+r', 'history-older', '^R', 'earlier command'),
      bind('ctrl+u', 'clear', '^U', 'clear', 'clear'),
    ],
    shared: [
      bind('escape', 'leave-composer', 'Esc', 'back to the list', 'back to the list'),
      bind('shift+tab', 'focus-previous', 'Shift+Tab', 'pane before'),
      bind('ctrl+l', 'redraw', '^L', 'draw the screen again'),
      bind('ctrl+z', 'suspend', '^Z', 'to the background (fg comes back)'),
      bind('ctrl+c', 'clear-or-quit', '^C', 'clear, then quit', 'clear, then quit'),
      ...editing,
    ],
  },
  filter: {
    own: [],
    shared: [
      bind('enter tab', 'keep-filter', 'Enter', 'keep the filter', 'keep'),
      bind('escape ctrl+c', 'cancel-filter', 'Esc', 'as it was before', 'as before'),
      bind('ctrl+u', 'clear', '^U', 'clear', 'clear'),
      ...editing,
    ],
  },
  help: { own: [], shared: [...moving, ...closing] },
  problems: { own: [], shared: [bind('e', 'close-overlay', 'e', 'close'), ...closing] },
  'confirm-send': {
    own: [],
    shared: [
      bind('y', 'confirm', 'y', 'send', 'send'),
      bind('n escape ctrl+c', 'close-overlay', 'Esc', 'do not send', 'do not send'),
    ],
  },
  'confirm-quit': {
    own: [],
    shared: [
      bind('y', 'exit', 'y', 'stop the relay and quit', 'stop the relay and quit'),
      bind('n escape ctrl+c', 'close-overlay', 'Esc', 'stay', 'stay'),
    ],
  },
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

/** Places in which characters that have no binding are text. */
export function takesText(place: Place): boolean {
  return place === 'composer' || place === 'filter' || place === 'connect-form';
}
