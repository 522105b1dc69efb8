import { wrapToCells } from '../text/cells.ts';
import { footerRowsOf } from './footer-text.ts';
import type { CommanderState, Size } from './state.ts';

/** A framed list: how wide the frame is and how many rows stand in it. */
export interface ListLayout {
  readonly columns: number;
  readonly rows: number;
}

/** Where everything stands. Computed from the size alone and from what is open, for the views and for scrolling. */
export interface Layout {
  readonly columns: number;
  readonly rows: number;
  readonly devices: ListLayout | undefined;
  readonly messages: ListLayout | undefined;
  readonly detail: ListLayout | undefined;
  readonly composer: { readonly rows: number; readonly isFramed: boolean };
  /** One line that stands for the panes that have no room. */
  readonly hasStrip: boolean;
  /** Rows of the last lines, which a long sentence takes more of. */
  readonly footerRows: number;
}

/** Smaller than this, nothing can be read. */
export const smallestSize: Size = { columns: 40, rows: 12 };
const wideSize: Size = { columns: 100, rows: 18 };
const framedRowsMin = 18;
const deviceColumns = 30;
const headerRows = 1;
const frameRows = 2;
/** What the frame and its padding take of a pane's columns. */
export const frameColumns = 4;
const composerRowsMax = 5;
/** A wrapped message takes so many rows of the log at most; its detail shows all of it. */
export const wrappedRowsMax = 5;

export function isTooSmall(size: Size): boolean {
  return size.columns < smallestSize.columns || size.rows < smallestSize.rows;
}

/** Rows that the text of the composer takes, at most `most`. */
function composerRows(text: string, columns: number, most: number): number {
  // Whatever is longer than this fills all rows, and a pasted file need not be wrapped to know it.
  if (text.length > columns * most) return most;
  const rows = text.split('\n').reduce((sum, line) => sum + wrapToCells(`${line} `, columns).length, 0);
  return Math.min(rows, most);
}

function listRows(height: number): number {
  return Math.max(1, height - frameRows);
}

type BodyLayout = Pick<Layout, 'devices' | 'messages' | 'detail'>;

function messagesWithDetail(state: CommanderState, columns: number, height: number): BodyLayout {
  const rows = listRows(height);
  if (state.messages.detailTop === undefined)
    return { devices: undefined, messages: { columns, rows }, detail: undefined };
  const upper = Math.floor(height / 2);
  return {
    devices: undefined,
    messages: { columns, rows: listRows(upper) },
    detail: { columns, rows: listRows(height - upper) },
  };
}

function wideBody(state: CommanderState, height: number): BodyLayout {
  const { columns } = state.size;
  if (state.isZoomed && state.list === 'messages') return messagesWithDetail(state, columns, height);
  const devices = { columns: deviceColumns, rows: listRows(height) };
  if (state.isZoomed) return { devices: { ...devices, columns }, messages: undefined, detail: undefined };
  return { ...messagesWithDetail(state, columns - deviceColumns, height), devices };
}

function narrowBody(state: CommanderState, height: number): BodyLayout {
  const pane = { columns: state.size.columns, rows: listRows(height) };
  if (state.list === 'devices') return { devices: pane, messages: undefined, detail: undefined };
  if (state.messages.detailTop === undefined) return { devices: undefined, messages: pane, detail: undefined };
  return { devices: undefined, messages: undefined, detail: pane };
}

export function layoutOf(state: CommanderState): Layout {
  const { columns, rows } = state.size;
  const isWide = columns >= wideSize.columns && rows >= wideSize.rows;
  const isFramed = rows >= framedRowsMin;
  const most = isFramed ? composerRowsMax : 2;
  const textRows = composerRows(state.composer.buffer.text, columns - frameColumns, most);
  // The title of the composer stands in its frame, or on a line of its own.
  const composerHeight = textRows + (isFramed ? frameRows : 1);
  const footerRows = footerRowsOf(state);
  const strip = isWide ? 0 : 1;
  const height = rows - headerRows - footerRows - strip - composerHeight;
  const body = isWide ? wideBody(state, height) : narrowBody(state, height);
  return { columns, rows, ...body, composer: { rows: textRows, isFramed }, hasStrip: !isWide, footerRows };
}

/** Rows inside of the frame of what stands in the place of the lists. */
export function overlayRows({ rows, composer, hasStrip, footerRows }: Layout): number {
  const composerHeight = composer.rows + (composer.isFramed ? frameRows : 1);
  return rows - headerRows - footerRows - (hasStrip ? 1 : 0) - composerHeight - frameRows;
}
