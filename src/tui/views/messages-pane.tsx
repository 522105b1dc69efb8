import type { ReactElement } from 'react';
import type { Binding } from '../keys/binding.ts';
import { frameKeys, keysFor } from '../keys/keymap.ts';
import type { LogEntry } from '../model/log-entry.ts';
import { type MessageWindow, messageWindow } from '../model/message-pane.ts';
import { addresseesOf, exampleCommand } from '../model/targets.ts';
import { frameColumns, type ListLayout, wrappedRowsMax } from '../state/layout.ts';
import type { CommanderState } from '../state/state.ts';
import { cellWidth } from '../text/cells.ts';
import { formatCount, formatDate } from '../text/format.ts';
import type { Look } from '../text/look.ts';
import { composeRow, span } from '../text/spans.ts';
import type { PaneProps } from './devices-pane.tsx';
import { filterSpans } from './filter-line.ts';
import { Frame } from './frame.tsx';
import { frameHints } from './hints.ts';
import { messageRows, peerText } from './message-row.ts';

function peerColumns(entries: readonly LogEntry[], columns: number, look: Look): number {
  const widest = entries.some(({ direction }) => direction === 'tap') ? 30 : 18;
  const most = columns < 60 ? 10 : widest;
  return Math.min(most, Math.max(6, ...entries.map((entry) => cellWidth(peerText(entry, look, most)))));
}

/** What a newcomer does next: the words are those of the keys that work where the keyboard is. */
function firstStep({ composer, devices, focus }: CommanderState): string {
  if (focus !== 'composer') return `Press i and write: ${exampleCommand(devices)}`;
  const { targets } = addresseesOf(composer.command, devices);
  const isReady = composer.command.body.kind === 'payload' && targets.length > 0;
  return isReady ? 'Enter sends the command below.' : `Write a command below: ${exampleCommand(devices)}`;
}

function emptyRows(state: CommanderState, look: Look, columns: number): string[] {
  const isFiltered = state.messages.log.filterText !== '';
  const lines = isFiltered ? ['No message fits the filter.'] : ['Nothing has come or gone yet.', '', firstStep(state)];
  return lines.map((line) => composeRow(look, columns, [span(line, 'dim')]));
}

function rangeText(top: number, shown: number, count: number, look: Look): string {
  if (count === 0) return '';
  if (shown === count) return formatCount(count);
  const to = look.isAscii ? '-' : '–';
  return `${formatCount(top + 1)}${to}${formatCount(top + shown)} of ${formatCount(count)}`;
}

/** Between two messages of different days. */
function dateRow(atMs: number, look: Look, columns: number): string {
  const line = look.glyphs.horizontal;
  return composeRow(look, columns, [span(`${line.repeat(3)} ${formatDate(atMs)} `, 'dim')], [], span(line, 'dim'));
}

interface LogRows {
  readonly rows: readonly string[];
  /** The first row that is shown. */
  readonly top: number;
}

/** The rows of the window. With date lines and wrapped messages there may be too many: the cursor's own stay in sight. */
function logRows(state: CommanderState, view: MessageWindow, look: Look, layout: ListLayout): LogRows {
  const columns = layout.columns - frameColumns;
  const { entries, selected } = view;
  const { isWrapped, time } = state.reading;
  const peers = peerColumns(entries, columns, look);
  // While the log follows and the eyes are elsewhere, no row is the chosen one.
  const hasCursor = state.focus === 'messages' || state.messages.pause !== undefined;
  const rows: string[] = [];
  let cursorEnd = 0;
  let beforeMs = view.before?.atMs;
  for (const entry of entries) {
    if (beforeMs !== undefined && formatDate(beforeMs) !== formatDate(entry.atMs)) {
      rows.push(dateRow(entry.atMs, look, columns));
    }
    const isCursor = hasCursor && entry.seq === selected?.seq;
    const options = { look, columns, peers, isCursor, time, beforeMs, rows: isWrapped ? wrappedRowsMax : 1 };
    rows.push(...messageRows(entry, options));
    if (entry.seq === selected?.seq) cursorEnd = rows.length;
    beforeMs = entry.atMs;
  }
  return { rows, top: Math.max(0, cursorEnd - layout.rows) };
}

/** Somebody begins to write a filter: then its language is shown. */
function isFilterEmpty({ filterInput }: CommanderState): boolean {
  return filterInput?.pane === 'messages' && filterInput.buffer.text === '';
}

/** A log that stands still, also because somebody only moved in it, says first how it goes on. */
function hintedKeys({ messages }: CommanderState): readonly Binding[] {
  const keys = frameKeys('messages');
  return messages.pause === undefined ? keys : [...keysFor('messages', 'follow'), ...keys];
}

export function MessagesPane({ state, look, layout }: PaneProps): ReactElement {
  const columns = layout.columns - frameColumns;
  // An open detail has the keyboard.
  const hasFocus = state.focus === 'messages' && state.messages.detailTop === undefined;
  const view = messageWindow(state.messages, layout.rows);
  const { entries, count } = view;
  const range = rangeText(view.top, entries.length, count, look);
  const { rows, top } = logRows(state, view, look, layout);
  const filter = filterSpans(state, 'messages', look);
  return (
    <Frame
      look={look}
      columns={layout.columns}
      rows={layout.rows}
      title={[span('2 ', 'dim'), span('Messages', 'bold'), ...(hasFocus ? [span(` ${look.glyphs.cursor}`)] : [])]}
      status={range === '' ? [] : [span(range, 'dim')]}
      hints={filter.length > 0 ? filter : hasFocus ? frameHints(look, hintedKeys(state), columns) : []}
      remark={isFilterEmpty(state) ? [span('text from=ID field=value -not', 'dim')] : []}
      hasFocus={hasFocus}
      content={entries.length === 0 ? emptyRows(state, look, columns) : rows.slice(top, top + layout.rows)}
    />
  );
}
