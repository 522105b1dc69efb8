/** What a terminal shows, cell by cell: the character and the look of each, and where the cursor stands. */
import type { Terminal } from '@xterm/headless';

export interface Cell {
  /** One character with its marks; empty in the second column of a wide one. */
  readonly characters: string;
  /** A letter for its colour and attributes; a space for those of the terminal itself. */
  readonly look: string;
}

export type CellRow = readonly Cell[];

/** The looks that the commander has (`src/tui/text/look.ts`), and the letters for them in pictures. */
const looks: Readonly<Record<string, string>> = {
  '': ' ',
  bold: 'B',
  dim: 'd',
  'colour 6': 'c',
  'colour 2': 'g',
  'colour 3': 'y',
  'colour 1': 'r',
};
/** Any other look: nothing of ours, so it came from outside. */
const foreignLook = '?';

type BufferCell = NonNullable<ReturnType<NonNullable<ReturnType<Terminal['buffer']['active']['getLine']>>['getCell']>>;

function lookOf(cell: BufferCell): string {
  const attributes = [
    cell.isBold() && 'bold',
    cell.isDim() && 'dim',
    cell.isItalic() && 'italic',
    cell.isUnderline() && 'underline',
    cell.isInverse() && 'inverse',
    cell.isBlink() && 'blink',
    cell.isInvisible() && 'invisible',
    cell.isStrikethrough() && 'strikethrough',
    !cell.isFgDefault() && `colour ${cell.getFgColor()}`,
    !cell.isBgDefault() && `ground ${cell.getBgColor()}`,
  ];
  return looks[attributes.filter((attribute) => attribute !== false && attribute !== 0).join(' ')] ?? foreignLook;
}

function readCell(cell: BufferCell | undefined): Cell {
  if (cell === undefined) return { characters: ' ', look: ' ' };
  const characters = cell.getWidth() === 0 ? '' : cell.getChars() || ' ';
  return { characters, look: lookOf(cell) };
}

/** The rows that are seen. */
export function readCells(terminal: Terminal): readonly CellRow[] {
  const buffer = terminal.buffer.active;
  return Array.from({ length: terminal.rows }, (_, row) => {
    const line = buffer.getLine(buffer.baseY + row);
    return Array.from({ length: terminal.cols }, (_cell, column) => readCell(line?.getCell(column)));
  });
}

export function textOf(row: CellRow): string {
  return row.map(({ characters }) => characters).join('');
}

export function looksOf(row: CellRow): string {
  return row.map(({ look }) => look).join('');
}
