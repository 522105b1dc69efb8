import type { ServerLimits } from '../protocol/limits.ts';
import { createReports } from './reports.ts';
import { createRooms, type RoomsOptions } from './rooms.ts';
import { createRouter } from './router.ts';
import type { Session } from './session.ts';

export interface SwitchboardOptions extends Omit<RoomsOptions, 'reports'> {
  readonly limits: () => ServerLimits;
  /** Called for each session of each sweep, for what its own messages left to say. */
  readonly onSwept: (session: Session, nowMs: number) => void;
}

export type Switchboard = ReturnType<typeof createSwitchboard>;

/**
 * Rooms and routing together: each message goes to its target's socket, to its target's queue, or back as a refusal, and
 * what becomes of it is told. No I/O of its own: sockets, store and clock are ports.
 */
export function createSwitchboard(options: SwitchboardOptions) {
  const { store, clock } = options;
  const reports = createReports(clock);
  const rooms = createRooms({ ...options, reports });
  const router = createRouter({ store, reports, queueOf: rooms.queueOf, noteSilence });

  /** Any sign of life. */
  function noteHeard(session: Session, nowMs: number): void {
    session.lastHeardAtMs = nowMs;
    if (!session.isSilent) return;
    session.isSilent = false;
    session.room.watch.noteOnline(session.clientId);
    session.queue?.drain();
  }

  /** Silent for `silent_after` is offline, to the millisecond that presence is told by (PROTOCOL A4, A5). */
  function noteSilence(session: Session, nowMs: number): void {
    if (session.isSilent || nowMs - session.lastHeardAtMs < options.limits().silent_after) return;
    session.isSilent = true;
    session.room.watch.noteOffline(session.clientId, nowMs);
  }

  function sweepSession(session: Session, nowMs: number): void {
    if (session.observe(nowMs) === 'heard') noteHeard(session, nowMs);
    const silentMs = nowMs - session.lastHeardAtMs;
    if (nowMs - session.quietSinceMs >= session.limits.idle_timeout) {
      rooms.end(session, 'idle_timeout', `nothing was heard from this client for ${Math.round(silentMs)} ms`);
      return;
    }
    noteSilence(session, nowMs);
    if (session.isPingDue(options.limits().ping_after, nowMs)) session.ping(nowMs);
    session.queue?.retry();
    options.onSwept(session, nowMs);
  }

  async function expire(nowMs: number): Promise<void> {
    const ended = await store.expire(nowMs);
    const byQueue = Map.groupBy(ended, (message) => rooms.find(message.userId)?.queues.get(message.target));
    for (const [queue, messages] of byQueue) queue?.forget(messages);
  }

  return {
    rooms,
    reports,
    route: router.route,
    receiverOf: router.receiverOf,
    deliverRun: router.deliverRun,
    handleStoreRelieved: router.handleStoreRelieved,
    noteHeard,

    /** A pong proves that everything was read that was sent before its ping, in this session. */
    handlePong(session: Session, pingNumber: number): void {
      if (pingNumber > session.pings.last) return;
      reports.proven(session.clientId, session.takeProven(pingNumber));
      session.queue?.handleProof(session, pingNumber);
    },

    handleWritable(session: Session): void {
      session.noteWritable();
      session.queue?.drain();
    },

    /** Pings who is silent, notices who is gone, tries again what the store could not do, and ends what is too old. */
    async sweep(nowMs: number): Promise<void> {
      let hasQueues = false;
      for (const room of rooms.all()) {
        for (const session of room.sessions.values()) sweepSession(session, nowMs);
        room.watch.sweep(nowMs);
        hasQueues ||= room.queues.size > 0;
      }
      if (hasQueues) await expire(nowMs);
    },
  };
}
