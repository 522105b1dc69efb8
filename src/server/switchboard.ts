import type { RelayCode } from '../protocol/codes.ts';
import type { ServerLimits, UserLimits } from '../protocol/limits.ts';
import type { Refusal } from '../protocol/messages.ts';
import { type Clock, toIsoTime } from './clock.ts';
import type { Link } from './link.ts';
import { Room } from './room.ts';
import { Session } from './session.ts';
import type { EndedMessage, QueueDepth, QueueStore } from './store/store.ts';
import { TargetQueue } from './target-queue.ts';

export interface SwitchboardOptions {
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly limitsOf: (userId: string) => UserLimits;
  readonly limits: () => ServerLimits;
  /** Told when a session has joined or left, for last-seen times and the log. */
  readonly onJoined: (session: Session) => void;
  readonly onLeft: (session: Session) => void;
  readonly onEnded: (ended: readonly EndedMessage[]) => void;
  /** Called for each session of each sweep, for what its own messages left to say. */
  readonly onSwept: (session: Session, nowMs: number) => void;
}

/** Who wants to join which room. */
export interface Candidate {
  readonly userId: string;
  readonly clientId: string;
  readonly link: Link;
  readonly keyId: string;
  readonly isDevice: boolean;
}

export type Switchboard = ReturnType<typeof createSwitchboard>;

/**
 * Rooms, sessions and routing: each message goes to its target's socket, to its target's queue, or back as a refusal. It
 * does no I/O of its own: sockets, store and clock are ports.
 */
export function createSwitchboard(options: SwitchboardOptions) {
  const { store, clock } = options;
  const rooms = new Map<string, Room>();
  const waitingForStore = new Set<Session>();

  function roomOf(userId: string): Room {
    const found = rooms.get(userId);
    if (found !== undefined) return found;
    const made = new Room(userId, options.limitsOf(userId), clock());
    rooms.set(userId, made);
    return made;
  }

  function makeQueue(room: Room, target: string, stored?: QueueDepth): TargetQueue {
    const onEmpty = () => {
      if (room.queues.get(target) === queue) room.queues.delete(target);
    };
    const queue = new TargetQueue({ room, target, store, clock, onEmpty, onEnded: options.onEnded }, stored);
    room.queues.set(target, queue);
    return queue;
  }

  function queueOf(room: Room, target: string): TargetQueue {
    const found = room.queues.get(target);
    if (found !== undefined) return found;
    const made = makeQueue(room, target);
    const session = room.sessions.get(target);
    if (session !== undefined) made.attach(session);
    return made;
  }

  function join(candidate: Candidate): Session | Refusal {
    const { userId, clientId, link, keyId, isDevice } = candidate;
    const nowMs = clock();
    const room = roomOf(userId);
    const current = room.sessions.get(clientId);
    if (current?.isDevice === true && !isDevice) {
      return {
        code: 'id_in_use',
        message: `${clientId} is a device that is connected with its token: a master key cannot take its place; use another sender`,
      };
    }
    if (current === undefined && room.sessions.size >= room.limits.connections) {
      return {
        code: 'too_many_connections',
        message: `${room.limits.connections} connections are open, as many as this user may have: close one or try again later`,
      };
    }
    if (current !== undefined) {
      const message = `${clientId} logged in again from ${link.address} at ${toIsoTime(nowMs)}: that session has taken over`;
      end(current, 'replaced', message);
    }
    const session = new Session({ room, clientId, link, keyId, isDevice, nowMs });
    room.sessions.set(clientId, session);
    options.onJoined(session);
    return session;
  }

  /** Hands over what waits. Called after the session was told that it is authenticated. */
  function startDelivery(session: Session): void {
    session.room.queues.get(session.clientId)?.attach(session);
  }

  /** Takes a session out of its room. A late close of a session that was replaced changes nothing. */
  function leave(session: Session): void {
    session.isEnded = true;
    waitingForStore.delete(session);
    const { room, clientId } = session;
    if (room.sessions.get(clientId) !== session) return;
    room.sessions.delete(clientId);
    session.queue?.detach(session);
    options.onLeft(session);
  }

  function end(session: Session, code: RelayCode, message: string): void {
    session.end(code, message);
    leave(session);
  }

  /** Passes a message on. The payload's bytes must not change until the end of the tick. */
  function route(sender: Session, payload: Uint8Array, target: string, nowMs: number): Refusal | undefined {
    const { room } = sender;
    const receiver = room.sessions.get(target);
    if (receiver !== undefined) noteSilence(receiver, nowMs);
    // While anything waits that has not been handed over, everything goes through the queue, so that order holds.
    if (receiver?.canTake(payload.length) && !receiver.queue?.hasWaiting) {
      receiver.deliver(payload, nowMs);
      return undefined;
    }
    return enqueue(sender, payload, target, nowMs);
  }

  function enqueue(sender: Session, payload: Uint8Array, target: string, nowMs: number): Refusal | undefined {
    const { room } = sender;
    const { limits } = room;
    if (limits.queue_ttl === 0) {
      return {
        code: 'target_offline',
        message: `${target} is not online, and nothing waits here (queue_ttl is 0): try again when it is`,
      };
    }
    const waiting = room.queues.get(target);
    const full = queueFull(room, waiting, payload.length);
    if (full !== undefined)
      return { code: 'queue_full', message: `${target} cannot take more now and ${full}: the message was not taken` };
    const message = {
      userId: room.userId,
      target,
      sender: sender.clientId,
      payload,
      queuedAtMs: nowMs,
      expiresAtMs: nowMs + limits.queue_ttl,
    };
    queueOf(room, target)
      .enqueue(message)
      .catch(() => {
        const problem = `the message to ${target} could not be stored and was not taken: the relay's disk or database is not available now`;
        sender.refuse('store_unavailable', problem, target);
      });
    if (store.isCongested()) {
      waitingForStore.add(sender);
      sender.pauseForStore();
    }
    return undefined;
  }

  /** Why the queue cannot take another message, in words; undefined when it can. */
  function queueFull(room: Room, queue: TargetQueue | undefined, payloadBytes: number): string | undefined {
    const { limits } = room;
    const messages = queue?.messages ?? 0;
    if (messages >= limits.queue_messages) return `${messages} messages wait for it already (queue_messages)`;
    if (queue === undefined && room.queues.size >= limits.queue_targets) {
      return `${room.queues.size} targets have messages waiting already (queue_targets)`;
    }
    if (room.queuedBytes + payloadBytes > limits.queue_bytes) {
      return `${room.queuedBytes} bytes wait in all queues already (queue_bytes)`;
    }
    return undefined;
  }

  /** Any sign of life. */
  function noteHeard(session: Session, nowMs: number): void {
    session.lastHeardAtMs = nowMs;
    if (!session.isSilent) return;
    session.isSilent = false;
    session.queue?.drain();
  }

  /** Silent for `silent_after` is offline (PROTOCOL A4, A5), to the millisecond that presence is told by. */
  function noteSilence(session: Session, nowMs: number): void {
    session.isSilent = nowMs - session.lastHeardAtMs >= options.limits().silent_after;
  }

  function sweepSession(session: Session, nowMs: number): void {
    if (session.observe(nowMs) === 'heard') noteHeard(session, nowMs);
    const { limits } = session;
    const silentMs = nowMs - session.lastHeardAtMs;
    if (nowMs - session.quietSinceMs >= limits.idle_timeout) {
      end(
        session,
        'idle_timeout',
        `nothing was heard from this client for ${Math.round(silentMs)} ms: send {"action":"ping"} every 30 s`,
      );
      return;
    }
    noteSilence(session, nowMs);
    if (session.isPingDue(options.limits().ping_after, nowMs)) session.ping(nowMs);
    session.queue?.retry();
    options.onSwept(session, nowMs);
  }

  return {
    join,
    startDelivery,
    leave,
    end,
    route,
    noteHeard,
    rooms: (): Iterable<Room> => rooms.values(),
    room: (userId: string): Room | undefined => rooms.get(userId),

    /** Queues that an earlier run left. Called once, before the first session. */
    restore(depths: readonly QueueDepth[]): void {
      for (const depth of depths) makeQueue(roomOf(depth.userId), depth.target, depth);
    },

    handlePong(session: Session, pingNumber: number): void {
      if (pingNumber <= session.lastPingNumber) session.queue?.handleProof(session, pingNumber);
    },

    handleWritable(session: Session): void {
      session.noteWritable();
      session.queue?.drain();
    },

    /** The store has caught up: its senders are read again. */
    handleStoreRelieved(): void {
      for (const session of waitingForStore) session.resumeAfterStore();
      waitingForStore.clear();
    },

    /** Pings who is silent, notices who is gone, tries again what the store could not do, and ends what is too old. */
    async sweep(nowMs: number): Promise<void> {
      let hasQueues = false;
      for (const room of rooms.values()) {
        for (const session of room.sessions.values()) sweepSession(session, nowMs);
        hasQueues ||= room.queues.size > 0;
        if (room.sessions.size === 0 && room.queues.size === 0) rooms.delete(room.userId);
      }
      if (!hasQueues) return;
      const ended = await store.expire(nowMs);
      const byQueue = Map.groupBy(ended, (message) => rooms.get(message.userId)?.queues.get(message.target));
      for (const [queue, messages] of byQueue) queue?.forget(messages);
    },

    /** Removes all that waits for a target; its session, if there is one, has ended before. */
    async purge(userId: string, target: string): Promise<void> {
      const ended = await store.cancel(userId, target, 'all');
      rooms.get(userId)?.queues.get(target)?.forget(ended);
    },

    /** Changed limits apply to live sessions and queues at once. */
    refreshLimits(userId: string): void {
      const room = rooms.get(userId);
      if (room !== undefined) room.limits = options.limitsOf(userId);
    },

    /** Ends the sessions of a user that match. */
    endWhere(userId: string, matches: (session: Session) => boolean, code: RelayCode, message: string): void {
      const sessions = [...(rooms.get(userId)?.sessions.values() ?? [])];
      for (const session of sessions) if (matches(session)) end(session, code, message);
    },

    forgetRoom(userId: string): void {
      rooms.delete(userId);
    },
  };
}
