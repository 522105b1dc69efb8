import { cellWidth, graphemes } from './cells.ts';
import { toVisible } from './visible.ts';

/** A text as it is drawn while it is edited: its lines, and where the cursor stands among them. */
export interface TextArea {
  readonly lines: readonly string[];
  readonly cursor: { readonly row: number; readonly column: number };
}

/** Lays out a text in lines of at most so many columns; the cursor is an index into the text, in UTF-16 units. */
export function layOutText(text: string, cursor: number, columns: number, isAscii: boolean): TextArea {
  const lines = [''];
  let width = 0;
  let index = 0;
  let place = { row: 0, column: 0 };
  const startLine = (): void => {
    lines.push('');
    width = 0;
  };
  for (const grapheme of graphemes(text)) {
    const shown = grapheme === '\n' ? '' : toVisible(grapheme, isAscii);
    // One column stays free for the cursor behind the last character.
    if (width > 0 && width + cellWidth(shown) > columns - 1) startLine();
    if (index === cursor) place = { row: lines.length - 1, column: width };
    lines[lines.length - 1] += shown;
    width += cellWidth(shown);
    if (grapheme === '\n') startLine();
    index += grapheme.length;
  }
  if (cursor >= index) place = { row: lines.length - 1, column: width };
  return { lines, cursor: place };
}
