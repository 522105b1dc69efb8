import { editComposer } from '../model/composer.ts';
import { type CursorMove, deleteTo, insertText, moveCursor, type TextBuffer } from '../model/text-buffer.ts';
import { placeOf } from '../state/place.ts';
import type { CommanderState } from '../state/state.ts';
import { type Step, step } from '../state/step.ts';
import { editFilter } from './filter-commands.ts';
import { editForm } from './form-commands.ts';
import type { Handlers } from './handler.ts';
import { editMenuText } from './menu-commands.ts';
import { editPrompt } from './prompting.ts';

type Edit = (buffer: TextBuffer) => TextBuffer;

/** Applies an edit to the text that has the keyboard. */
export function editFocused(state: CommanderState, edit: Edit): CommanderState {
  switch (placeOf(state)) {
    case 'composer':
      return { ...state, composer: editComposer(state.composer, edit) };
    case 'filter':
      return editFilter(state, edit);
    case 'connect-form':
      return editForm(state, edit);
    case 'menu':
      return editMenuText(state, edit);
    case 'prompt':
      return editPrompt(state, edit);
    default:
      return state;
  }
}

/** What is typed or pasted; outside the composer a text has one line. */
export function typeText(state: CommanderState, text: string): CommanderState {
  const lines = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').replaceAll('\t', '  ');
  const typed = placeOf(state) === 'composer' ? lines : lines.replaceAll(/^\n+|\n+$/g, '').replaceAll('\n', ' ');
  return editFocused(state, (buffer) => insertText(buffer, typed));
}

function move(to: CursorMove): (state: CommanderState) => Step {
  return (state) => step(editFocused(state, (buffer) => moveCursor(buffer, to)));
}

function remove(to: CursorMove): (state: CommanderState) => Step {
  return (state) => step(editFocused(state, (buffer) => deleteTo(buffer, to)));
}

export const editingCommands: Handlers<
  | 'cursor-left'
  | 'cursor-right'
  | 'cursor-home'
  | 'cursor-end'
  | 'cursor-word-left'
  | 'cursor-word-right'
  | 'delete-left'
  | 'delete-right'
  | 'delete-word'
> = {
  'cursor-left': move('left'),
  'cursor-right': move('right'),
  'cursor-home': move('home'),
  'cursor-end': move('end'),
  'cursor-word-left': move('word-left'),
  'cursor-word-right': move('word-right'),
  'delete-left': remove('left'),
  'delete-right': remove('right'),
  'delete-word': remove('word-left'),
};
