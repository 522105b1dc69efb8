import { typeText } from '../commands/editing-commands.ts';
import { keepCommand } from '../commands/menu-commands.ts';
import { applyMouse } from '../commands/mouse.ts';
import { runCommand } from '../commands/run-command.ts';
import { lookAgain } from '../commands/sheet-commands.ts';
import { commandFor, isQuestion, type Place, takesText } from '../keys/keymap.ts';
import { pushPresence, updateDevices } from '../model/device-list.ts';
import type { Stroke } from '../strokes.ts';
import type { Action } from './action.ts';
import { reduceAnswer } from './answers.ts';
import { refuseMessage, tellFate } from './fates.ts';
import { showHeld } from './held-tokens.ts';
import { placeOf } from './place.ts';
import { changeConnection, chooseRelay, countRates } from './relay-status.ts';
import type { CommanderState } from './state.ts';
import { addProblem, type Effect, notify, type Step, step } from './step.ts';
import { addTapped, receiveMessages } from './traffic.ts';

/** Longest text that can be pasted: the default limit of a message, in characters. */
const pasteCharactersMax = 256 * 1024;

/** Terminals send Alt as an escape in front: a combination that means nothing was Esc and then a key, typed quickly. */
function strikeAlt(state: CommanderState, key: string): Step {
  const escaped = strike(state, 'escape');
  const struck = strike(escaped.state, key);
  return step(struck.state, ...escaped.effects, ...struck.effects);
}

/** Whoever types on has not seen the question, and some letter of what is typed would be the yes. */
function answerNo(state: CommanderState): Step {
  return step(notify(runCommand(state, 'close-overlay').state, 'bad', 'That was taken for a no: nothing was done.'));
}

/** A key that does nothing in its place. */
function strikeUnbound(state: CommanderState, place: Place, key: string): Step {
  const combined = /^(ctrl\+)?alt\+(.+)$/.exec(key);
  if (combined !== null) return strikeAlt(state, `${combined[1] ?? ''}${combined[2] ?? ''}`);
  if ([...key].length !== 1) return step(state);
  if (takesText(place)) return step(typeText(state, key));
  return isQuestion(place) ? answerNo(state) : step(state);
}

function strike(state: CommanderState, key: string): Step {
  const place = placeOf(state);
  const command = commandFor(place, key);
  if (command === undefined) return strikeUnbound(state, place, key);
  const struck = runCommand(state, command);
  // The character that opens the composer is the first one of the command.
  return command === 'begin-command' ? { ...struck, state: typeText(struck.state, key) } : struck;
}

/** A run of characters is text where text is taken; elsewhere each is a key, up to one that opens a place for text. */
function strikeRun(state: CommanderState, text: string): Step {
  let current = state;
  let rest = text;
  const effects: Effect[] = [];
  if (isQuestion(placeOf(state))) return answerNo(state);
  while (rest !== '' && !takesText(placeOf(current))) {
    const character = String.fromCodePoint(rest.codePointAt(0) ?? 0);
    const struck = strike(current, character);
    current = struck.state;
    effects.push(...struck.effects);
    rest = rest.slice(character.length);
  }
  return step(rest === '' ? current : typeText(current, rest), ...effects);
}

function strikeOne(state: CommanderState, stroke: Stroke): Step {
  if ('mouse' in stroke) return applyMouse(state, stroke.mouse, runCommand);
  return 'text' in stroke ? strikeRun(state, stroke.text) : strike(state, stroke.key);
}

function strikeAll(state: CommanderState, strokes: readonly Stroke[]): Step {
  // The mouse points at rows as they stand, with what is said below them.
  const isPointed = strokes.some((stroke) => 'mouse' in stroke);
  let current: CommanderState = isPointed ? state : { ...state, notice: undefined };
  const effects: Effect[] = [];
  for (const stroke of strokes) {
    const struck = strikeOne(current, stroke);
    current = struck.state;
    effects.push(...struck.effects);
  }
  return step(current, ...effects);
}

/** Text from the clipboard never acts as keys: outside a place for text it is taken only where it begins a command. */
function paste(state: CommanderState, text: string): CommanderState {
  if (text.length > pasteCharactersMax) {
    return notify(state, 'bad', `The pasted text is longer than ${pasteCharactersMax} characters: it was not taken.`);
  }
  if (takesText(placeOf(state))) return typeText(state, text);
  const isCommand = /^\s*[{@]/.test(text) && commandFor(placeOf(state), '{') === 'begin-command';
  if (!isCommand) return notify(state, 'bad', 'Pasted text goes into the composer: press i first.');
  return typeText(runCommand(state, 'begin-command').state, text);
}

function tick(state: CommanderState): Step {
  const isOver = state.notice !== undefined && state.notice.untilMs <= state.nowMs;
  const ticked = { ...state, notice: isOver ? undefined : state.notice, relay: countRates(state.relay, state.nowMs) };
  return lookAgain(ticked);
}

function failPoll(state: CommanderState, reason: string): CommanderState {
  const relay = { ...state.relay, presenceProblem: reason };
  const isNew = state.relay.presenceProblem !== reason;
  return isNew ? addProblem({ ...state, relay }, `Presence is not known: ${reason}`) : { ...state, relay };
}

/** The next state after whatever happened, and what it asks of the outside world. Pure: the time comes with the call. */
export function reduce(before: CommanderState, action: Action, nowMs: number): Step {
  const { state, effects } = change(before, action, nowMs);
  return { state: state.heldTokens.length === 0 ? state : showHeld(state), effects };
}

function change(before: CommanderState, action: Action, nowMs: number): Step {
  const state: CommanderState = { ...before, nowMs };
  switch (action.type) {
    case 'strokes':
      return strikeAll(state, action.strokes);
    case 'command':
      return runCommand({ ...state, notice: undefined }, action.command);
    case 'command-kept':
      return keepCommand(state, action.text);
    case 'device-picked':
      return step({ ...state, devices: { ...state.devices, cursorId: action.id } });
    case 'pasted':
      return step(paste({ ...state, notice: undefined }, action.text));
    case 'resized':
      return step({ ...state, size: action.size });
    case 'ticked':
      return tick(state);
    case 'relay-chosen':
      return step(chooseRelay(state, action));
    case 'connection-changed':
      return step(changeConnection(state, action.connection, action.session));
    case 'round-trip':
      return step({ ...state, relay: { ...state.relay, roundTripMs: action.roundTripMs } });
    case 'received':
      return step(receiveMessages(state, action.messages));
    case 'refused':
      return step(refuseMessage(state, action.error));
    case 'tapped':
      return step(addTapped(state, action.messages));
    case 'send-told':
      return step(tellFate(state, action.seq, action.fate));
    case 'presence-pushed':
      return step({ ...state, devices: pushPresence(state.devices, action.devices, nowMs) });
    case 'devices-polled': {
      const relay = { ...state.relay, presenceProblem: undefined };
      return step({ ...state, relay, devices: updateDevices(state.devices, action.devices, action.isComplete) });
    }
    case 'poll-failed':
      return step(failPoll(state, action.reason));
    default:
      return reduceAnswer(state, action);
  }
}
