import type { Directory } from './directory/directory.ts';
import type { Switchboard } from './rooms/switchboard.ts';
import type { PendingConnections } from './sockets/pending.ts';
import type { RelayStore } from './store/store.ts';

/** What is read where it stands when somebody asks, so that it costs nothing otherwise. */
export interface RelaySample {
  readonly users: number;
  readonly devices: number;
  /** Rooms with a session or a queue in them. */
  readonly rooms: number;
  /** Authenticated connections. */
  readonly connections: number;
  /** Connections without credentials so far. */
  readonly pendingConnections: number;
  readonly queues: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  readonly isStoreWritable: boolean;
  readonly isStoreCongested: boolean;
  /** Wrong keys and tokens since the start. */
  readonly wrongKeys: number;
  /** Messages since the start, by the states that they reached. */
  readonly messages: Readonly<Partial<Record<string, number>>>;
}

export interface SampledParts {
  readonly directory: Directory;
  readonly switchboard: Switchboard;
  readonly pending: PendingConnections;
  readonly store: RelayStore;
  readonly throttle: { readonly wrongKeys: number };
}

/** Reads all of it; a walk over the rooms, not over their sessions or queues. */
export function sampleRelay({ directory, switchboard, pending, store, throttle }: SampledParts): RelaySample {
  let rooms = 0;
  let connections = 0;
  let queues = 0;
  let queuedMessages = 0;
  let queuedBytes = 0;
  for (const room of switchboard.rooms.all()) {
    if (room.sessions.size > 0 || room.queues.size > 0) rooms += 1;
    connections += room.sessions.size;
    queues += room.queues.size;
    queuedMessages += room.queuedMessages;
    queuedBytes += room.queuedBytes;
  }
  const users = directory.users.all();
  return {
    users: users.length,
    devices: users.reduce((sum, { userId }) => sum + directory.devices.ofUser(userId).length, 0),
    rooms,
    connections,
    pendingConnections: pending.size,
    queues,
    queuedMessages,
    queuedBytes,
    isStoreWritable: store.isWritable(),
    isStoreCongested: store.queue.isCongested(),
    wrongKeys: throttle.wrongKeys,
    messages: switchboard.reports.counts,
  };
}
