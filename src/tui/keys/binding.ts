import type { Command } from '../commands/command-name.ts';

/** One row of the table of keys. */
export interface Binding {
  readonly keys: readonly string[];
  readonly command: Command;
  /** How the keys are written for people. */
  readonly label: string;
  /** What it does, for the help and the palette. */
  readonly help: string;
  /** One word for frames and footer; without one they leave it out. */
  readonly hint?: string;
}

/** The keys of a place: its own, which its frame names, and those that it shares with others. */
export interface PlaceKeys {
  readonly own: readonly Binding[];
  readonly shared: readonly Binding[];
}

export function bind(keys: string, command: Command, label: string, help: string, hint?: string): Binding {
  return { keys: keys.split(' '), command, label, help, ...(hint === undefined ? {} : { hint }) };
}

/** Keys that edit a line of text, wherever there is one. */
export const editing: readonly Binding[] = [
  bind('left ctrl+b', 'cursor-left', '←', 'move by a character'),
  bind('right ctrl+f', 'cursor-right', '→', 'move by a character'),
  bind('home ctrl+a', 'cursor-home', 'Home ^A', 'to the start of the line'),
  bind('end ctrl+e', 'cursor-end', 'End ^E', 'to the end of the line'),
  bind('ctrl+left alt+left alt+b', 'cursor-word-left', 'Alt ←', 'move by a word'),
  bind('ctrl+right alt+right alt+f', 'cursor-word-right', 'Alt →', 'move by a word'),
  bind('backspace ctrl+h', 'delete-left', 'Backspace', 'delete the character before'),
  bind('delete ctrl+d', 'delete-right', 'Del', 'delete the character behind'),
  bind('ctrl+w alt+backspace', 'delete-word', '^W', 'delete the word before'),
];

/** Keys that move in a list. */
export const moving: readonly Binding[] = [
  bind('j down', 'row-down', 'j ↓', 'next row'),
  bind('k up', 'row-up', 'k ↑', 'row before'),
  bind('pagedown ctrl+f', 'page-down', 'PgDn', 'a page on'),
  bind('pageup ctrl+b', 'page-up', 'PgUp', 'a page back'),
  bind('g home', 'first-row', 'g', 'first row'),
  bind('G end', 'last-row', 'G', 'last row'),
];
