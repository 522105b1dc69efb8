import type { ReceivedMessage } from '../../client/types.ts';
import type { ErrorMessage } from '../../protocol/messages.ts';
import { hearOf } from '../model/device-list.ts';
import type { Outcome, ReceivedEntry, SentEntry } from '../model/log-entry.ts';
import { findSent, indexOfSeq } from '../model/message-log.ts';
import { addEntries, type MessagePane, updateEntry } from '../model/message-pane.ts';
import type { CommanderState } from './state.ts';
import { addProblem } from './step.ts';

function readEntry({ text, payload, offlineQueued, receivedAtMs }: ReceivedMessage, seq: number): ReceivedEntry {
  const peer = typeof payload.sender === 'string' ? payload.sender : '';
  return { seq, atMs: receivedAtMs, direction: 'in', peer, text, offlineQueued };
}

function withOutcome(pane: MessagePane, entry: SentEntry, outcome: Outcome): MessagePane {
  return updateEntry(pane, { ...entry, outcome });
}

/** Marks the message that this one answers: its `_re` is the `_id`, and it comes from where that one went. */
function matchReply(pane: MessagePane, { payload, receivedAtMs }: ReceivedMessage): MessagePane {
  const { _re, sender } = payload;
  if (typeof _re !== 'string') return pane;
  const answered = findSent(
    pane.log,
    ({ messageId, peer }) => messageId === _re && (sender === undefined || sender === peer),
  );
  if (answered === undefined || answered.outcome.state === 'replied') return pane;
  return withOutcome(pane, answered, { state: 'replied', afterMs: Math.max(0, receivedAtMs - answered.atMs) });
}

export function receiveMessages(state: CommanderState, messages: readonly ReceivedMessage[]): CommanderState {
  const { nextSeq } = state.messages.log;
  const entries = messages.map((message, index) => readEntry(message, nextSeq + index));
  const senders = new Set(entries.map(({ peer }) => peer).filter((peer) => peer !== ''));
  return {
    ...state,
    messages: messages.reduce(matchReply, addEntries(state.messages, entries)),
    devices: [...senders].reduce(hearOf, state.devices),
    relay: { ...state.relay, received: state.relay.received + messages.length },
  };
}

/**
 * The sent message that the relay refuses: the one with the same `_id` where the error has it, else the latest to that target
 * of which nothing else is known. A relay refuses what is over a limit, and that is what came last.
 */
function findRefused(state: CommanderState, { target, _id }: ErrorMessage): SentEntry | undefined {
  return findSent(state.messages.log, ({ messageId, peer, outcome }) => {
    if (_id !== undefined) return messageId === _id && (target === undefined || target === peer);
    return target === peer && (outcome.state === 'sent' || outcome.state === 'sending');
  });
}

/** Shows a refusal at the message that it belongs to, and in the list of what went wrong. */
export function refuseMessage(state: CommanderState, error: ErrorMessage): CommanderState {
  const refused = findRefused(state, error);
  const remembered = addProblem(state, `${error.code}: ${error.message}`);
  if (refused === undefined) return remembered;
  const outcome: Outcome = { state: 'refused', code: error.code, reason: error.message };
  return { ...remembered, messages: withOutcome(state.messages, refused, outcome) };
}

/** A message has left this process, or has not; a refusal or a reply may have been quicker. */
export function settleSend(state: CommanderState, seq: number, failure: string | undefined): CommanderState {
  const { entries } = state.messages.log;
  const entry = entries[indexOfSeq(entries, seq)];
  if (entry?.direction !== 'out') return state;
  if (failure !== undefined) {
    const outcome: Outcome = { state: 'not-sent', reason: failure };
    return { ...addProblem(state, failure), messages: withOutcome(state.messages, entry, outcome) };
  }
  if (entry.outcome.state !== 'sending') return state;
  return { ...state, messages: withOutcome(state.messages, entry, { state: 'sent' }) };
}
