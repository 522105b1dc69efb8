/** Tokens are shown once, and so never where a key that is pressed for something else would close them. */
import { toVisible, toVisibleName } from '../text/visible.ts';
import type { NewDevice } from './overlay.ts';
import type { CommanderState } from './state.ts';
import { notify } from './step.ts';

function show(state: CommanderState, device: NewDevice): CommanderState {
  return { ...state, overlay: { kind: 'new-device', device, top: 0 } };
}

/** Whether the question is open that this token answers. */
function isAwaited({ screen, overlay }: CommanderState): boolean {
  if (screen.name !== 'main' || overlay?.kind !== 'prompt' || !overlay.prompt.isBusy) return false;
  return overlay.prompt.question.about === 'new-device' || overlay.prompt.question.about === 'rotate-token';
}

function isFree({ screen, overlay, filterInput, focus, composer }: CommanderState): boolean {
  if (screen.name !== 'main' || overlay !== undefined || filterInput !== undefined) return false;
  return focus !== 'composer' || composer.buffer.text === '';
}

/** Shows a token where it is awaited, and else keeps it until nothing is in the way. */
export function holdToken(state: CommanderState, device: NewDevice): CommanderState {
  if (isAwaited(state) && device.elsewhere === undefined) return show(state, device);
  const held = { ...state, heldTokens: [...state.heldTokens, device] };
  if (isFree(state)) return held;
  const at = device.elsewhere === undefined ? '' : ` at ${toVisible(device.elsewhere)}`;
  return notify(held, 'good', `The token of ${toVisibleName(device.id)}${at} has come: it is shown when this is done.`);
}

/** Shows the next token that was kept, when nothing is in the way any more. */
export function showHeld(state: CommanderState): CommanderState {
  const [device, ...heldTokens] = state.heldTokens;
  return device === undefined || !isFree(state) ? state : show({ ...state, heldTokens }, device);
}
