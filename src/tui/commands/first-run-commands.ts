import type { CommanderState, Screen } from '../state/state.ts';
import { type Step, step } from '../state/step.ts';
import { openForm } from './form-commands.ts';
import type { Handlers } from './handler.ts';

function choose(state: CommanderState): Step {
  if (state.screen.name !== 'first-run') return step(state);
  if (state.screen.choice === 'connect') return step(openForm(state, { for: 'first-relay' }));
  const busy: Screen = { name: 'busy', what: 'Starting a relay on this machine.', form: undefined };
  return step({ ...state, screen: busy }, { effect: 'start-local-relay' });
}

function chooseOther(state: CommanderState): Step {
  if (state.screen.name !== 'first-run') return step(state);
  const choice = state.screen.choice === 'start' ? 'connect' : 'start';
  return step({ ...state, screen: { ...state.screen, choice } });
}

export const firstRunCommands: Handlers<'choose' | 'choose-other'> = { choose, 'choose-other': chooseOther };
