import type { Binding } from '../keymap.ts';
import type { Look } from '../text/look.ts';
import { type Span, span, spansWidth } from '../text/spans.ts';

const asciiNames: Readonly<Record<string, string>> = { '↑': 'Up', '↓': 'Down', '←': 'Left', '→': 'Right' };

/** How the table writes a key, on a terminal without arrows too. */
export function labelOf(look: Look, label: string): string {
  return look.isAscii ? label.replaceAll(/[↑↓←→]/g, (arrow) => asciiNames[arrow] ?? arrow) : label;
}

/** The keys that are worth a word, from the table of keys: as many as have room, each of them whole. */
export function hintsFor(look: Look, bindings: readonly Binding[], columns: number): readonly Span[] {
  const hints: Span[] = [];
  let left = columns;
  for (const { hint, label } of bindings) {
    if (hint === undefined) continue;
    const spans = [span(hints.length === 0 ? '' : '  '), span(labelOf(look, label), 'bold'), span(` ${hint}`, 'dim')];
    left -= spansWidth(spans);
    if (left < 0) break;
    hints.push(...spans);
  }
  return hints;
}
