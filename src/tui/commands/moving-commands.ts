import { moveDeviceCursor } from '../model/device-list.ts';
import { moveMessageCursor } from '../model/message-pane.ts';
import { layoutOf, overlayRows, wrappedRowsMax } from '../state/layout.ts';
import { overlayLines } from '../state/overlay-lines.ts';
import { placeOf } from '../state/place.ts';
import type { CommanderState } from '../state/state.ts';
import { type Step, step } from '../state/step.ts';
import type { MovingCommand } from './command-name.ts';
import type { Handlers } from './handler.ts';
import { moveInSheet } from './sheet-commands.ts';

/** A move in rows: `Infinity` is the end of the list. */
function rowsOf(command: MovingCommand, page: number): number {
  switch (command) {
    case 'row-down':
      return 1;
    case 'row-up':
      return -1;
    case 'page-down':
      return page;
    case 'page-up':
      return -page;
    case 'first-row':
      return Number.NEGATIVE_INFINITY;
    case 'last-row':
      return Number.POSITIVE_INFINITY;
  }
}

/** Help, errors and a worker to paste may be longer than the screen. */
function scroll(state: CommanderState, rows: number): CommanderState {
  const { overlay } = state;
  if (overlay === undefined || !('top' in overlay)) return state;
  const topMax = Math.max(0, overlayLines(state, overlay).length - overlayRows(layoutOf(state)));
  return { ...state, overlay: { ...overlay, top: Math.max(0, Math.min(overlay.top + rows, topMax)) } };
}

/** What waits in a queue is listed in a part of its sheet: a page of it is about as long as this. */
const sheetPageRows = 10;

function moveInOverlay(state: CommanderState, command: MovingCommand): CommanderState {
  const { overlay } = state;
  if (overlay?.kind === 'device-sheet') {
    return { ...state, overlay: { ...overlay, sheet: moveInSheet(overlay.sheet, rowsOf(command, sheetPageRows)) } };
  }
  // The last row of a page is the first of the next one, so that nobody loses the place.
  return scroll(state, rowsOf(command, Math.max(1, overlayRows(layoutOf(state)) - 1)));
}

/** In the detail, pages scroll the message and rows go to the next one. */
function moveInDetail(state: CommanderState, command: MovingCommand): CommanderState {
  const layout = layoutOf(state);
  if (command === 'row-down' || command === 'row-up') {
    const rows = layout.messages?.rows ?? 1;
    return { ...state, messages: moveMessageCursor(state.messages, rowsOf(command, 1), rows) };
  }
  const page = Math.max(1, (layout.detail?.rows ?? 2) - 1);
  const top = Math.max(0, (state.messages.detailTop ?? 0) + rowsOf(command, page));
  return { ...state, messages: { ...state.messages, detailTop: top } };
}

function moveInList(state: CommanderState, command: MovingCommand): CommanderState {
  const layout = layoutOf(state);
  if (state.focus === 'devices') {
    const rows = layout.devices?.rows ?? 1;
    return { ...state, devices: moveDeviceCursor(state.devices, rowsOf(command, rows), rows) };
  }
  const rows = layout.messages?.rows ?? 1;
  // Messages of several rows: a page of as many as there are rows would pass over some.
  const page = state.reading.isWrapped ? Math.max(1, Math.floor(rows / wrappedRowsMax)) : rows;
  return { ...state, messages: moveMessageCursor(state.messages, rowsOf(command, page), rows) };
}

function move(command: MovingCommand): (state: CommanderState) => Step {
  return (state) => {
    const place = placeOf(state);
    if (state.overlay !== undefined) return step(moveInOverlay(state, command));
    if (place === 'detail') return step(moveInDetail(state, command));
    return step(place === 'devices' || place === 'messages' ? moveInList(state, command) : state);
  };
}

export const movingCommands: Handlers<MovingCommand> = {
  'row-down': move('row-down'),
  'row-up': move('row-up'),
  'page-down': move('page-down'),
  'page-up': move('page-up'),
  'first-row': move('first-row'),
  'last-row': move('last-row'),
};
