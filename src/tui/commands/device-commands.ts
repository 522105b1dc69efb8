import { changeOrder, clearMarks, type DeviceOrder, filterDevices, toggleMark } from '../model/device-list.ts';
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

export const deviceCommands: Handlers<'toggle-mark' | 'clear-marks' | 'sort-devices'> = {
  'sort-devices': sortDevices,
  'toggle-mark': toggleMarkAtCursor,
  'clear-marks': clearStep,
};
