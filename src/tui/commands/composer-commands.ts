import { parseCommandText } from '../model/command-text.ts';
import { completeInComposer, editComposer, fillComposer, recallCommand } from '../model/composer.ts';
import { addresseesOf } from '../model/targets.ts';
import { emptyBuffer, insertText, isOnFirstLine, isOnLastLine, moveCursor } from '../model/text-buffer.ts';
import { focusPane } from '../state/place.ts';
import type { CommanderState } from '../state/state.ts';
import { notify, type Step, step } from '../state/step.ts';
import { quit } from './app-commands.ts';
import { editFocused } from './editing-commands.ts';
import type { Handlers } from './handler.ts';
import { confirmCommand, sendCommand } from './send-commands.ts';

/** Those to whom the last command went come first: the next one mostly goes to them as well. */
function namesToComplete({ composer, devices }: CommanderState): readonly string[] {
  const known = devices.all.map(({ id }) => id);
  if (composer.lastSent === undefined) return known;
  const { targets } = addresseesOf(parseCommandText(composer.lastSent), devices);
  const last = targets.map(({ id }) => id).filter((id) => known.includes(id));
  return [...new Set([...last, ...known])];
}

/** A Tab in an empty composer goes on to the next pane, as it does everywhere else. */
function complete(state: CommanderState): Step {
  if (state.composer.buffer.text === '') return step(focusPane(state, 'devices'));
  const composer = completeInComposer(state.composer, namesToComplete(state));
  if (composer !== undefined) return step({ ...state, composer });
  return step(notify(state, 'bad', 'Nothing to complete here: Tab completes the name of a device behind @.'));
}

function older(state: CommanderState): Step {
  const { composer } = state;
  if (composer.recall === undefined && !isOnFirstLine(composer.buffer)) {
    return step({ ...state, composer: editComposer(composer, (buffer) => moveCursor(buffer, 'up')) });
  }
  return step({ ...state, composer: recallCommand(composer, -1) });
}

function newer(state: CommanderState): Step {
  const { composer } = state;
  if (composer.recall === undefined && !isOnLastLine(composer.buffer)) {
    return step({ ...state, composer: editComposer(composer, (buffer) => moveCursor(buffer, 'down')) });
  }
  return step(composer.recall === undefined ? state : { ...state, composer: recallCommand(composer, 1) });
}

function clearOrQuit(state: CommanderState): Step {
  if (state.composer.buffer.text === '') return quit(state);
  return step({ ...state, composer: fillComposer(state.composer, '') });
}

export const composerCommands: Handlers<
  | 'send'
  | 'confirm'
  | 'newline'
  | 'complete'
  | 'edit-outside'
  | 'history-older'
  | 'history-newer'
  | 'clear'
  | 'clear-or-quit'
  | 'leave-composer'
> = {
  send: sendCommand,
  confirm: confirmCommand,
  newline: (state) => step(editFocused(state, (buffer) => insertText(buffer, '\n'))),
  complete,
  'edit-outside': (state) => step(state, { effect: 'edit', text: state.composer.buffer.text }),
  'history-older': older,
  'history-newer': newer,
  clear: (state) => step(editFocused(state, () => emptyBuffer)),
  'clear-or-quit': clearOrQuit,
  'leave-composer': (state) => step(focusPane(state, state.list)),
};
