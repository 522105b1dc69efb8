import { cellWidth, cutToCells } from './cells.ts';
import type { Look, Tone } from './look.ts';

/** A piece of a row in one tone. Its text is visible already; what others wrote has gone through `toVisible`. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

export function span(text: string, tone: Tone = 'plain'): Span {
  return { text, tone };
}

export function spansWidth(spans: readonly Span[]): number {
  return spans.reduce((sum, { text }) => sum + cellWidth(text), 0);
}

/** The spans in at most so many columns. */
function cutSpans(look: Look, spans: readonly Span[], columns: number): Span[] {
  const cut: Span[] = [];
  let left = columns;
  for (const { text, tone } of spans) {
    const isLast = cellWidth(text) > left;
    const shown = isLast ? cutToCells(text, left, look.glyphs.ellipsis) : text;
    cut.push({ text: shown, tone });
    left -= cellWidth(shown);
    if (isLast) break;
  }
  return cut;
}

function paintSpans(look: Look, spans: readonly Span[]): string {
  return spans.map(({ text, tone }) => look.paint(tone, text)).join('');
}

/** One row of exactly so many columns: what is left of it is cut before what is right of it. */
export function composeRow(
  look: Look,
  columns: number,
  left: readonly Span[],
  right: readonly Span[] = [],
  fill: Span = span(' '),
): string {
  const rightCut = cutSpans(look, right, columns);
  const rightWidth = spansWidth(rightCut);
  const gap = rightWidth > 0 ? 1 : 0;
  const leftCut = cutSpans(look, left, columns - rightWidth - gap);
  const filling = span(fill.text.repeat(Math.max(0, columns - spansWidth(leftCut) - rightWidth)), fill.tone);
  return paintSpans(look, [...leftCut, filling, ...rightCut]);
}
