import type { ReceivedMessage, TappedMessage } from '../../client/types.ts';
import { hearOf } from '../model/device-list.ts';
import type { ReceivedEntry, TappedEntry } from '../model/log-entry.ts';
import { addEntries } from '../model/message-pane.ts';
import { matchReply } from './fates.ts';
import type { CommanderState } from './state.ts';
import { addProblem } from './step.ts';

function readEntry(message: ReceivedMessage, seq: number): ReceivedEntry {
  const { text, payload, from, offlineQueued, ageMs, receivedAtMs } = message;
  const peer = from ?? (typeof payload.sender === 'string' ? payload.sender : '');
  const age = ageMs === undefined ? {} : { ageMs };
  return { seq, atMs: receivedAtMs, direction: 'in', peer, text, offlineQueued, ...age };
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

/** Adds what others said; what came from here or goes to here stands in the log already. */
export function addTapped(state: CommanderState, messages: readonly TappedMessage[]): CommanderState {
  const { connection } = state.relay;
  const ownId = connection?.phase === 'authenticated' ? connection.clientId : undefined;
  const others = messages.filter(({ from, target }) => from !== ownId && target !== ownId);
  const { nextSeq } = state.messages.log;
  const entries = others.map(({ from, target, outcome, text, receivedAtMs }, index): TappedEntry => {
    return { seq: nextSeq + index, atMs: receivedAtMs, direction: 'tap', from, peer: target, outcome, text };
  });
  const dropped = messages.reduce((sum, message) => sum + message.dropped, 0);
  const tapped = { ...state, messages: addEntries(state.messages, entries) };
  if (dropped === 0) return tapped;
  const copies = dropped === 1 ? 'one copy' : `${dropped} copies`;
  return addProblem(tapped, `The relay left out ${copies} of the room's traffic: this terminal is too slow.`);
}
