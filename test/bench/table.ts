/** Results as tables for people. */
import type { Column } from './measures/measure.ts';
import type { Row } from './results.ts';

/** A Markdown table whose columns also line up as text: the first two to the left, figures to the right. */
function renderTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const textColumns = 2;
  const widths = titles.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]) => {
    const padded = cells.map((cell, index) =>
      index < textColumns ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
    );
    return `| ${padded.join(' | ')} |`;
  };
  const rule = widths.map((width, index) => (index < textColumns ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(titles), line(rule), ...rows.map(line)].join('\n');
}

function formatFigure(value: number | undefined, digits: number): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The table of one measure: a row a case and peer, a ratio to each reference beside the columns that want one. */
export function tableOf(columns: readonly Column[], rows: readonly Row[], references: readonly string[]): string {
  const measured = references.filter((name) => rows.some((row) => row.peer === name && row.rounds.length > 0));
  const titles = columns.flatMap(({ title, hasRatio }) => [
    title,
    ...(hasRatio === true ? measured.map((name) => `× ${name}`) : []),
  ]);
  const cellsOf = (row: Row) =>
    columns.flatMap(({ key, digits, hasRatio }) => [
      formatFigure(row.median[key], digits),
      ...(hasRatio === true ? measured.map((name) => ratioTo(name, row, key)) : []),
    ]);
  const ratioTo = (name: string, row: Row, key: string) => {
    const reference = rows.find((other) => other.case === row.case && other.peer === name)?.median[key];
    return formatFigure((row.median[key] ?? Number.NaN) / (reference ?? Number.NaN), 2);
  };
  return renderTable(
    ['case', 'server', ...titles],
    rows.map((row) => [row.case, row.peer, ...cellsOf(row)]),
  );
}
