/** A screen as a text that can be compared, line by line, and read: what it says, and below it how each cell looks. */
import { looksOf, textOf } from './cells.ts';
import type { HeadlessTerminal } from './headless-terminal.ts';
import { maskRow } from './masks.ts';

function lines(rows: readonly string[]): string {
  return rows
    .map((row) => row.trimEnd())
    .join('\n')
    .trimEnd();
}

/** B bold, d dim, c cyan, g green, y yellow, r red; ? is a look that is none of the commander's. */
export function pictureOf(terminal: HeadlessTerminal): string {
  const rows = terminal.cells().map(maskRow);
  const { cursor, isAlternate, mouse, title } = terminal.modes();
  const where = cursor === 'hidden' ? 'hidden' : `at row ${cursor.row + 1}, column ${cursor.column + 1}`;
  const facts = [
    `${rows[0]?.length ?? 0}x${rows.length}`,
    `cursor ${where}`,
    isAlternate ? 'alternate screen' : 'main screen',
    `mouse ${mouse}`,
    `title ${JSON.stringify(title)}`,
  ];
  return `${facts.join('; ')}\n\n${lines(rows.map(textOf))}\n\nlooks\n${lines(rows.map(looksOf))}\n`;
}
