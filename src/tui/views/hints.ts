import type { Binding } from '../keymap.ts';
import type { Look } from '../text/look.ts';
import { type Span, span } from '../text/spans.ts';

const asciiNames: Readonly<Record<string, string>> = { '↑': 'Up', '↓': 'Down', '←': 'Left', '→': 'Right' };

/** How the table writes a key, on a terminal without arrows too. */
export function labelOf(look: Look, label: string): string {
  return look.isAscii ? label.replaceAll(/[↑↓←→]/g, (arrow) => asciiNames[arrow] ?? arrow) : label;
}

/** The keys that are worth a word, from the table of keys: what has no room is cut at the end. */
export function hintsFor(look: Look, bindings: readonly Binding[]): readonly Span[] {
  const hinted = bindings.filter(({ hint }) => hint !== undefined);
  return hinted.flatMap(({ hint, label }, index) => [
    span(index === 0 ? '' : '  '),
    span(labelOf(look, label), 'bold'),
    span(` ${hint}`, 'dim'),
  ]);
}
