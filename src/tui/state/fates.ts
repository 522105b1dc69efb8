/** What becomes of the messages that were sent from here, as the relay and the answers tell it. */
import { isSendProblem } from '../../client/errors.ts';
import { reportsFailure } from '../../client/reply-failure.ts';
import type { Acceptance, FinalState, ReceivedMessage } from '../../client/types.ts';
import type { ErrorMessage } from '../../protocol/messages.ts';
import type { Outcome, SentEntry } from '../model/log-entry.ts';
import { findSent, findSentById, sentEntry } from '../model/message-log.ts';
import { type MessagePane, updateEntry } from '../model/message-pane.ts';
import type { CommanderState } from './state.ts';
import { addProblem } from './step.ts';

/** The first or the last word about a tracked message. */
export type Fate = Acceptance | FinalState;

function outcomeOf(fate: Fate): Outcome {
  switch (fate.status) {
    case 'error': {
      const { code, message: reason } = fate;
      if (code === 'unconfirmed') return { state: 'unconfirmed', reason };
      return isSendProblem(code) ? { state: 'not-sent', reason } : { state: 'refused', code, reason };
    }
    case 'unknown':
      return { state: fate.last, note: fate.message };
    default:
      return { state: fate.status };
  }
}

/** How far along a state is: no later word takes a message back to an earlier one. */
const ranks: Readonly<Record<Outcome['state'], number>> = {
  sending: 0,
  sent: 1,
  queued: 2,
  delivered: 3,
  expired: 3,
  cancelled: 3,
  unconfirmed: 3,
  refused: 3,
  'not-sent': 3,
  // Whoever answers has read it, whatever else is told.
  replied: 4,
};

function withOutcome(pane: MessagePane, entry: SentEntry, outcome: Outcome): MessagePane {
  return updateEntry(pane, { ...entry, outcome });
}

/** Whether it belongs into the list of what went wrong. */
function failureIn(outcome: Outcome, peer: string): string | undefined {
  switch (outcome.state) {
    case 'refused':
      return `${outcome.code}: ${outcome.reason}`;
    case 'unconfirmed':
    case 'not-sent':
      return outcome.reason;
    case 'expired':
      return `A message to ${peer} waited for as long as it may, and has expired.`;
    default:
      return undefined;
  }
}

/** Shows what was told of a message in its place. */
export function tellFate(state: CommanderState, seq: number, fate: Fate): CommanderState {
  const entry = sentEntry(state.messages.log, seq);
  return entry === undefined ? state : settle(state, entry, outcomeOf(fate));
}

function settle(state: CommanderState, entry: SentEntry, outcome: Outcome): CommanderState {
  const isNews = ranks[outcome.state] > ranks[entry.outcome.state];
  // What is known stays, and why no more will come is added to it.
  const isNote = 'note' in outcome && outcome.state === entry.outcome.state;
  if (!isNews && !isNote) return state;
  const failure = failureIn(outcome, entry.peer);
  const remembered = failure === undefined ? state : addProblem(state, failure);
  return { ...remembered, messages: withOutcome(state.messages, entry, outcome) };
}

/** Marks the message that this one answers: its `_re` is the `_id`, and it comes from where that one went. */
export function matchReply(pane: MessagePane, message: ReceivedMessage): MessagePane {
  const { re, from = message.payload.sender, receivedAtMs, text: reply, payload } = message;
  if (re === undefined) return pane;
  const answered = findSentById(pane.log, re, ({ peer }) => from === undefined || from === peer);
  if (answered === undefined || answered.outcome.state === 'replied') return pane;
  const afterMs = Math.max(0, receivedAtMs - answered.atMs);
  return withOutcome(pane, answered, { state: 'replied', afterMs, reply, isFailure: reportsFailure(payload) });
}

/**
 * The sent message that the relay refuses: the one with the same `_id` where the error has it, else the latest to that target
 * of which nothing else is known. A relay refuses what is over a limit, and that is what came last.
 */
function findRefused({ messages: { log } }: CommanderState, { target, _id }: ErrorMessage): SentEntry | undefined {
  if (_id !== undefined) return findSentById(log, _id, ({ peer }) => target === undefined || target === peer);
  return findSent(log, ({ peer, outcome }) => target === peer && ranks[outcome.state] < ranks.queued);
}

/** Shows a refusal at the message that it belongs to, and in the list of what went wrong. */
export function refuseMessage(state: CommanderState, error: ErrorMessage): CommanderState {
  const refused = findRefused(state, error);
  if (refused === undefined) return addProblem(state, `${error.code}: ${error.message}`);
  const { code, message: reason } = error;
  return settle(state, refused, code === 'unconfirmed' ? { state: code, reason } : { state: 'refused', code, reason });
}
