import { writeName } from '../model/command-text.ts';
import { fillComposer } from '../model/composer.ts';
import { followMessages, pauseMessages, selectedEntry, shownEntries } from '../model/message-pane.ts';
import { layoutOf } from '../state/layout.ts';
import { focusPane } from '../state/place.ts';
import type { CommanderState } from '../state/state.ts';
import { notify, type Step, step } from '../state/step.ts';
import type { Handlers } from './handler.ts';

function pause(state: CommanderState): CommanderState {
  return { ...state, messages: pauseMessages(state.messages, layoutOf(state).messages?.rows ?? 1) };
}

function togglePause(state: CommanderState): Step {
  if (state.messages.pause === undefined) return step(pause(state));
  return step({ ...state, messages: followMessages(state.messages) });
}

function openDetail(state: CommanderState): Step {
  if (selectedEntry(state.messages) === undefined) return step(state);
  const paused = pause(state);
  return step({ ...paused, messages: { ...paused.messages, detailTop: 0 } });
}

function closeDetail(state: CommanderState): CommanderState {
  return { ...state, messages: { ...state.messages, detailTop: undefined } };
}

/** Puts a sent message into the composer, addressed as it was; only Enter there sends it. */
function repeat(state: CommanderState): Step {
  const entry = selectedEntry(state.messages);
  if (entry?.direction !== 'out') {
    return step(notify(state, 'bad', 'r repeats a message that was sent from here; this one was not.'));
  }
  const composer = fillComposer(state.composer, `${writeName(entry.peer)} ${entry.typed}`);
  return step({ ...focusPane(state, 'composer'), composer });
}

function copy(state: CommanderState): Step {
  const entry = selectedEntry(state.messages);
  if (entry === undefined) return step(state);
  return step(notify(state, 'good', "Sent to the terminal's clipboard."), { effect: 'copy', text: entry.text });
}

function save(state: CommanderState): Step {
  const entries = shownEntries(state.messages);
  if (entries.length === 0) return step(notify(state, 'bad', 'There is no message to save.'));
  return step(state, { effect: 'save', entries });
}

export const messageCommands: Handlers<
  'toggle-pause' | 'follow' | 'open-detail' | 'close-detail' | 'repeat' | 'copy' | 'save'
> = {
  'toggle-pause': togglePause,
  follow: (state) => step({ ...closeDetail(state), messages: followMessages(closeDetail(state).messages) }),
  'open-detail': openDetail,
  'close-detail': (state) => step(closeDetail(state)),
  repeat,
  copy,
  save,
};
