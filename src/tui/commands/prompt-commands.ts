import { fillSnippet, isSnippetName, snippetVariables } from '../../client/snippets.ts';
import { createPrompt } from '../state/overlay.ts';
import type { CommanderState } from '../state/state.ts';
import { type Step, step } from '../state/step.ts';
import type { Handlers } from './handler.ts';
import { fillFromSnippet } from './menu-commands.ts';
import { type Answered, refusePrompt, workOn } from './prompting.ts';
import { nameDevice, takeKeepOld, takeRemovedName } from './registration-commands.ts';

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
    case 'remove-device':
      return takeRemovedName(state, buffer.text.trim(), question);
    case 'rotate-token':
      return takeKeepOld(state, buffer.text.trim(), question);
    case 'snippet-name':
      return nameSnippet(state, buffer.text.trim(), question);
    case 'snippet-value':
      return takeValue(state, buffer.text, question);
  }
}

export const promptCommands: Handlers<'prompt-submit'> = { 'prompt-submit': submit };
