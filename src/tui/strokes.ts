import type { Key } from 'ink';

/**
 * One key, by a name such as `j`, `enter`, `ctrl+c`, `shift+tab` or `alt+enter`, or a run of characters that came in one
 * piece: somebody types faster than the program reads, or pastes into a terminal that does not say so.
 */
export type Stroke = { readonly key: string } | { readonly text: string } | { readonly mouse: MouseStroke };

/** What the mouse did, where: column and row of the screen from 0. */
export interface MouseStroke {
  readonly what: 'press' | 'wheel-up' | 'wheel-down';
  readonly column: number;
  readonly row: number;
}

const controlNames: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'ctrl+j',
  '\t': 'tab',
  '\u001b': 'escape',
  '\u007f': 'backspace',
  '\b': 'backspace',
};

const specialKeys = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
] as const satisfies readonly (readonly [keyof Key, string])[];

function withModifiers(name: string, key: Key): string {
  // An escape of its own arrives with `meta`, because Alt is sent as an escape in front.
  if (name === 'escape') return name;
  return (key.ctrl ? 'ctrl+' : '') + (key.meta ? 'alt+' : '') + (key.shift ? 'shift+' : '') + name;
}

function nameOfControl(character: string): string {
  const known = controlNames[character];
  if (known !== undefined) return known;
  return `ctrl+${String.fromCharCode(character.charCodeAt(0) + 96)}`;
}

/** `hello\r` in one piece is one event of Ink, so the run is split at its control characters. */
function splitRun(input: string): Stroke[] {
  const parts = input.match(/[\u0000-\u001f\u007f]|[^\u0000-\u001f\u007f]+/g) ?? [];
  return parts.map((part) => {
    if (/^[\u0000-\u001f\u007f]$/.test(part)) return { key: nameOfControl(part) };
    return part.length === 1 ? { key: part } : { text: part };
  });
}

/** Reads what Ink's `useInput` reports; nothing for keys without a name, such as F1. */
export function readStrokes(input: string, key: Key): readonly Stroke[] {
  const special = specialKeys.find(([field]) => key[field] === true);
  if (special !== undefined) return [{ key: withModifiers(special[1], key) }];
  if (input === '') return [];
  // A capital behind Alt stays one: it may have been Esc and that key, typed quickly.
  if (key.ctrl) return [{ key: `ctrl+${key.meta ? 'alt+' : ''}${input.toLowerCase()}` }];
  if (key.meta) return [{ key: `alt+${input}` }];
  return splitRun(input);
}
