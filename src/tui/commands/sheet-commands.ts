/** The sheet of one device: what is known of it, and what waits for it. */
import { writeName } from '../model/command-text.ts';
import { editComposer } from '../model/composer.ts';
import type { Action } from '../state/action.ts';
import type { DeviceSheet } from '../state/overlay.ts';
import { focusPane } from '../state/place.ts';
import type { CommanderState } from '../state/state.ts';
import { notify, type Step, step } from '../state/step.ts';
import type { Handlers } from './handler.ts';

function openDevice(state: CommanderState): Step {
  const id = state.devices.cursorId;
  if (id === undefined) return step(state);
  const sheet: DeviceSheet = {
    id,
    detail: undefined,
    queue: undefined,
    problem: undefined,
    cursorSeq: undefined,
    askedAtMs: state.nowMs,
  };
  return step({ ...state, overlay: { kind: 'device-sheet', sheet } }, { effect: 'look', id });
}

function sheetOf({ overlay }: CommanderState): DeviceSheet | undefined {
  return overlay?.kind === 'device-sheet' ? overlay.sheet : undefined;
}

/** Writes the name of the device in front of the command, so that the composer says whom it goes to. */
function addressDevice(state: CommanderState): Step {
  const id = sheetOf(state)?.id;
  if (id === undefined) return step(state);
  const focused = focusPane({ ...state, overlay: undefined }, 'composer');
  if (state.composer.command.names.some(({ name }) => name === id)) return step(focused);
  const prefix = `${writeName(id)} `;
  const composer = editComposer(state.composer, ({ text, cursor }) => ({
    text: prefix + text,
    cursor: cursor + prefix.length,
  }));
  return step({ ...focused, composer });
}

/** An open sheet is asked for again this often. */
const lookIntervalMs = 2_000;

/** Keeps an open sheet fresh. */
export function lookAgain(state: CommanderState): Step {
  const sheet = sheetOf(state);
  if (sheet === undefined || state.nowMs - sheet.askedAtMs < lookIntervalMs) return step(state);
  const asked = { ...sheet, askedAtMs: state.nowMs };
  return step({ ...state, overlay: { kind: 'device-sheet', sheet: asked } }, { effect: 'look', id: sheet.id });
}

/** Shows what the relay answered; the cursor stays on its message, or goes to the one that took its place. */
export function showLook(state: CommanderState, looked: Extract<Action, { type: 'device-looked' }>): CommanderState {
  const sheet = sheetOf(state);
  if (sheet === undefined || sheet.id !== looked.id) return state;
  const { detail, queue, problem } = looked;
  const before = sheet.queue?.messages.findIndex(({ seq }) => seq === sheet.cursorSeq) ?? 0;
  const messages = queue?.messages ?? [];
  const stays = messages.some(({ seq }) => seq === sheet.cursorSeq);
  const cursorSeq = stays ? sheet.cursorSeq : messages[Math.max(0, Math.min(before, messages.length - 1))]?.seq;
  return { ...state, overlay: { kind: 'device-sheet', sheet: { ...sheet, detail, queue, problem, cursorSeq } } };
}

function queuedAtCursor({ queue, cursorSeq }: DeviceSheet) {
  return queue?.messages.find(({ seq }) => seq === cursorSeq);
}

/** Somebody else may have sent it: that is asked first. */
function cancelQueued(state: CommanderState): Step {
  const sheet = sheetOf(state);
  const message = sheet === undefined ? undefined : queuedAtCursor(sheet);
  if (sheet === undefined || message === undefined) return step(notify(state, 'bad', 'Nothing waits here.'));
  if (message.handed) {
    return step(notify(state, 'bad', 'It was handed over already, and only its proof is awaited: too late to cancel.'));
  }
  const removal = { remove: 'queued', target: sheet.id, seq: message.seq } as const;
  return step({ ...state, overlay: { kind: 'confirm-removal', removal, sheet } });
}

function purgeQueue(state: CommanderState): Step {
  const sheet = sheetOf(state);
  const count = sheet?.queue?.waiting ?? 0;
  if (sheet === undefined || count === 0) return step(notify(state, 'bad', 'Nothing waits here.'));
  const removal = { remove: 'queue', target: sheet.id, count } as const;
  return step({ ...state, overlay: { kind: 'confirm-removal', removal, sheet } });
}

function copyQueued(state: CommanderState): Step {
  const sheet = sheetOf(state);
  const text = sheet === undefined ? undefined : queuedAtCursor(sheet)?.payload;
  if (text === undefined) return step(notify(state, 'bad', 'Nothing waits here.'));
  return step(notify(state, 'good', 'Copied: sent to the terminal.'), { effect: 'copy', text });
}

/** The yes: back to the sheet, which shows what is left. */
export function confirmRemoval(state: CommanderState): Step {
  if (state.overlay?.kind !== 'confirm-removal') return step(state);
  const { removal, sheet } = state.overlay;
  return step({ ...state, overlay: { kind: 'device-sheet', sheet } }, { effect: 'remove', removal });
}

/** Moves among the messages that wait. */
export function moveInSheet(sheet: DeviceSheet, rows: number): DeviceSheet {
  const messages = sheet.queue?.messages ?? [];
  const index = messages.findIndex(({ seq }) => seq === sheet.cursorSeq);
  const next = messages[Math.max(0, Math.min(index + rows, messages.length - 1))];
  return { ...sheet, cursorSeq: next?.seq };
}

export const sheetCommands: Handlers<
  'open-device' | 'address-device' | 'cancel-queued' | 'purge-queue' | 'copy-queued'
> = {
  'open-device': openDevice,
  'address-device': addressDevice,
  'cancel-queued': cancelQueued,
  'purge-queue': purgeQueue,
  'copy-queued': copyQueued,
};
