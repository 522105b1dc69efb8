import { fillSnippet, isSnippetName, snippetVariables } from '../../client/snippets.ts';
import { isClientId } from '../../protocol/client-id.ts';
import { clientIdRule } from '../../protocol/messages.ts';
import type { TextBuffer } from '../model/text-buffer.ts';
import { createPrompt, type Prompt, type Question } from '../state/overlay.ts';
import type { CommanderState } from '../state/state.ts';
import { type Effect, type Step, step } from '../state/step.ts';
import type { Handlers } from './handler.ts';
import { fillFromSnippet } from './menu-commands.ts';

function withPrompt(state: CommanderState, change: Partial<Prompt>): CommanderState {
  const { overlay } = state;
  if (overlay?.kind !== 'prompt') return state;
  return { ...state, overlay: { kind: 'prompt', prompt: { ...overlay.prompt, ...change } } };
}

export function editPrompt(state: CommanderState, edit: (buffer: TextBuffer) => TextBuffer): CommanderState {
  const { overlay } = state;
  if (overlay?.kind !== 'prompt' || overlay.prompt.isBusy) return state;
  return withPrompt(state, { buffer: edit(overlay.prompt.buffer), problem: undefined });
}

/** Says what is wrong, and leaves what was typed. */
export function refusePrompt(state: CommanderState, problem: string): CommanderState {
  return withPrompt(state, { problem, isBusy: false });
}

/** Hands the answer to somebody who works on it. */
function workOn(state: CommanderState, effect: Effect): Step {
  return step(withPrompt(state, { isBusy: true, problem: undefined }), effect);
}

type Answered<About extends Question['about']> = Extract<Question, { about: About }>;

function nameDevice(state: CommanderState, id: string): Step {
  if (!isClientId(id)) return step(refusePrompt(state, `A device is named with ${clientIdRule}.`));
  return workOn(state, { effect: 'add-device', id });
}

function nameSnippet(state: CommanderState, name: string, { snippet }: Answered<'snippet-name'>): Step {
  if (!isSnippetName(name)) {
    return step(refusePrompt(state, 'A name has letters, digits, dots, dashes and underscores, at most 64.'));
  }
  return workOn(state, { effect: 'save-snippet', name, snippet });
}

/** The value of one variable: then the next one is asked for, or the composer gets the command. */
function takeValue(state: CommanderState, value: string, question: Answered<'snippet-value'>): Step {
  const { snippet } = question;
  const values = new Map(question.values).set(question.variable, value);
  const variable = snippetVariables(snippet.payload).find((name) => !values.has(name));
  if (variable !== undefined) {
    const next = createPrompt({ ...question, variable, values });
    return step({ ...state, overlay: { kind: 'prompt', prompt: next } });
  }
  const filled = fillSnippet(snippet.payload, values);
  if ('problem' in filled) return step(refusePrompt(state, `${filled.problem}.`));
  return step(fillFromSnippet(state, snippet, filled.json));
}

function submit(state: CommanderState): Step {
  if (state.overlay?.kind !== 'prompt' || state.overlay.prompt.isBusy) return step(state);
  const { question, buffer } = state.overlay.prompt;
  switch (question.about) {
    case 'new-device':
      return nameDevice(state, buffer.text.trim());
    case 'snippet-name':
      return nameSnippet(state, buffer.text.trim(), question);
    case 'snippet-value':
      return takeValue(state, buffer.text, question);
  }
}

export const promptCommands: Handlers<'prompt-submit' | 'add-device'> = {
  'prompt-submit': submit,
  'add-device': (state) =>
    step({ ...state, overlay: { kind: 'prompt', prompt: createPrompt({ about: 'new-device' }) } }),
};
