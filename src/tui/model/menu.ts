import { emptyBuffer, type TextBuffer } from './text-buffer.ts';

/** One thing to choose. */
export interface MenuItem<Choice> {
  readonly label: string;
  /** What it is, behind the label. */
  readonly about: string;
  readonly choice: Choice;
}

/** A list to choose from; what is typed leaves those that have it in them. */
export interface Menu<Choice> {
  readonly title: string;
  readonly items: readonly MenuItem<Choice>[];
  readonly buffer: TextBuffer;
  readonly shown: readonly MenuItem<Choice>[];
  /** The chosen one of those that are shown. */
  readonly index: number;
}

export function createMenu<Choice>(title: string, items: readonly MenuItem<Choice>[]): Menu<Choice> {
  return { title, items, buffer: emptyBuffer, shown: items, index: 0 };
}

/** Every word must be in it; those whose label begins so come first. */
export function editMenu<Choice>(menu: Menu<Choice>, edit: (buffer: TextBuffer) => TextBuffer): Menu<Choice> {
  const buffer = edit(menu.buffer);
  if (buffer.text === menu.buffer.text) return { ...menu, buffer };
  const typed = buffer.text.trim().toLowerCase();
  const words = typed.split(/\s+/);
  const fits = menu.items.filter(({ label, about }) =>
    words.every((word) => `${label} ${about}`.toLowerCase().includes(word)),
  );
  const begins = ({ label }: MenuItem<Choice>): boolean => label.toLowerCase().startsWith(typed);
  const shown = [...fits.filter(begins), ...fits.filter((item) => !begins(item))];
  return { ...menu, buffer, shown, index: 0 };
}

/** Goes round at both ends. */
export function moveInMenu<Choice>(menu: Menu<Choice>, by: number): Menu<Choice> {
  const count = menu.shown.length;
  return count === 0 ? menu : { ...menu, index: (menu.index + by + count) % count };
}

export function chosenItem<Choice>(menu: Menu<Choice>): MenuItem<Choice> | undefined {
  return menu.shown[menu.index];
}
