import { rememberCommand } from '../model/composer.ts';
import type { DeviceSheet, Overlay } from '../state/overlay.ts';
import { focusPane } from '../state/place.ts';
import type { CommanderState, Pane } from '../state/state.ts';
import { notify, type Step, step } from '../state/step.ts';
import type { Handlers } from './handler.ts';

const panes: readonly Pane[] = ['devices', 'messages', 'composer'];

function focusBeside(state: CommanderState, by: number): CommanderState {
  const index = (panes.indexOf(state.focus) + by + panes.length) % panes.length;
  return focusPane(state, panes[index] ?? 'devices');
}

/** Who else uses the relay that runs inside this process, and loses it when that stops; undefined: that is not known. */
function othersInside({ relay, relayInside, devices }: CommanderState): readonly string[] | undefined {
  if (relayInside === undefined) return [];
  if (relay.local === undefined) return undefined;
  const { ownIds } = relay.local;
  return devices.all.filter(({ id, state }) => state === 'online' && !ownIds.includes(id)).map(({ id }) => id);
}

export function quit(state: CommanderState): Step {
  const others = othersInside(state);
  if (others?.length === 0) return step(state, { effect: 'exit' });
  return step({ ...state, overlay: { kind: 'confirm-quit', others } });
}

/** Opens the composer for the character that was typed in a list. A draft that is in the way goes into the history. */
function beginCommand(state: CommanderState): Step {
  const isEmpty = state.composer.buffer.text === '';
  const composer = isEmpty ? state.composer : rememberCommand(state.composer);
  return step({ ...focusPane(state, 'composer'), composer });
}

function reconnect(state: CommanderState): Step {
  if (state.relay.connection?.phase === 'authenticated') {
    return step(notify(state, 'good', 'The relay is connected already.'));
  }
  return step(notify(state, 'good', 'Connecting again.'), { effect: 'reconnect' });
}

/** The room tap: what others say to each other, in the log. */
function toggleTap(state: CommanderState): Step {
  const { session, isTapped } = state.relay;
  if (session === undefined) return step(notify(state, 'bad', 'Not connected: there is nothing to listen to.'));
  if (!session.extensions.tap) {
    return step(notify(state, 'bad', 'This relay has no room tap: it does not tell what others say.'));
  }
  const words = isTapped ? 'The room tap is off.' : 'The room tap is on: the log shows what others say, too.';
  const toggled = { ...state, relay: { ...state.relay, isTapped: !isTapped } };
  return step(notify(toggled, 'good', words), { effect: 'tap', isOn: !isTapped });
}

/** The sheet of a device on which something was asked. */
function sheetBehind(overlay: Overlay | undefined): DeviceSheet | undefined {
  switch (overlay?.kind) {
    case 'confirm-removal':
      return overlay.sheet;
    case 'confirm-rotation':
      return overlay.rotation.device.sheet;
    case 'prompt':
      return 'device' in overlay.prompt.question ? overlay.prompt.question.device.sheet : undefined;
    default:
      return undefined;
  }
}

/** A no goes back to where it was asked. */
function closeOverlay(state: CommanderState): Step {
  const sheet = sheetBehind(state.overlay);
  return step({ ...state, overlay: sheet === undefined ? undefined : { kind: 'device-sheet', sheet } });
}

const nextTime = { clock: 'elapsed', elapsed: 'date', date: 'clock' } as const;

export const appCommands: Handlers<
  | 'focus-next'
  | 'focus-previous'
  | 'focus-devices'
  | 'focus-messages'
  | 'focus-composer'
  | 'begin-command'
  | 'show-help'
  | 'show-problems'
  | 'close-overlay'
  | 'zoom'
  | 'toggle-tap'
  | 'reconnect'
  | 'redraw'
  | 'suspend'
  | 'toggle-wrap'
  | 'change-time'
  | 'quit'
  | 'quit-and-keep'
  | 'exit'
> = {
  'focus-next': (state) => step(focusBeside(state, 1)),
  'focus-previous': (state) => step(focusBeside(state, -1)),
  'focus-devices': (state) => step(focusPane(state, 'devices')),
  'focus-messages': (state) => step(focusPane(state, 'messages')),
  'focus-composer': (state) => step(focusPane(state, 'composer')),
  'begin-command': beginCommand,
  'show-help': (state) => step({ ...state, overlay: { kind: 'help', top: 0 } }),
  'show-problems': (state) => step({ ...state, overlay: { kind: 'problems', top: 0 }, unseenProblems: 0 }),
  'close-overlay': closeOverlay,
  zoom: (state) => step({ ...state, isZoomed: !state.isZoomed }),
  'toggle-tap': toggleTap,
  reconnect,
  redraw: (state) => step(state, { effect: 'redraw' }),
  suspend: (state) => step(state, { effect: 'suspend' }),
  quit,
  'toggle-wrap': (state) => step({ ...state, reading: { ...state.reading, isWrapped: !state.reading.isWrapped } }),
  'change-time': (state) => step({ ...state, reading: { ...state.reading, time: nextTime[state.reading.time] } }),
  'quit-and-keep': (state) => step(state, { effect: 'exit', keepsRelay: true }),
  exit: (state) => step(state, { effect: 'exit' }),
};
