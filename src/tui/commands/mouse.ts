/** Clicks and the wheel, once somebody has switched them on: they go where the pointer is. */
import { deviceWindow } from '../model/device-list.ts';
import { type Layout, layoutOf } from '../state/layout.ts';
import { focusPane } from '../state/place.ts';
import type { CommanderState, Pane } from '../state/state.ts';
import { type Step, step } from '../state/step.ts';
import type { MouseStroke } from '../strokes.ts';
import type { Command, MovingCommand } from './command-name.ts';

type Run = (state: CommanderState, command: Command) => Step;

/** Rows that one notch of the wheel moves. */
const wheelRows = 3;

/** Where the lists begin. */
function bodyTop(layout: Layout): number {
  return layout.hasStrip ? 2 : 1;
}

function paneAt(layout: Layout, { column, row }: MouseStroke): Pane | undefined {
  const composerEnd = layout.rows - layout.footerRows;
  const composerTop = composerEnd - layout.composer.rows - (layout.composer.isFramed ? 2 : 1);
  if (row >= composerTop && row < composerEnd) return 'composer';
  if (row < bodyTop(layout) || row >= composerTop) return undefined;
  if (layout.devices !== undefined && column < layout.devices.columns) return 'devices';
  return layout.messages === undefined && layout.detail === undefined ? undefined : 'messages';
}

/** Puts the cursor on the device that was clicked. */
function pickDevice(state: CommanderState, layout: Layout, { row }: MouseStroke): CommanderState {
  const { rows } = deviceWindow(state.devices, layout.devices?.rows ?? 1);
  const picked = rows[row - bodyTop(layout) - 1];
  return picked === undefined ? state : { ...state, devices: { ...state.devices, cursorId: picked.id } };
}

function turnWheel(state: CommanderState, command: MovingCommand, run: Run): Step {
  let turned = state;
  for (let row = 0; row < wheelRows; row++) turned = run(turned, command).state;
  return step(turned);
}

/** A click chooses a pane, and a device in its list; the wheel moves in the list below it. Nothing is ever sent by it. */
export function applyMouse(state: CommanderState, stroke: MouseStroke, run: Run): Step {
  if (state.screen.name !== 'main') return step(state);
  const wheel = stroke.what === 'wheel-up' ? 'row-up' : 'row-down';
  if (state.overlay !== undefined) {
    return stroke.what === 'press' ? step(state) : turnWheel(state, wheel, run);
  }
  const layout = layoutOf(state);
  const pane = paneAt(layout, stroke);
  if (pane === undefined) return step(state);
  if (stroke.what === 'press') {
    const focused = focusPane(state, pane);
    return step(pane === 'devices' ? pickDevice(focused, layout, stroke) : focused);
  }
  return pane === 'composer' ? step(state) : turnWheel(focusPane(state, pane), wheel, run);
}
