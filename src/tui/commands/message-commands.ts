import { writeName } from '../model/command-text.ts';
import { fillComposer } from '../model/composer.ts';
import { followMessages, moveToMatch, pauseMessages, selectedEntry, shownEntries } from '../model/message-pane.ts';
import { layoutOf } from '../state/layout.ts';
import { focusPane } from '../state/place.ts';
import type { CommanderState } from '../state/state.ts';
import { notify, type Step, step } from '../state/step.ts';
import type { Handlers } from './handler.ts';

function pause(state: CommanderState, isHeld: boolean): CommanderState {
  return { ...state, messages: pauseMessages(state.messages, layoutOf(state).messages?.rows ?? 1, isHeld) };
}

function togglePause(state: CommanderState): Step {
  if (state.messages.pause === undefined) return step(pause(state, true));
  return step({ ...state, messages: followMessages(state.messages) });
}

function openDetail(state: CommanderState): Step {
  if (selectedEntry(state.messages) === undefined) return step(state);
  const paused = pause(state, false);
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

/** The message under the cursor, or the name of the device under it. */
function copy(state: CommanderState): Step {
  const text = state.focus === 'devices' ? state.devices.cursorId : selectedEntry(state.messages)?.text;
  if (text === undefined) return step(notify(state, 'bad', 'There is nothing to copy.'));
  return step(notify(state, 'good', 'Copied: sent to the terminal.'), { effect: 'copy', text });
}

/** Goes to a message that fits the filter, or the last filter there was: with its neighbours, once that is taken away. */
function findMatch(by: 1 | -1): (state: CommanderState) => Step {
  return (state) => {
    if (state.messages.search === undefined) {
      return step(notify(state, 'bad', 'n goes through what fits a filter: set one with /.'));
    }
    const found = moveToMatch(state.messages, by, layoutOf(state).messages?.rows ?? 1);
    if (found !== undefined) return step({ ...state, messages: found });
    return step(
      notify(state, 'bad', `Nothing ${by === 1 ? 'after' : 'before'} this fits ${state.messages.search.text}`),
    );
  };
}

/** The relay lets go of what still waits; whether it did comes back as the state of the message. */
function cancelSent(state: CommanderState): Step {
  const entry = selectedEntry(state.messages);
  if (entry?.direction !== 'out' || entry.outcome.state !== 'queued') {
    return step(notify(state, 'bad', 'x cancels a message from here that is queued; this one is not.'));
  }
  return step(state, { effect: 'cancel-sent', target: entry.peer, messageId: entry.messageId });
}

function save(state: CommanderState): Step {
  const entries = shownEntries(state.messages);
  if (entries.length === 0) return step(notify(state, 'bad', 'There is no message to save.'));
  return step(state, { effect: 'save', entries });
}

export const messageCommands: Handlers<
  | 'toggle-pause'
  | 'follow'
  | 'open-detail'
  | 'close-detail'
  | 'repeat'
  | 'cancel-sent'
  | 'next-match'
  | 'previous-match'
  | 'copy'
  | 'save'
> = {
  'toggle-pause': togglePause,
  follow: (state) => step({ ...closeDetail(state), messages: followMessages(closeDetail(state).messages) }),
  'open-detail': openDetail,
  'close-detail': (state) => step(closeDetail(state)),
  repeat,
  'cancel-sent': cancelSent,
  'next-match': findMatch(1),
  'previous-match': findMatch(-1),
  copy,
  save,
};
