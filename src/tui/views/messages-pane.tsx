import type { ReactElement } from 'react';
import { keymap } from '../keymap.ts';
import type { LogEntry } from '../model/log-entry.ts';
import { messageWindow } from '../model/message-pane.ts';
import { frameColumns } from '../state/layout.ts';
import type { CommanderState } from '../state/state.ts';
import { cellWidth } from '../text/cells.ts';
import { formatCount } from '../text/format.ts';
import type { Look } from '../text/look.ts';
import { composeRow, span } from '../text/spans.ts';
import type { PaneProps } from './devices-pane.tsx';
import { filterSpans } from './filter-line.ts';
import { Frame } from './frame.tsx';
import { hintsFor } from './hints.ts';
import { messageRow, peerText } from './message-row.ts';

function peerColumns(entries: readonly LogEntry[], columns: number, look: Look): number {
  const widest = entries.some(({ direction }) => direction === 'tap') ? 30 : 18;
  const most = columns < 60 ? 10 : widest;
  return Math.min(most, Math.max(6, ...entries.map((entry) => cellWidth(peerText(entry, look, most)))));
}

function emptyRows(state: CommanderState, look: Look, columns: number): string[] {
  const lines =
    state.messages.log.filterText === ''
      ? ['Nothing has come or gone yet.', '', 'Press i and write: @name {"cmd":"status"}']
      : ['No message fits the filter.'];
  return lines.map((line) => composeRow(look, columns, [span(line, 'dim')]));
}

function rangeText(top: number, shown: number, count: number): string {
  if (count === 0) return '';
  if (shown === count) return formatCount(count);
  return `${formatCount(top + 1)}-${formatCount(top + shown)} of ${formatCount(count)}`;
}

export function MessagesPane({ state, look, layout }: PaneProps): ReactElement {
  const columns = layout.columns - frameColumns;
  // An open detail has the keyboard.
  const hasFocus = state.focus === 'messages' && state.messages.detailTop === undefined;
  const { entries, top, count, selected } = messageWindow(state.messages, layout.rows);
  const range = rangeText(top, entries.length, count);
  const peers = peerColumns(entries, columns, look);
  // While the log follows and the eyes are elsewhere, no row is the chosen one.
  const cursorSeq = state.focus === 'messages' || state.messages.pause !== undefined ? selected?.seq : undefined;
  const content =
    entries.length === 0
      ? emptyRows(state, look, columns)
      : entries.map((entry) => messageRow(entry, { look, columns, peers, isCursor: entry.seq === cursorSeq }));
  const filter = filterSpans(state, 'messages', look);
  return (
    <Frame
      look={look}
      columns={layout.columns}
      rows={layout.rows}
      title={[span('2 ', 'dim'), span('Messages', 'bold'), ...(hasFocus ? [span(` ${look.glyphs.cursor}`)] : [])]}
      status={range === '' ? [] : [span(range, 'dim')]}
      hints={filter.length > 0 ? filter : hasFocus ? hintsFor(look, keymap.messages.own, columns) : []}
      hasFocus={hasFocus}
      content={content}
    />
  );
}
