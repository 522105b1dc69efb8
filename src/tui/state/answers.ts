import { showProfiles, showSnippets } from '../commands/menu-commands.ts';
import { refusePrompt } from '../commands/prompting.ts';
import { showLook } from '../commands/sheet-commands.ts';
import { addHistory, fillComposer } from '../model/composer.ts';
import { forgetDevice } from '../model/device-list.ts';
import type { Answer } from './action.ts';
import type { FormField } from './connect-form.ts';
import { holdToken } from './held-tokens.ts';
import { focusPane } from './place.ts';
import type { CommanderState } from './state.ts';
import { addProblem, notify, type Step, step } from './step.ts';

function fail(state: CommanderState, reason: string, field: FormField): CommanderState {
  const { screen } = state;
  if (screen.name === 'main') return addProblem(notify(state, 'bad', reason), reason);
  if ('form' in screen && screen.form !== undefined) {
    return { ...state, screen: { name: 'connect-form', form: { ...screen.form, field, problem: reason } } };
  }
  return { ...state, screen: { name: 'first-run', choice: 'start', problem: reason } };
}

function begin(state: CommanderState, command: string | undefined): CommanderState {
  const { screen } = state;
  const isOneMore = screen.name === 'connecting' && screen.form.aim.for === 'another-relay';
  // What went wrong before was said where it was tried; of the relay that was there until now it was not.
  const unseenProblems = isOneMore ? state.unseenProblems : 0;
  const begun: CommanderState = { ...state, screen: { name: 'main' }, unseenProblems };
  if (command === undefined) return begun;
  return { ...focusPane(begun, 'composer'), composer: fillComposer(begun.composer, command) };
}

/** Said where it was asked, also when the question was given up meanwhile. */
function refuse(state: CommanderState, reason: string): CommanderState {
  return state.overlay?.kind === 'prompt' ? refusePrompt(state, reason) : notify(state, 'bad', reason);
}

/** Its mark goes, too: whoever removed it does not mean to send to it. */
function forgetRemoved(state: CommanderState, id: string): CommanderState {
  const overlay = state.overlay?.kind === 'prompt' ? undefined : state.overlay;
  const forgotten = { ...state, overlay, devices: forgetDevice(state.devices, id) };
  return notify(forgotten, 'good', `${id} is removed: its token does not work any more.`);
}

/** The next state after something that was asked for is done, or cannot be done. */
export function reduceAnswer(state: CommanderState, answer: Answer): Step {
  switch (answer.type) {
    case 'device-looked':
      return step(showLook(state, answer));
    case 'device-added':
      return step(holdToken(state, answer.device));
    case 'device-removed':
      return step(forgetRemoved(state, answer.id));
    case 'prompt-refused':
      return step(refuse(state, answer.reason));
    case 'prompt-done':
      return step(notify({ ...state, overlay: undefined }, 'good', answer.words));
    case 'snippets-listed':
      return step(showSnippets(state, answer.snippets));
    case 'profiles-listed':
      return step(showProfiles(state, answer.profiles));
    case 'history-loaded':
      return step({ ...state, composer: addHistory(state.composer, answer.commands) });
    case 'edited':
      return step({ ...focusPane(state, 'composer'), composer: fillComposer(state.composer, answer.text) });
    case 'beginning-failed':
      return step(fail(state, answer.reason, answer.field ?? 'authKey'));
    case 'begun':
      return step(begin(state, answer.command));
    case 'told':
      return step(notify(state, answer.tone, answer.text));
    default:
      return answer satisfies never;
  }
}
