import { emptyBuffer, type TextBuffer } from '../model/text-buffer.ts';
import type { CommanderState, ConnectForm, Screen } from '../state/state.ts';
import { type Step, step } from '../state/step.ts';
import type { Handlers } from './handler.ts';

const emptyForm: ConnectForm = { url: emptyBuffer, authKey: emptyBuffer, field: 'url', problem: undefined };

function show(state: CommanderState, screen: Screen): CommanderState {
  return { ...state, screen };
}

export function editForm(state: CommanderState, edit: (buffer: TextBuffer) => TextBuffer): CommanderState {
  if (state.screen.name !== 'connect-form') return state;
  const { form } = state.screen;
  return show(state, {
    name: 'connect-form',
    form: { ...form, [form.field]: edit(form[form.field]), problem: undefined },
  });
}

function choose(state: CommanderState): Step {
  if (state.screen.name !== 'first-run') return step(state);
  if (state.screen.choice === 'connect') return step(show(state, { name: 'connect-form', form: emptyForm }));
  const busy: Screen = { name: 'busy', what: 'Starting a relay on this machine.', form: undefined };
  return step(show(state, busy), { effect: 'start-local-relay' });
}

function chooseOther(state: CommanderState): Step {
  if (state.screen.name !== 'first-run') return step(state);
  const choice = state.screen.choice === 'start' ? 'connect' : 'start';
  return step(show(state, { ...state.screen, choice }));
}

function nextField(state: CommanderState): Step {
  if (state.screen.name !== 'connect-form') return step(state);
  const { form } = state.screen;
  const field = form.field === 'url' ? 'authKey' : 'url';
  return step(show(state, { name: 'connect-form', form: { ...form, field } }));
}

function submit(state: CommanderState): Step {
  if (state.screen.name !== 'connect-form') return step(state);
  const { form } = state.screen;
  const url = form.url.text.trim();
  const authKey = form.authKey.text.trim();
  if (url === '' || (form.field === 'url' && authKey === '')) {
    const field = url === '' ? 'url' : 'authKey';
    return step(show(state, { name: 'connect-form', form: { ...form, field } }));
  }
  if (authKey === '') {
    const problem = 'A master key is needed: whoever runs the relay has it.';
    return step(show(state, { name: 'connect-form', form: { ...form, problem } }));
  }
  const busy: Screen = { name: 'busy', what: `Connecting to ${url}.`, form };
  return step(show(state, busy), { effect: 'connect', url, authKey });
}

export const firstRunCommands: Handlers<'choose' | 'choose-other' | 'form-next' | 'form-submit' | 'form-back'> = {
  choose,
  'choose-other': chooseOther,
  'form-next': nextField,
  'form-submit': submit,
  'form-back': (state) => step(show(state, { name: 'first-run', choice: 'connect', problem: undefined })),
};
