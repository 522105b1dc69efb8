import type { PresenceState } from '../../../protocol/messages.ts';
import type { Device } from './device.ts';
import { isOpen, type LogEntry, logLengthMax } from './log-entry.ts';
import { type Action, initialState, type State } from './state.ts';

/** The state after something happened; pure. */
export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'logged-in':
      return { ...state, keys: { ...state.keys, ...action.keys }, notice: undefined };
    case 'logged-out':
      // The notice stays: it may say why.
      return { ...initialState, nextNumber: state.nextNumber, notice: state.notice };
    case 'connection':
      return connect(state, action.connection);
    case 'devices':
      return listDevices(state, action.devices);
    case 'presence':
      return { ...state, devices: withPresence(state.devices, action.states) };
    case 'marked':
      return { ...state, marks: withMark(state.marks, action.id, action.isMarked) };
    case 'received':
      return receive(state, action);
    case 'sent':
      return send(state, action);
    case 'outcome':
      return { ...state, log: withOutcome(state.log, action) };
    case 'log-cleared':
      return { ...state, log: [] };
    case 'noticed': {
      const { text, isProblem } = action;
      return { ...state, notice: { text, isProblem, number: state.nextNumber }, nextNumber: state.nextNumber + 1 };
    }
    default:
      return action satisfies never;
  }
}

/** Of a message whose session is gone nobody will say more; a queued one stays queued. */
function connect(state: State, connection: State['connection']): State {
  const isLost = state.connection.phase === 'authenticated' && connection.phase !== 'authenticated';
  const lose = (entry: LogEntry) =>
    entry.outcome === 'sent' && isOpen(entry) ? { ...entry, outcome: 'unknown: it may have arrived' } : entry;
  return { ...state, connection, log: isLost ? state.log.map(lose) : state.log };
}

function append(state: State, entries: readonly Omit<LogEntry, 'number'>[]): State {
  const numbered = entries.map((entry, index) => ({ ...entry, number: state.nextNumber + index }));
  return {
    ...state,
    log: [...state.log, ...numbered].slice(-logLengthMax),
    nextNumber: state.nextNumber + entries.length,
  };
}

function receive(state: State, { peer, text, timeMs, re }: Extract<Action, { type: 'received' }>): State {
  const appended = append(state, [{ direction: 'in', peer, text, timeMs }]);
  if (re === undefined) return appended;
  return { ...appended, log: withOutcome(appended.log, { messageId: re, target: peer, outcome: 'replied' }) };
}

/** After sending nothing is addressed any more, so that the next Enter reaches nobody by habit. */
function send(state: State, { messages, timeMs }: Extract<Action, { type: 'sent' }>): State {
  const entries = messages.map(({ target, text, messageId }) => ({
    direction: 'out' as const,
    peer: target,
    text,
    timeMs,
    messageId,
    outcome: 'sent',
  }));
  return { ...append(state, entries), marks: new Set() };
}

function withOutcome(
  log: readonly LogEntry[],
  { messageId, target, outcome }: { messageId: string; target: string; outcome: string },
): readonly LogEntry[] {
  // The proof that a message was read may come after the reply to it, and says less.
  const isMeant = (entry: LogEntry) =>
    entry.messageId === messageId && entry.peer === target && entry.outcome !== 'replied';
  return log.map((entry) => (isMeant(entry) ? { ...entry, outcome } : entry));
}

function withMark(marks: ReadonlySet<string>, id: string, isMarked: boolean): ReadonlySet<string> {
  const changed = new Set(marks);
  if (isMarked) changed.add(id);
  else changed.delete(id);
  return changed;
}

/** A list that says nothing new changes nothing, and a device of which it says nothing new stays the same object: views need not draw it again. */
function listDevices(state: State, listed: readonly Device[]): State {
  const known = new Map(state.devices?.map((device) => [device.id, device]));
  const devices = listed.map((device) => {
    const before = known.get(device.id);
    return before !== undefined && isSame(before, device) ? before : device;
  });
  const isUnchanged =
    devices.length === state.devices?.length && devices.every((device, index) => device === state.devices?.[index]);
  return isUnchanged ? state : { ...state, devices, marks: stillThere(state.marks, devices) };
}

function isSame(one: Device, other: Device): boolean {
  return (
    one.state === other.state &&
    one.onlineSince === other.onlineSince &&
    one.waiting === other.waiting &&
    one.registered === other.registered &&
    // Of one that is online this changes with every message, and nobody is shown it.
    (one.state === 'online' || one.lastSeen === other.lastSeen)
  );
}

/** A device that is gone from the room is addressed no more. */
function stillThere(marks: ReadonlySet<string>, devices: readonly Device[]): ReadonlySet<string> {
  const ids = new Set(devices.map(({ id }) => id));
  return [...marks].every((id) => ids.has(id)) ? marks : new Set([...marks].filter((id) => ids.has(id)));
}

function withPresence(
  devices: readonly Device[] | undefined,
  states: Readonly<Record<string, PresenceState>>,
): readonly Device[] | undefined {
  return devices?.map((device) => {
    const state = Object.hasOwn(states, device.id) ? states[device.id] : undefined;
    return state === undefined || state === device.state ? device : { ...device, state };
  });
}
