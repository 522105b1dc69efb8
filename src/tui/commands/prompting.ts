/** What all questions in one line have in common: their text, and what becomes of an answer. */
import type { TextBuffer } from '../model/text-buffer.ts';
import { createPrompt, type Prompt, type Question } from '../state/overlay.ts';
import type { CommanderState } from '../state/state.ts';
import { type Effect, type Step, step } from '../state/step.ts';

/** The question that has been answered. */
export type Answered<About extends Question['about']> = Extract<Question, { about: About }>;

export function ask(state: CommanderState, question: Question): CommanderState {
  return { ...state, overlay: { kind: 'prompt', prompt: createPrompt(question) } };
}

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
export function workOn(state: CommanderState, effect: Effect): Step {
  return step(withPrompt(state, { isBusy: true, problem: undefined }), effect);
}
