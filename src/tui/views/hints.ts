import type { Binding } from '../keys/binding.ts';
import type { Look } from '../text/look.ts';
import { type Span, span, spansWidth } from '../text/spans.ts';

const asciiNames: Readonly<Record<string, string>> = { '↑': 'Up', '↓': 'Down', '←': 'Left', '→': 'Right' };

/** How the table writes a key, on a terminal without arrows too. */
export function labelOf(look: Look, label: string): string {
  return look.isAscii ? label.replaceAll(/[↑↓←→]/g, (arrow) => asciiNames[arrow] ?? arrow) : label;
}

function hintSpans(look: Look, { hint = '', label }: Binding, gap: string): readonly Span[] {
  return [span(gap), span(labelOf(look, label), 'bold'), span(` ${hint}`, 'dim')];
}

/** As many as have room, each of them whole. */
function fitting(look: Look, bindings: readonly Binding[], columns: number, gap: string): readonly Span[] {
  const hints: Span[] = [];
  let left = columns;
  for (const binding of bindings) {
    const spans = hintSpans(look, binding, hints.length === 0 ? '' : gap);
    left -= spansWidth(spans);
    if (left < 0) break;
    hints.push(...spans);
  }
  return hints;
}

/** The keys that are worth a word, from the table of keys. The last one, how to get out, stays where others have to go. */
export function hintsFor(look: Look, bindings: readonly Binding[], columns: number): readonly Span[] {
  const worth = bindings.filter(({ hint }) => hint !== undefined);
  const last = worth.at(-1);
  if (last === undefined) return [];
  const end = hintSpans(look, last, '  ');
  const before = fitting(look, worth.slice(0, -1), columns - spansWidth(end), '  ');
  return before.length === 0 ? fitting(look, [last], columns, '') : [...before, ...end];
}

/** The same for the edge of a frame, in the order of the table. */
export function frameHints(look: Look, bindings: readonly Binding[], columns: number): readonly Span[] {
  const worth = bindings.filter(({ hint }) => hint !== undefined);
  return fitting(look, worth, columns, look.isAscii ? ' - ' : ' · ');
}
