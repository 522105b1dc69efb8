import { parseMessageFilter } from '../../client/message-filter.ts';
import { filterDevices } from '../model/device-list.ts';
import { filterMessages } from '../model/message-pane.ts';
import { bufferOf, type TextBuffer } from '../model/text-buffer.ts';
import type { CommanderState } from '../state/state.ts';
import { type Step, step } from '../state/step.ts';
import type { Handlers } from './handler.ts';

function applyFilter(state: CommanderState, pane: 'devices' | 'messages', text: string): CommanderState {
  if (pane === 'devices') return { ...state, devices: filterDevices(state.devices, text) };
  return { ...state, messages: filterMessages(state.messages, text, parseMessageFilter(text)) };
}

/** The list follows the filter while it is typed. */
export function editFilter(state: CommanderState, edit: (buffer: TextBuffer) => TextBuffer): CommanderState {
  const { filterInput } = state;
  if (filterInput === undefined) return state;
  const buffer = edit(filterInput.buffer);
  const edited = { ...state, filterInput: { ...filterInput, buffer } };
  return buffer.text === filterInput.buffer.text ? edited : applyFilter(edited, filterInput.pane, buffer.text);
}

function openFilter(state: CommanderState): Step {
  const before = state.list === 'devices' ? state.devices.filterText : state.messages.log.filterText;
  return step({ ...state, filterInput: { pane: state.list, buffer: bufferOf(before), before } });
}

/** Gives up what was being typed. */
function cancelFilter(state: CommanderState): Step {
  const { filterInput } = state;
  if (filterInput === undefined) return step(state);
  return step(applyFilter({ ...state, filterInput: undefined }, filterInput.pane, filterInput.before));
}

function dropFilter(state: CommanderState): Step {
  return step(state.messages.log.filterText === '' ? state : applyFilter(state, 'messages', ''));
}

export const filterCommands: Handlers<'open-filter' | 'keep-filter' | 'cancel-filter' | 'drop-filter'> = {
  'open-filter': openFilter,
  'keep-filter': (state) => step({ ...state, filterInput: undefined }),
  'cancel-filter': cancelFilter,
  'drop-filter': dropFilter,
};
