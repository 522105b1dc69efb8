import type { ServerLimits } from '../../protocol/limits.ts';
import type { Session } from './session.ts';

/** Who is heard, and who has been silent for so long that it counts as offline (PROTOCOL A4, A5). */
export class SignsOfLife {
  readonly #limits: () => ServerLimits;

  constructor(limits: () => ServerLimits) {
    this.#limits = limits;
  }

  /** Any sign of life. */
  noteHeard(session: Session, nowMs: number): void {
    session.lastHeardAtMs = nowMs;
    if (!session.isSilent) return;
    session.isSilent = false;
    session.room.watch.noteOnline(session.clientId);
    session.queue?.drain();
  }

  /** Silent for `silent_after` is offline, to the millisecond that presence is told by. */
  noteSilence(session: Session, nowMs: number): void {
    if (session.isSilent || nowMs - session.lastHeardAtMs < this.#limits().silent_after) return;
    session.isSilent = true;
    session.room.watch.noteOffline(session.clientId, nowMs);
  }
  /** For so long the relay itself did not run: nobody could be heard then, and nobody was asked. */
  excuse(session: Session, pausedMs: number, nowMs: number): void {
    const heardAtMs = Math.min(nowMs, session.lastHeardAtMs + pausedMs);
    if (nowMs - heardAtMs < this.#limits().silent_after) this.noteHeard(session, heardAtMs);
    else session.lastHeardAtMs = heardAtMs;
  }
}
