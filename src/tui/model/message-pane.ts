import type { MessageFilter } from '../../client/message-filter.ts';
import { type ListPlace, moveBy, scrollTop } from './list-window.ts';
import type { LogEntry } from './log-entry.ts';
import {
  appendEntries,
  emptyLog,
  filterLog,
  indexOfSeq,
  type MessageLog,
  passes,
  replaceEntry,
  updateLog,
} from './message-log.ts';

/** What a paused reader keeps looking at, whatever comes meanwhile. */
interface Pause {
  readonly entries: readonly LogEntry[];
  /** Where the log went on when the pause began. */
  readonly nextSeq: number;
  readonly cursorSeq: number;
  readonly top: number;
  /** Asked for by name: then it ends when that is asked for, and not with the next command. */
  readonly isHeld: boolean;
}

/** The log and how it is read: it follows what comes, or it stands still. */
export interface MessagePane {
  readonly log: MessageLog;
  /** The last filter that there was: what `n` goes through. */
  readonly search: { readonly text: string; readonly filter: MessageFilter } | undefined;
  readonly pause: Pause | undefined;
  /** The first line that is shown of the message under the cursor; undefined while its detail is closed. */
  readonly detailTop: number | undefined;
}

export const emptyMessagePane: MessagePane = {
  log: emptyLog,
  search: undefined,
  pause: undefined,
  detailTop: undefined,
};

/** The entries to look at: those that pass the filter, as they are now or as they were when the pause began. */
export function shownEntries(pane: MessagePane): readonly LogEntry[] {
  return pane.pause?.entries ?? pane.log.matches;
}

/** How many messages came since the pause began. */
export function countNew(pane: MessagePane): number {
  return pane.pause === undefined ? 0 : pane.log.nextSeq - pane.pause.nextSeq;
}

function placeOf(pane: MessagePane, rows: number): ListPlace {
  const entries = shownEntries(pane);
  const last = Math.max(0, entries.length - 1);
  if (pane.pause === undefined) return { index: last, top: scrollTop(last, last, rows, entries.length) };
  const index = indexOfSeq(entries, pane.pause.cursorSeq);
  return { index: index < 0 ? last : index, top: pane.pause.top };
}

/** The entry under the cursor: the last one while the log follows. */
export function selectedEntry(pane: MessagePane): LogEntry | undefined {
  return shownEntries(pane)[placeOf(pane, 1).index];
}

export interface MessageWindow {
  readonly entries: readonly LogEntry[];
  readonly top: number;
  readonly count: number;
  readonly selected: LogEntry | undefined;
  /** The entry before the first one. */
  readonly before: LogEntry | undefined;
}

export function messageWindow(pane: MessagePane, rows: number): MessageWindow {
  const entries = shownEntries(pane);
  const { index, top } = placeOf(pane, rows);
  const first = scrollTop(top, index, rows, entries.length);
  return {
    entries: entries.slice(first, first + rows),
    top: first,
    count: entries.length,
    selected: entries[index],
    before: entries[first - 1],
  };
}

function pauseAt(pane: MessagePane, place: ListPlace, isHeld: boolean): MessagePane {
  const entries = shownEntries(pane);
  const cursorSeq = entries[place.index]?.seq;
  if (cursorSeq === undefined) return pane;
  const nextSeq = pane.pause?.nextSeq ?? pane.log.nextSeq;
  return { ...pane, pause: { entries, nextSeq, cursorSeq, top: place.top, isHeld } };
}

/** `isHeld`: by name, and not because something is read. */
export function pauseMessages(pane: MessagePane, rows: number, isHeld: boolean): MessagePane {
  return pane.pause === undefined ? pauseAt(pane, placeOf(pane, rows), isHeld) : pane;
}

/** A command was sent: what becomes of it is to be seen, unless somebody has asked for the pause by name. */
export function followSending(pane: MessagePane): MessagePane {
  return pane.pause?.isHeld === true ? pane : { ...pane, pause: undefined, detailTop: undefined };
}

export function followMessages(pane: MessagePane): MessagePane {
  return { ...pane, pause: undefined };
}

/** Moves the cursor; the log stands still from then on, so that nothing moves away under the reader. */
export function moveMessageCursor(pane: MessagePane, step: number, rows: number): MessagePane {
  const moved = moveBy(placeOf(pane, rows), step, rows, shownEntries(pane).length);
  const closer = pane.detailTop === undefined ? pane : { ...pane, detailTop: 0 };
  return pauseAt(closer, moved, pane.pause?.isHeld === true);
}

/** Moves to the next message (1), or the one before (-1), that fits the last filter; undefined when none does. */
export function moveToMatch(pane: MessagePane, by: 1 | -1, rows: number): MessagePane | undefined {
  const entries = shownEntries(pane);
  const { index } = placeOf(pane, rows);
  for (let at = index + by; at >= 0 && at < entries.length; at += by) {
    const entry = entries[at];
    if (entry !== undefined && passes(pane.search?.filter, entry)) return moveMessageCursor(pane, at - index, rows);
  }
  return undefined;
}

export function addEntries(pane: MessagePane, added: readonly LogEntry[]): MessagePane {
  return { ...pane, log: appendEntries(pane.log, added) };
}

/** Shows a new state of a sent message in its place, in a log that stands still as well. */
export function updateEntry(pane: MessagePane, replacement: LogEntry): MessagePane {
  const { pause } = pane;
  const log = updateLog(pane.log, replacement);
  if (pause === undefined) return { ...pane, log };
  return { ...pane, log, pause: { ...pause, entries: replaceEntry(pause.entries, replacement) } };
}

/** Filters the log as it is now; one that stood still stands still again, at its end. */
export function filterMessages(pane: MessagePane, text: string, filter: MessageFilter | undefined): MessagePane {
  const search = filter === undefined ? pane.search : { text, filter };
  const filtered = { log: filterLog(pane.log, text, filter), search, pause: undefined, detailTop: undefined };
  return pane.pause === undefined ? filtered : pauseMessages(filtered, 1, pane.pause.isHeld);
}
