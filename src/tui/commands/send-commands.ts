import { withMessageId, writeName } from '../model/command-text.ts';
import { type Composer, fillComposer, rememberSent } from '../model/composer.ts';
import { clearMarks } from '../model/device-list.ts';
import type { SentEntry } from '../model/log-entry.ts';
import { addEntries, followSending } from '../model/message-pane.ts';
import { addresseesOf, type Target } from '../model/targets.ts';
import { moveCursor } from '../model/text-buffer.ts';
import { layoutOf } from '../state/layout.ts';
import type { PendingCommand } from '../state/overlay.ts';
import type { CommanderState } from '../state/state.ts';
import { type Effect, notify, type Step, step } from '../state/step.ts';
import { confirmRotation } from './registration-commands.ts';
import { confirmRemoval } from './sheet-commands.ts';

/** A command that may go, or the sentence that says why it may not. */
type Checked = { readonly command: PendingCommand } | { readonly refusal: string };

const nobody = 'Nobody is addressed, nothing was sent: begin with @name (Tab completes), or mark devices with Space.';

/**
 * The rules that keep a command from moving the wrong machine (UX "The commander"): only who is named or marked is
 * addressed, every name must stand for somebody, and nothing is sent, or kept for later, while disconnected.
 */
function checkCommand(state: CommanderState): Checked {
  const { command } = state.composer;
  const { targets, unmatched } = addresseesOf(command, state.devices);
  const unknown = unmatched[0];
  if (unknown !== undefined) {
    return { refusal: `${unknown} stands for no device that is known, nothing was sent: check the name.` };
  }
  if (command.body.kind === 'empty')
    return { refusal: 'There is no command yet: write {"cmd":"status"} behind the names.' };
  if (command.body.kind === 'mistake') {
    const { line, column, mistake } = command.body;
    return { refusal: `Line ${line}, column ${column}: ${mistake.expected}. Nothing was sent.` };
  }
  if (targets.length === 0) return { refusal: nobody };
  if (command.body.kind === 'fields') return { refusal: 'These fields are no JSON yet.' };
  const { json, payload } = command.body;
  const named = payload.target;
  if (named !== undefined && !targets.every(({ id }) => id === named)) {
    return { refusal: `The command has the target ${JSON.stringify(named)} in itself: remove it. Nothing was sent.` };
  }
  if (state.relay.connection?.phase !== 'authenticated') {
    return { refusal: 'Not connected: nothing was sent, and nothing is kept for later.' };
  }
  return { command: { targets, json, payload } };
}

/** Why Enter would not send what is written; undefined where it would. */
export function refusalOf(state: CommanderState): string | undefined {
  const checked = checkCommand(state);
  return 'refusal' in checked ? checked.refusal : undefined;
}

/** Several at once, or a name that the relay has never heard of: such a command asks first. */
function needsConfirmation({ targets }: PendingCommand): boolean {
  return targets.length > 1 || targets.some(({ state }) => state === 'strange');
}

/** The command for the history: marks end with the sending, so those whom they stood for are written in front of it. */
function addressedText({ buffer, command }: Composer, targets: readonly Target[]): string {
  if (command.names.length > 0) return buffer.text;
  return `${targets.map(({ id }) => writeName(id)).join(' ')} ${buffer.text.trimStart()}`;
}

/** Sends to each target, with an `_id` of its own by which its reply is known. */
function release(state: CommanderState, { targets, json, payload }: PendingCommand): Step {
  const ownId = typeof payload._id === 'string' ? payload._id : undefined;
  const hasId = Object.hasOwn(payload, '_id');
  const entries = targets.map((target, index): SentEntry => {
    const messageId = ownId ?? `${state.messageIdPrefix}-${state.messagesNumbered + index + 1}`;
    return {
      seq: state.messages.log.nextSeq + index,
      atMs: state.nowMs,
      direction: 'out',
      peer: target.id,
      text: hasId ? json : withMessageId(json, payload, messageId),
      typed: json,
      messageId,
      outcome: { state: 'sending' },
    };
  });
  const effects = entries.map(({ seq, peer, text }): Effect => ({ effect: 'send', seq, target: peer, json: text }));
  const typed = addressedText(state.composer, targets);
  const sent: CommanderState = {
    ...state,
    overlay: undefined,
    notice: undefined,
    messages: addEntries(followSending(state.messages), entries),
    devices: clearMarks(state.devices),
    // Where there is room for one list, the answer would come unseen behind the devices.
    list: layoutOf(state).hasStrip ? 'messages' : state.list,
    composer: rememberSent(state.composer, typed),
    relay: { ...state.relay, sent: state.relay.sent + entries.length },
    messagesNumbered: state.messagesNumbered + entries.length,
  };
  return step(sent, ...effects, { effect: 'remember', command: typed });
}

/**
 * Fields become JSON first, and the next Enter sends it: what leaves was seen as it leaves, and no few characters that were
 * typed by mistake behind a name are a command.
 */
function writeFields(state: CommanderState, json: string): Step {
  const { buffer, command } = state.composer;
  const composer = fillComposer(
    state.composer,
    `${buffer.text.slice(0, command.bodyStart).trimEnd()} ${json}`.trimStart(),
  );
  const asText = /:"(?:-?\d+(?:\.\d+)?|true|false|null)"/.exec(json);
  const remark = asText === null ? '' : ` ${asText[0].slice(1)} is a text: := in the place of = makes it JSON.`;
  return step(
    notify({ ...state, composer }, 'bad', `Not sent yet. These are the fields as JSON: Enter sends it.${remark}`),
  );
}

/** Enter in the composer. */
export function sendCommand(state: CommanderState): Step {
  if (state.composer.command.body.kind === 'fields') return writeFields(state, state.composer.command.body.json);
  const checked = checkCommand(state);
  if ('command' in checked) {
    if (!needsConfirmation(checked.command)) return release(state, checked.command);
    return step({ ...state, overlay: { kind: 'confirm-send', command: checked.command } });
  }
  const refused = notify(state, 'bad', checked.refusal);
  const { body } = state.composer.command;
  if (body.kind !== 'mistake') return step(refused);
  const buffer = { ...state.composer.buffer, cursor: body.mistake.index };
  return step({ ...refused, composer: { ...state.composer, buffer: moveCursor(moveCursor(buffer, 'right'), 'left') } });
}

/** The yes to what was asked: the connection may have gone meanwhile, so it is looked at again. */
export function confirmCommand(state: CommanderState): Step {
  if (state.overlay?.kind === 'confirm-removal') return confirmRemoval(state);
  if (state.overlay?.kind === 'confirm-rotation') return confirmRotation(state);
  if (state.overlay?.kind !== 'confirm-send') return step(state);
  if (state.relay.connection?.phase !== 'authenticated') {
    return step(notify({ ...state, overlay: undefined }, 'bad', 'Not connected: nothing was sent, nothing is kept.'));
  }
  return release(state, state.overlay.command);
}
