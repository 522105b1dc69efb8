import stringWidth from 'string-width';

const plainAscii = /^[\x20-\x7e]*$/;

/** Latin letters, arrows, lines of frames, and the signs of the commander: all one column wide, and measured often. */
const narrow =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2022\u2026\u203a\u2190-\u21ff\u2500-\u257f\u25b6\u25cb\u25cf\u29d7\u2713\u2717]*$/;

/** How many columns of the terminal a visible text takes: the measure that Ink uses itself. */
export function cellWidth(text: string): number {
  return narrow.test(text) ? text.length : stringWidth(text);
}

/** The characters as people count them: a letter and its marks are one. */
export function graphemes(text: string): string[] {
  if (plainAscii.test(text)) return text.split('');
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}

/** The longest beginning of a visible text that fits into so many columns. */
function takeCells(text: string, columns: number): string {
  if (plainAscii.test(text)) return text.slice(0, columns);
  let taken = '';
  let left = columns;
  for (const grapheme of graphemes(text.slice(0, columns * 8))) {
    left -= cellWidth(grapheme);
    if (left < 0) break;
    taken += grapheme;
  }
  return taken;
}

/** The visible text in at most so many columns; `ellipsis` stands for what had to go. */
export function cutToCells(text: string, columns: number, ellipsis: string): string {
  if (columns <= 0) return '';
  if (text.length <= columns * 8 && cellWidth(text) <= columns) return text;
  return takeCells(text, columns - cellWidth(ellipsis)) + ellipsis;
}

/** The visible text in exactly so many columns, filled up with spaces. */
export function fitToCells(text: string, columns: number, ellipsis: string): string {
  const cut = cutToCells(text, columns, ellipsis);
  return cut + ' '.repeat(Math.max(0, columns - cellWidth(cut)));
}

/** The visible text in lines of at most so many columns; an empty text is one empty line. */
export function wrapToCells(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  let left = columns;
  for (const grapheme of graphemes(text)) {
    const width = cellWidth(grapheme);
    if (width > left && line !== '') {
      lines.push(line);
      line = '';
      left = columns;
    }
    line += grapheme;
    left -= width;
  }
  lines.push(line);
  return lines;
}

/** The same for sentences: a line ends at a space, and only a word that is longer than a line is broken. */
export function wrapWords(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (cellWidth(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const parts = wrapToCells(word, columns);
    lines.push(...parts.slice(0, -1));
    line = parts.at(-1) ?? '';
  }
  return [...lines, line];
}
