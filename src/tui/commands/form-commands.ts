/** The form for an address and a key: at the first start, for one relay more, and for another key. */
import { bufferOf, emptyBuffer, type TextBuffer } from '../model/text-buffer.ts';
import {
  type ConnectForm,
  emptyForm,
  type FormAim,
  type FormField,
  fieldsOf,
  holdsKey,
  problemOfKey,
} from '../state/connect-form.ts';
import type { CommanderState, Screen } from '../state/state.ts';
import { notify, type Step, step } from '../state/step.ts';
import type { Handlers } from './handler.ts';

export function openForm(state: CommanderState, aim: FormAim, url: TextBuffer = emptyBuffer): CommanderState {
  return { ...state, overlay: undefined, screen: { name: 'connect-form', form: emptyForm(aim, url) } };
}

function withForm(state: CommanderState, change: (form: ConnectForm) => Partial<ConnectForm>): CommanderState {
  if (state.screen.name !== 'connect-form') return state;
  const { form } = state.screen;
  return { ...state, screen: { name: 'connect-form', form: { ...form, ...change(form) } } };
}

export function editForm(state: CommanderState, edit: (buffer: TextBuffer) => TextBuffer): CommanderState {
  return withForm(state, (form) => ({ [form.field]: edit(form[form.field]), problem: undefined }));
}

function moveField(by: 1 | -1): (state: CommanderState) => Step {
  return (state) =>
    step(
      withForm(state, ({ aim, field }) => {
        const fields = fieldsOf(aim);
        return { field: fields[(fields.indexOf(field) + by + fields.length) % fields.length] ?? field };
      }),
    );
}

/** What stands in the way of trying: the field to fill in or to mend, and why. */
function obstacleIn(form: ConnectForm): Partial<ConnectForm> | undefined {
  const { aim, field, url } = form;
  const fields = fieldsOf(aim);
  const exposed = fields.find((name) => name !== 'authKey' && holdsKey(form[name].text));
  if (exposed !== undefined) {
    const problem = 'That was a key, and can be read here: it belongs behind Master key.';
    return { field: exposed, [exposed]: emptyBuffer, problem };
  }
  if (fields.includes('url') && url.text.trim() === '') return { field: 'url' };
  const isEmpty = (name: FormField): boolean => form[name].text.trim() === '';
  const next = fields.slice(fields.indexOf(field) + 1).find(isEmpty);
  // Whoever has typed the address comes to the key next.
  const isKeyNext = field === 'url' && isEmpty('authKey');
  const problem = isKeyNext ? undefined : problemOfKey(form.authKey.text.trim());
  if (problem !== undefined) return { field: 'authKey', problem };
  return next === undefined ? undefined : { field: next };
}

function submit(state: CommanderState): Step {
  if (state.screen.name !== 'connect-form') return step(state);
  const { form } = state.screen;
  const obstacle = obstacleIn(form);
  if (obstacle !== undefined) return step(withForm(state, () => obstacle));
  const { aim } = form;
  const [url, authKey, name] = [form.url.text.trim(), form.authKey.text.trim(), form.name.text.trim()];
  const tried = { ...form, problem: undefined };
  const screen: Screen =
    aim.for === 'first-relay'
      ? { name: 'busy', what: `Connecting to ${url}.`, form: tried }
      : { name: 'connecting', form: tried };
  return step({ ...state, screen }, { effect: 'join', joining: { aim, url, authKey, name } });
}

/** From a try to the form with what was typed, and from the form to where it was opened. */
function back(state: CommanderState): Step {
  const { screen } = state;
  if (screen.name === 'connecting') {
    return step({ ...state, screen: { name: 'connect-form', form: screen.form } }, { effect: 'give-up' });
  }
  if (screen.name !== 'connect-form') return step(state);
  if (screen.form.aim.for !== 'first-relay') return step({ ...state, screen: { name: 'main' } });
  return step({ ...state, screen: { name: 'first-run', choice: 'connect', problem: undefined } });
}

function enterKey(state: CommanderState): Step {
  const { connection, label, url, profile } = state.relay;
  if (connection?.phase === 'authenticated') {
    return step(notify(state, 'good', 'The relay is connected: it has taken the key.'));
  }
  // The path is the same everywhere, and the host has to be seen where there is little room.
  const address = bufferOf(url.replace(/\/ws\/connect\/?$/, ''));
  return step(openForm(state, { for: 'another-key', label, profile }, address));
}

export const formCommands: Handlers<
  'add-relay' | 'enter-key' | 'form-next' | 'form-previous' | 'form-submit' | 'form-back'
> = {
  'add-relay': (state) => step(openForm(state, { for: 'another-relay' })),
  'enter-key': enterKey,
  'form-next': moveField(1),
  'form-previous': moveField(-1),
  'form-submit': submit,
  'form-back': back,
};
