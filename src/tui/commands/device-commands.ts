import { writeName } from '../model/command-text.ts';
import { editComposer } from '../model/composer.ts';
import { changeOrder, clearMarks, type DeviceOrder, filterDevices, toggleMark } from '../model/device-list.ts';
import { focusPane } from '../state/place.ts';
import type { CommanderState } from '../state/state.ts';
import { notify, type Step, step } from '../state/step.ts';
import type { Handlers } from './handler.ts';

function toggleMarkAtCursor(state: CommanderState): Step {
  const { cursorId } = state.devices;
  return step(cursorId === undefined ? state : { ...state, devices: toggleMark(state.devices, cursorId) });
}

/** Takes away what is set: the marks first, then the filter. */
function clearStep(state: CommanderState): Step {
  const { devices } = state;
  return step({ ...state, devices: devices.marks.length > 0 ? clearMarks(devices) : filterDevices(devices, '') });
}

/** Writes the name of the device in front of the command, so that the composer says whom it goes to. */
function addressDevice(state: CommanderState): Step {
  const { cursorId } = state.devices;
  const { names } = state.composer.command;
  if (cursorId === undefined) return step(state);
  const focused = focusPane(state, 'composer');
  if (names.some(({ name }) => name === cursorId)) return step(focused);
  const prefix = `${writeName(cursorId)} `;
  const composer = editComposer(state.composer, ({ text, cursor }) => ({
    text: prefix + text,
    cursor: cursor + prefix.length,
  }));
  return step({ ...focused, composer });
}

const orderWords: Readonly<Record<DeviceOrder, string>> = {
  name: 'by name',
  state: 'online first',
  seen: 'seen last first',
  waiting: 'most waiting first',
};

function sortDevices(state: CommanderState): Step {
  const devices = changeOrder(state.devices);
  return step(notify({ ...state, devices }, 'good', `Devices are sorted: ${orderWords[devices.order]}.`));
}

export const deviceCommands: Handlers<'toggle-mark' | 'clear-marks' | 'address-device' | 'sort-devices'> = {
  'sort-devices': sortDevices,
  'toggle-mark': toggleMarkAtCursor,
  'clear-marks': clearStep,
  'address-device': addressDevice,
};
