import type { TextBuffer } from '../model/text-buffer.ts';
import { wrapToCells } from '../text/cells.ts';
import type { Look } from '../text/look.ts';
import { type Span, span } from '../text/spans.ts';
import { toVisible } from '../text/visible.ts';

/** A line that is typed, with a sign where the next character goes, as a terminal's own cursor would stand; long ones by their end. */
export function inputSpans({ text, cursor }: TextBuffer, look: Look, columns = 1000): readonly Span[] {
  const before = toVisible(text.slice(0, cursor), look.isAscii);
  const shown = wrapToCells(before, columns).at(-1) ?? '';
  return [span(shown, 'bold'), span('_', 'accent'), span(toVisible(text.slice(cursor), look.isAscii), 'bold')];
}
