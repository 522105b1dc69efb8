import type { PresenceState } from '../protocol/messages.ts';
import type { Session } from './session.ts';

/** An offline event waits so long, in milliseconds, so that a flapping link is not noise (PROTOCOL B `presence`). */
const offlineDelayMs = 2000;

/** Tells the watching sessions of a room who comes and goes. */
export class PresenceWatch {
  readonly #watchers = new Set<Session>();
  /** What the watchers were told last. */
  readonly #told = new Map<string, PresenceState>();
  readonly #leftAtMs = new Map<string, number>();

  /** Starts to tell a session; it hears all known clients first. */
  add(session: Session, known: Readonly<Record<string, PresenceState>>): void {
    this.#watchers.add(session);
    for (const [clientId, state] of Object.entries(known)) this.#told.set(clientId, state);
    session.answer({ status: 'presence', devices: known });
  }

  remove(session: Session): void {
    if (!this.#watchers.delete(session) || this.#watchers.size > 0) return;
    this.#told.clear();
    this.#leftAtMs.clear();
  }

  noteOnline(clientId: string): void {
    if (this.#watchers.size === 0) return;
    this.#leftAtMs.delete(clientId);
    this.#tell(clientId, 'online');
  }

  noteOffline(clientId: string, nowMs: number): void {
    if (this.#watchers.size > 0 && !this.#leftAtMs.has(clientId)) this.#leftAtMs.set(clientId, nowMs);
  }

  /** Tells of those who have been away for long enough. */
  sweep(nowMs: number): void {
    for (const [clientId, leftAtMs] of this.#leftAtMs) {
      if (nowMs - leftAtMs < offlineDelayMs) continue;
      this.#leftAtMs.delete(clientId);
      this.#tell(clientId, 'offline');
    }
  }

  #tell(clientId: string, state: PresenceState): void {
    if (this.#told.get(clientId) === state) return;
    this.#told.set(clientId, state);
    for (const watcher of this.#watchers) watcher.answer({ status: 'presence', devices: { [clientId]: state } });
  }
}
