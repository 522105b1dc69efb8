import type { PresenceState } from '../protocol/messages.ts';
import type { Session } from './session.ts';

/** An offline event waits so long, in milliseconds, so that a flapping link is not noise (PROTOCOL B `presence`). */
const offlineDelayMs = 2000;

/** Tells the watching sessions of a room who comes and goes. */
export class PresenceWatch {
  readonly #watchers = new Set<Session>();
  /**
   * Who is online as far as the watchers were told: all of them, or only those who did not begin to watch while the offline event
   * waited. Who is offline is not in it, so that it does not grow with every id that ever came and went.
   */
  readonly #online = new Map<string, 'told to all' | 'told to some'>();
  readonly #leftAtMs = new Map<string, number>();

  /** Starts to tell a session; it hears all known clients first. */
  add(session: Session, known: Readonly<Record<string, PresenceState>>): void {
    this.#watchers.add(session);
    for (const [clientId, state] of Object.entries(known)) {
      const isTold = this.#online.has(clientId);
      if (state === 'online' && !isTold) this.#online.set(clientId, 'told to all');
      if (state === 'offline' && isTold) this.#online.set(clientId, 'told to some');
    }
    session.answer({ status: 'presence', devices: known });
  }

  remove(session: Session): void {
    if (!this.#watchers.delete(session) || this.#watchers.size > 0) return;
    this.#online.clear();
    this.#leftAtMs.clear();
  }

  noteOnline(clientId: string): void {
    if (this.#watchers.size === 0) return;
    this.#leftAtMs.delete(clientId);
    if (this.#online.get(clientId) === 'told to all') return;
    this.#online.set(clientId, 'told to all');
    this.#tell(clientId, 'online');
  }

  noteOffline(clientId: string, nowMs: number): void {
    if (this.#online.has(clientId) && !this.#leftAtMs.has(clientId)) this.#leftAtMs.set(clientId, nowMs);
  }

  /** Tells of those who have been away for long enough. */
  sweep(nowMs: number): void {
    for (const [clientId, leftAtMs] of this.#leftAtMs) {
      if (nowMs - leftAtMs < offlineDelayMs) continue;
      this.#leftAtMs.delete(clientId);
      this.#online.delete(clientId);
      this.#tell(clientId, 'offline');
    }
  }

  #tell(clientId: string, state: PresenceState): void {
    for (const watcher of this.#watchers) watcher.answer({ status: 'presence', devices: { [clientId]: state } });
  }
}
