import type { Place } from '../keys/keymap.ts';
import type { CommanderState, Pane } from './state.ts';

/** What has the keyboard: the topmost thing on the screen. */
export function placeOf(state: CommanderState): Place {
  if (state.screen.name !== 'main') return state.screen.name;
  if (state.overlay !== undefined) return state.overlay.kind;
  if (state.filterInput !== undefined) return 'filter';
  if (state.focus === 'messages' && state.messages.detailTop !== undefined) return 'detail';
  return state.focus;
}

export function focusPane(state: CommanderState, pane: Pane): CommanderState {
  return { ...state, focus: pane, list: pane === 'composer' ? state.list : pane };
}
