import type { RelayCode } from '../../protocol/codes.ts';
import { type ExtensionName, noExtensions, toExtensions } from '../../protocol/extensions.ts';
import type { UserLimits } from '../../protocol/limits.ts';
import type { Refusal } from '../../protocol/messages.ts';
import { type Clock, toIsoTime } from '../clock.ts';
import type { Reports } from '../messages/reports.ts';
import { TargetQueue } from '../queues/target-queue.ts';
import type { EndedMessage, QueueDepth, QueueStore } from '../store/store.ts';
import type { Link } from './link.ts';
import { Room } from './room.ts';
import { Session } from './session.ts';
import { defaultProgressPings, type ProgressPings } from './session-pings.ts';

/** Who wants to join which room. */
export interface Candidate {
  readonly userId: string;
  readonly clientId: string;
  readonly link: Link;
  readonly keyId: string;
  readonly isDevice: boolean;
  readonly granted: readonly ExtensionName[] | undefined;
}

export interface RoomsOptions {
  readonly store: QueueStore;
  readonly reports: Reports;
  readonly clock: Clock;
  readonly limitsOf: (userId: string) => UserLimits;
  /** The usual ones unless said. */
  readonly progressPings?: ProgressPings;
  readonly onJoined: (session: Session) => void;
  readonly onLeft: (session: Session) => void;
}

/** Who is in which room: joining, taking over, leaving, and the queue of whoever is not there (PROTOCOL A2). */
export class Rooms {
  readonly #options: RoomsOptions;
  readonly #rooms = new Map<string, Room>();

  constructor(options: RoomsOptions) {
    this.#options = options;
  }

  all(): Iterable<Room> {
    return this.#rooms.values();
  }

  find(userId: string): Room | undefined {
    return this.#rooms.get(userId);
  }

  /** The room of a user, made when there is none. */
  roomOf(userId: string): Room {
    const found = this.#rooms.get(userId);
    if (found !== undefined) return found;
    const made = new Room(userId, this.#options.limitsOf(userId), this.#options.clock());
    this.#rooms.set(userId, made);
    return made;
  }

  #makeQueue(room: Room, target: string, stored?: QueueDepth): TargetQueue {
    const { store, clock, reports } = this.#options;
    const queue = new TargetQueue(
      {
        room,
        target,
        store,
        clock,
        onEmpty() {
          if (room.queues.get(target) === queue) room.queues.delete(target);
        },
        onEnded: (ended) => reports.ended(room, ended),
        onDelivered: (delivered) => reports.delivered(room, target, delivered),
      },
      stored,
    );
    room.queues.set(target, queue);
    return queue;
  }

  /** The queue of a target, made when there is none. */
  queueOf(room: Room, target: string): TargetQueue {
    const found = room.queues.get(target);
    if (found !== undefined) return found;
    const made = this.#makeQueue(room, target);
    const session = room.sessions.get(target);
    if (session !== undefined) made.attach(session);
    return made;
  }

  /** Takes over from the session that has the id, if there is one and it may be replaced (PROTOCOL A2). */
  join(candidate: Candidate): Session | Refusal {
    const { clientId, link, keyId, isDevice, granted } = candidate;
    const nowMs = this.#options.clock();
    const room = this.roomOf(candidate.userId);
    const current = room.sessions.get(clientId);
    const refusal = whyNotJoined(room, clientId, isDevice);
    if (refusal !== undefined) return refusal;
    if (current !== undefined) {
      const message = `${clientId} logged in again from ${link.address} at ${toIsoTime(nowMs)}: that session has taken over`;
      this.end(current, 'replaced', message);
    }
    const session = new Session({
      room,
      clientId,
      link,
      keyId,
      isDevice,
      extensions: granted === undefined ? noExtensions : toExtensions(granted),
      progressPings: this.#options.progressPings ?? defaultProgressPings,
      nowMs,
    });
    room.sessions.set(clientId, session);
    room.goneEphemerals.delete(clientId);
    room.watch.noteOnline(clientId);
    this.#options.onJoined(session);
    return session;
  }

  /** Takes a session out of its room. A late close of a session that was replaced changes nothing. */
  leave(session: Session): void {
    session.isEnded = true;
    const { room, clientId } = session;
    if (room.sessions.get(clientId) !== session) return;
    room.sessions.delete(clientId);
    room.taps.remove(session);
    room.watch.remove(session);
    room.watch.noteOffline(clientId, this.#options.clock());
    this.#options.reports.unproven(clientId, session.takeUnproven());
    session.queue?.detach(session);
    if (session.extensions.ephemeral) {
      room.goneEphemerals.add(clientId);
      // Nothing waits for an id that was for one connection alone; a failure leaves it to its time to live.
      if (room.queues.has(clientId)) this.purge(room.userId, clientId).catch(() => {});
    }
    this.#options.onLeft(session);
  }

  /** Ends a session with an error or a close code of its own, and takes it out of its room. */
  end(session: Session, code: RelayCode, message: string): void {
    session.end(code, message);
    this.leave(session);
  }

  /** Ends all that waits for a target and is not handed out; resolves with what that was. */
  async purge(userId: string, target: string, seq: number | 'all' = 'all'): Promise<readonly EndedMessage[]> {
    const ended = await this.#options.store.cancel(userId, target, seq);
    this.#rooms.get(userId)?.queues.get(target)?.forget(ended);
    return ended;
  }

  /** Hands over what waits. Called after the session was told that it is authenticated. */
  startDelivery(session: Session): void {
    session.room.queues.get(session.clientId)?.attach(session);
  }

  /** Queues that an earlier run left. Called once, before the first session. */
  restore(depths: readonly QueueDepth[]): void {
    for (const depth of depths) this.#makeQueue(this.roomOf(depth.userId), depth.target, depth);
  }

  /** Changed limits apply to live sessions and queues at once. */
  refreshLimits(userId: string): void {
    const room = this.#rooms.get(userId);
    if (room !== undefined) room.limits = this.#options.limitsOf(userId);
  }

  /** Ends the sessions of a user that match. */
  endWhere(userId: string, matches: (session: Session) => boolean, code: RelayCode, message: string): void {
    const sessions = [...(this.#rooms.get(userId)?.sessions.values() ?? [])];
    for (const session of sessions) if (matches(session)) this.end(session, code, message);
  }

  /** The user is removed, and its sessions are ended. */
  forget(userId: string): void {
    this.#rooms.delete(userId);
    this.#options.reports.userRemoved(userId);
  }
}

function whyNotJoined(room: Room, clientId: string, isDevice: boolean): Refusal | undefined {
  const current = room.sessions.get(clientId);
  if (current?.isDevice === true && !isDevice) {
    const message = `${clientId} is a device that is connected with its token: a master key cannot take its place; use another sender`;
    return { code: 'id_in_use', message };
  }
  if (current === undefined && room.sessions.size >= room.limits.connections) {
    const message = `${room.limits.connections} connections are open, as many as this user may have: close one or try again later`;
    return { code: 'too_many_connections', message };
  }
  return undefined;
}
