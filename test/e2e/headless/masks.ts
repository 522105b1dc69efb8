/**
 * What is different in every run of the same script (times, ports, ids, milliseconds) is put out of pictures by its shape, so
 * that everything else can be compared exactly. Columns stay where they are: what is longer or shorter than its mask takes its
 * columns from the blanks beside it, where the program itself has them.
 */
import { type Cell, type CellRow, textOf } from './cells.ts';

/** `same`: always as wide as its mask. `left`: at the right end of something, blanks before it. `right`: the rest of the row moves. */
type Room = 'same' | 'left' | 'right';

export interface Mask {
  /** The group is what is masked. */
  readonly pattern: RegExp;
  readonly shown: string;
  readonly room: Room;
}

function mask(pattern: RegExp, shown: string, room: Room = 'same'): Mask {
  return { pattern: new RegExp(pattern, 'dg'), shown, room };
}

/** No mask is found again by a pattern: all of them want digits or letters where a mask has #. */
const masks: readonly Mask[] = [
  mask(/(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)/, '####-##-##T##-##-##'),
  mask(/(\d\d:\d\d:\d\d\.\d{3})/, '##:##:##.###'),
  mask(/(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)/, '####-##-## ##:##:##'),
  mask(/(?<![\d:])(\d\d:\d\d:\d\d)(?![\d.])/, '##:##:##'),
  mask(/(\d{4}-\d\d-\d\d)(?!\d)/, '####-##-##'),
  mask(/(\/\S*softlab-relay-test-\w{6})/, '/home/#', 'right'),
  mask(/(c-[a-z0-9]{5})-\d/, 'c-#####'),
  mask(/(rly_device_\w{12}_[\w-]{43})/, `rly_device_${'#'.repeat(12)}_${'#'.repeat(43)}`),
  mask(/127\.0\.0\.1:(\d{2,5})/, '#####', 'right'),
  mask(/ (\d+)ms {3}/, '##', 'right'),
  mask(/ in (\d[\d.]*k?)\/s/, '#', 'right'),
  mask(/ out (\d[\d.]*k?)\/s/, '#', 'right'),
  // A sentence of the plain mode; the other is the end of a row.
  mask(/: replied(?:: error)? (\d+) ms/, '##', 'right'),
  mask(/replied(?:: error)? (\d+) ms/, '##', 'left'),
  mask(/(\d+[smhd]) ago/, '##', 'left'),
  // How long a message has waited, in the list of a queue.
  mask(/ (\d+[smhd]) {2}\S+ {2}\{/, '##', 'left'),
  mask(/ (\+\d+\.\d+s)/, '+#.###s', 'left'),
  mask(/again in (\d+)s/, '#', 'right'),
];

interface Found {
  readonly from: number;
  readonly to: number;
  readonly start: number;
}

/** The columns of what a pattern finds: strings count in code units, rows in cells. */
function columnsOf(row: CellRow, indices: readonly [number, number], whole: number): Found {
  const columnAt = (offset: number): number => {
    let seen = 0;
    for (const [column, { characters }] of row.entries()) {
      if (seen >= offset && characters !== '') return column;
      seen += characters.length;
    }
    return row.length;
  };
  return { from: columnAt(indices[0]), to: columnAt(indices[1]), start: columnAt(whole) };
}

function isBlank(cells: CellRow): boolean {
  return cells.every(({ characters }) => characters === ' ');
}

/** The last blank that can give or take columns to the right of `from`: before the frame's edge, or at the end of the row. */
function endOfRow(row: CellRow): number {
  return row.at(-1)?.characters === ' ' ? row.length : row.length - 2;
}

function replaced(row: CellRow, { from, to, start }: Found, { shown, room, pattern }: Mask): CellRow {
  const look = row[from]?.look ?? ' ';
  const cells = [...shown].map((characters): Cell => ({ characters, look }));
  const extra = cells.length - (to - from);
  if (extra === 0) return [...row.slice(0, from), ...cells, ...row.slice(to)];
  if (room === 'same') throw new Error(`${pattern} found what is not as wide as ${shown}: ${textOf(row)}`);
  const blanks = (before: number): Cell[] =>
    Array.from({ length: -extra }, () => row[before - 1] ?? { characters: ' ', look: ' ' });
  const at = room === 'left' ? start : endOfRow(row);
  const taken = extra > 0 ? row.slice(at - extra, at) : [];
  if (!isBlank(taken)) throw new Error(`${pattern} has no room beside it: ${textOf(row)}`);
  if (room === 'left') {
    const before = extra > 0 ? row.slice(0, at - extra) : [...row.slice(0, at), ...blanks(at)];
    return [...before, ...row.slice(at, from), ...cells, ...row.slice(to)];
  }
  const rest = extra > 0 ? row.slice(to, at - extra) : [...row.slice(to, at), ...blanks(at)];
  return [...row.slice(0, from), ...cells, ...rest, ...row.slice(at)];
}

function applyMask(row: CellRow, mask: Mask): CellRow {
  let masked = row;
  for (;;) {
    // Each one moves those behind it, so the next is looked for again.
    const match = textOf(masked).matchAll(mask.pattern).next().value;
    const group = match?.indices?.[1];
    if (match === undefined || group === undefined) return masked;
    masked = replaced(masked, columnsOf(masked, group, match.index), mask);
  }
}

export function maskRow(row: CellRow): CellRow {
  return masks.reduce(applyMask, row);
}
