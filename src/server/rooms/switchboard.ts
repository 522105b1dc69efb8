import type { ServerLimits } from '../../protocol/limits.ts';
import { Reports } from '../messages/reports.ts';
import { Router } from '../messages/router.ts';
import { Rooms, type RoomsOptions } from './rooms.ts';
import type { Session } from './session.ts';
import { SignsOfLife } from './signs-of-life.ts';

export interface SwitchboardOptions extends Omit<RoomsOptions, 'reports'> {
  readonly limits: () => ServerLimits;
  /** Called for each session of each sweep, for what its own messages left to say. */
  readonly onSwept: (session: Session, nowMs: number) => void;
}

/**
 * Rooms and routing together: each message goes to its target's socket, to its target's queue, or back as a refusal, and
 * what becomes of it is told. No I/O of its own: sockets, store and clock are ports.
 */
export class Switchboard {
  readonly rooms: Rooms;
  readonly reports: Reports;
  readonly router: Router;
  readonly signsOfLife: SignsOfLife;
  readonly #options: SwitchboardOptions;

  constructor(options: SwitchboardOptions) {
    const { store, clock, limits } = options;
    this.#options = options;
    this.reports = new Reports(clock);
    this.rooms = new Rooms({ ...options, reports: this.reports });
    this.signsOfLife = new SignsOfLife(limits);
    this.router = new Router({ store, reports: this.reports, rooms: this.rooms, signsOfLife: this.signsOfLife });
  }

  /** A pong proves that everything was read that was sent before its ping, in this session. */
  handlePong(session: Session, pingNumber: number): void {
    if (pingNumber > session.pings.last) return;
    this.reports.proven(session.clientId, session.takeProven(pingNumber));
    session.queue?.handleProof(session, pingNumber);
  }

  handleWritable(session: Session): void {
    session.noteWritable();
    session.queue?.drain();
  }

  /** For so long the relay did not run: its process or its machine was stopped. That is nobody's silence. */
  excuse(pausedMs: number, nowMs: number): void {
    for (const room of this.rooms.all()) {
      for (const session of room.sessions.values()) this.signsOfLife.excuse(session, pausedMs, nowMs);
    }
  }

  /** Pings who is silent, notices who is gone, tries again what the store could not do, and ends what is too old. */
  async sweep(nowMs: number): Promise<void> {
    let hasQueues = false;
    for (const room of this.rooms.all()) {
      for (const session of room.sessions.values()) this.#sweepSession(session, nowMs);
      room.watch.sweep(nowMs);
      hasQueues ||= room.queues.size > 0;
    }
    if (hasQueues) await this.#expire(nowMs);
  }

  #sweepSession(session: Session, nowMs: number): void {
    if (session.observe(nowMs) === 'heard') this.signsOfLife.noteHeard(session, nowMs);
    const silentMs = nowMs - session.lastHeardAtMs;
    if (nowMs - session.quietSinceMs >= session.limits.idle_timeout) {
      this.rooms.end(session, 'idle_timeout', `nothing was heard from this client for ${Math.round(silentMs)} ms`);
      return;
    }
    this.signsOfLife.noteSilence(session, nowMs);
    if (session.isPingDue(this.#options.limits().ping_after, nowMs)) session.ping(nowMs);
    session.queue?.retry();
    this.#options.onSwept(session, nowMs);
  }

  async #expire(nowMs: number): Promise<void> {
    const ended = await this.#options.store.expire(nowMs);
    const byQueue = Map.groupBy(ended, (message) => this.rooms.find(message.userId)?.queues.get(message.target));
    for (const [queue, messages] of byQueue) queue?.forget(messages);
  }
}
