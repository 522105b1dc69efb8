/** Devices that are registered, removed, or get a new token: what the owner of a room does to its hardware. */
import { isClientId } from '../../protocol/client-id.ts';
import { clientIdRule } from '../../protocol/messages.ts';
import { parseDurationMs } from '../../protocol/units.ts';
import type { DeviceInQuestion } from '../state/overlay.ts';
import type { CommanderState } from '../state/state.ts';
import { notify, type Step, step } from '../state/step.ts';
import { toVisibleName } from '../text/visible.ts';
import type { Handlers } from './handler.ts';
import { type Answered, ask, refusePrompt, workOn } from './prompting.ts';

/** The device of the open sheet, or the one under the cursor. */
function deviceInQuestion({ overlay, devices }: CommanderState): DeviceInQuestion | undefined {
  const sheet = overlay?.kind === 'device-sheet' ? overlay.sheet : undefined;
  const id = sheet?.id ?? devices.cursorId;
  if (id === undefined) return undefined;
  const { state = 'unknown', waiting = 0 } = devices.all.find((device) => device.id === id) ?? {};
  return { id, state: sheet?.detail?.state ?? state, waiting: sheet?.queue?.waiting ?? waiting, sheet };
}

function askAbout(about: 'remove-device' | 'rotate-token'): (state: CommanderState) => Step {
  return (state) => {
    const device = deviceInQuestion(state);
    if (device === undefined) return step(notify(state, 'bad', 'There is no device under the cursor.'));
    return step(ask(state, { about, device }));
  };
}

/** The name of a device that is to be registered. */
export function nameDevice(state: CommanderState, id: string): Step {
  if (!isClientId(id)) return step(refusePrompt(state, `A device is named with ${clientIdRule}.`));
  return workOn(state, { effect: 'add-device', id });
}

/** The name of the device that is to be removed: as it is, or as it is shown. */
export function takeRemovedName(state: CommanderState, typed: string, { device }: Answered<'remove-device'>): Step {
  const { id } = device;
  if (typed === id || typed === toVisibleName(id)) return workOn(state, { effect: 'remove-device', id });
  const problem = typed === '' ? 'Nothing is removed: Esc gives up.' : `That is not its name: nothing is removed.`;
  return step(refusePrompt(state, problem));
}

/** How long the old token goes on. Then it is asked once more, because the machine has to be given the new one by then. */
export function takeKeepOld(state: CommanderState, typed: string, { device }: Answered<'rotate-token'>): Step {
  const { overlay } = state;
  if (overlay?.kind !== 'prompt') return step(state);
  if (typed !== '0' && parseDurationMs(typed) === undefined) {
    return step(refusePrompt(state, 'Write a duration with its unit, such as 1h or 24h, or 0.'));
  }
  const rotation = { device, keepOld: typed === '0' ? undefined : typed };
  return step({ ...state, overlay: { kind: 'confirm-rotation', rotation, prompt: overlay.prompt } });
}

/** The yes to a new token: the question stays until the relay has answered it. */
export function confirmRotation(state: CommanderState): Step {
  if (state.overlay?.kind !== 'confirm-rotation') return step(state);
  const { rotation, prompt } = state.overlay;
  const { device, keepOld } = rotation;
  return workOn({ ...state, overlay: { kind: 'prompt', prompt } }, { effect: 'rotate-token', id: device.id, keepOld });
}

function copyOf(what: 'worker' | 'token'): (state: CommanderState) => Step {
  return (state) => {
    if (state.overlay?.kind !== 'new-device') return step(state);
    const { device } = state.overlay;
    const text = what === 'worker' ? device.worker : device.token;
    // Whether the terminal took it is never known: tmux and others drop it without a word.
    const words = `The ${what} was sent to the terminal; s saves the worker as a file.`;
    return step(notify(state, 'good', words), { effect: 'copy', text });
  };
}

function saveWorker(state: CommanderState): Step {
  if (state.overlay?.kind !== 'new-device') return step(state);
  return step(state, { effect: 'save-worker', worker: state.overlay.device.worker });
}

export const registrationCommands: Handlers<
  'add-device' | 'remove-device' | 'rotate-token' | 'copy-worker' | 'copy-token' | 'save-worker'
> = {
  'add-device': (state) => step(ask(state, { about: 'new-device' })),
  'remove-device': askAbout('remove-device'),
  'rotate-token': askAbout('rotate-token'),
  'copy-worker': copyOf('worker'),
  'copy-token': copyOf('token'),
  'save-worker': saveWorker,
};
