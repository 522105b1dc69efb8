import { type ReactElement, useMemo } from 'react';
import { frameKeys } from '../keys/keymap.ts';
import { type LogEntry, reasonOf, voiceOf } from '../model/log-entry.ts';
import { selectedEntry, shownEntries } from '../model/message-pane.ts';
import { frameColumns } from '../state/layout.ts';
import { wrapToCells } from '../text/cells.ts';
import { formatCount, formatMoment } from '../text/format.ts';
import type { Look, Tone } from '../text/look.ts';
import { type Change, compareJson, type PrettyLine, prettyJson } from '../text/pretty-json.ts';
import { composeRow, type Span, span } from '../text/spans.ts';
import { toVisible, toVisibleName } from '../text/visible.ts';
import type { PaneProps } from './devices-pane.tsx';
import { Frame } from './frame.tsx';
import { frameHints } from './hints.ts';
import { outcomeSpan } from './message-row.ts';

/** Lines of a payload that are laid out at most; a hostile one could have 100,000. */
const linesMax = 2_000;
const depthShownMax = 12;

const changeSigns = { same: ' ', new: '+', changed: '~' } as const satisfies Record<Change['kind'], string>;
const changeTones: Readonly<Record<Change['kind'], Tone>> = { same: 'plain', new: 'good', changed: 'warn' };

function lineRows(line: PrettyLine, change: Change, look: Look, columns: number): string[] {
  const indent = '  '.repeat(Math.min(line.depth, depthShownMax));
  const before = change.kind === 'changed' ? `   was ${toVisible(change.before.slice(0, 80), look.isAscii)}` : '';
  const text = indent + toVisible(line.label + line.value, look.isAscii);
  const wrapped = wrapToCells(text, columns - 2);
  return wrapped.map((part, index) => {
    const sign = span(index === 0 ? `${changeSigns[change.kind]} ` : '  ', changeTones[change.kind]);
    const isLast = index === wrapped.length - 1;
    return composeRow(look, columns, [sign, span(part, changeTones[change.kind]), span(isLast ? before : '', 'dim')]);
  });
}

function factRows(entry: LogEntry, look: Look, columns: number): string[] {
  const name = (id: string): Span => span(toVisibleName(id === '' ? '(no sender)' : id, look.isAscii), 'bold');
  const sides = {
    in: [span('from ', 'dim'), name(entry.peer)],
    out: [span('to ', 'dim'), name(entry.peer)],
    tap: [
      span('from ', 'dim'),
      name(entry.direction === 'tap' ? entry.from : ''),
      span(' to ', 'dim'),
      name(entry.peer),
    ],
  };
  const facts: Span[] = [
    ...sides[entry.direction],
    span(`   ${formatMoment(entry.atMs)}   ${formatCount(entry.text.length)} characters`, 'dim'),
  ];
  if (entry.direction !== 'out') return [composeRow(look, columns, facts)];
  const reason = reasonOf(entry.outcome);
  const words = reason === undefined ? [] : [span(`   ${toVisible(reason, look.isAscii)}`, 'dim')];
  return [composeRow(look, columns, facts), composeRow(look, columns, [outcomeSpan(entry.outcome, look), ...words])];
}

/** The message before it of the same sender: what a reader compares with. */
function earlierEntry(entries: readonly LogEntry[], entry: LogEntry): LogEntry | undefined {
  const voice = voiceOf(entry);
  return entries.findLast((earlier) => earlier.seq < entry.seq && voiceOf(earlier) === voice);
}

/** What came back for a sent message, below it. */
function replyRows(entry: LogEntry, look: Look, columns: number): string[] {
  if (entry.direction !== 'out' || entry.outcome.state !== 'replied') return [];
  const lines = prettyJson(entry.outcome.reply, linesMax);
  const body = lines.flatMap((line) => lineRows(line, { kind: 'same' }, look, columns));
  return [composeRow(look, columns, []), composeRow(look, columns, [span('The reply', 'bold')]), ...body];
}

function detailRows(entry: LogEntry, earlier: LogEntry | undefined, look: Look, columns: number): string[] {
  const lines = prettyJson(entry.text, linesMax);
  const comparison = compareJson(lines, earlier === undefined ? lines : prettyJson(earlier.text, linesMax));
  const body = lines.flatMap((line, index) =>
    lineRows(line, comparison.changes[index] ?? { kind: 'same' }, look, columns),
  );
  const gone = comparison.gone.map(([path, value]) =>
    composeRow(look, columns, [span(toVisible(`- ${path}: ${value.slice(0, 80)}`, look.isAscii), 'bad')]),
  );
  const more = lines.length < linesMax ? [] : [composeRow(look, columns, [span('  and more', 'dim')])];
  return [...factRows(entry, look, columns), ...body, ...gone, ...more, ...replyRows(entry, look, columns)];
}

export function DetailPane({ state, look, layout }: PaneProps): ReactElement {
  const columns = layout.columns - frameColumns;
  const entry = selectedEntry(state.messages);
  const earlier = entry === undefined ? undefined : earlierEntry(shownEntries(state.messages), entry);
  const rows = useMemo(
    () => (entry === undefined ? [] : detailRows(entry, earlier, look, columns)),
    [entry, earlier, look, columns],
  );
  const top = Math.min(state.messages.detailTop ?? 0, Math.max(0, rows.length - layout.rows));
  const hasFocus = state.focus === 'messages';
  const isWhole = rows.length <= layout.rows;
  const range = isWhole ? '' : `${top + 1}-${Math.min(rows.length, top + layout.rows)} of ${rows.length} lines`;
  return (
    <Frame
      look={look}
      columns={layout.columns}
      rows={layout.rows}
      title={[
        span('Message', 'bold'),
        span(earlier === undefined ? '' : '  + new  ~ changed since the one before', 'dim'),
      ]}
      status={range === '' ? [] : [span(range, 'dim')]}
      hints={hasFocus ? frameHints(look, frameKeys('detail'), columns) : []}
      hasFocus={hasFocus}
      content={rows.slice(top, top + layout.rows)}
    />
  );
}
