import type { PresenceState } from '../../protocol/messages.ts';
import type { Session } from './session.ts';

/** An offline event waits so long, in milliseconds, so that a flapping link is not noise (PROTOCOL B `presence`). */
const offlineDelayMs = 2000;

/** Tells the watching sessions of a room who comes and goes. */
export class PresenceWatch {
  /**
   * A watcher that does not read is told nothing more until it does, and then the difference to what it knew, which is kept here
   * meanwhile: what it was told would pile up with every login of the room.
   */
  readonly #watchers = new Map<Session, ReadonlySet<string> | 'reads'>();
  /**
   * Who is online as far as the watchers were told: all of them, or only those who did not begin to watch while the offline event
   * waited. Who is offline is not in it, so that it does not grow with every id that ever came and went.
   */
  readonly #online = new Map<string, 'told to all' | 'told to some'>();
  readonly #leftAtMs = new Map<string, number>();

  /** Starts to tell a session; it hears all known clients first. */
  add(session: Session, known: Readonly<Record<string, PresenceState>>): void {
    this.#watchers.set(session, 'reads');
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
    this.#tell(clientId, 'online');
    this.#online.set(clientId, 'told to all');
  }

  noteOffline(clientId: string, nowMs: number): void {
    if (this.#online.has(clientId) && !this.#leftAtMs.has(clientId)) this.#leftAtMs.set(clientId, nowMs);
  }

  /** Tells of those who have been away for long enough, and who reads again what it missed. */
  sweep(nowMs: number): void {
    for (const [clientId, leftAtMs] of this.#leftAtMs) {
      if (nowMs - leftAtMs < offlineDelayMs) continue;
      this.#leftAtMs.delete(clientId);
      this.#tell(clientId, 'offline');
      this.#online.delete(clientId);
    }
    for (const [watcher, known] of this.#watchers) {
      if (known !== 'reads' && !watcher.isBehind) this.#catchUp(watcher, known);
    }
  }

  /** Tells of a change that is not in `#online` yet. */
  #tell(clientId: string, state: PresenceState): void {
    let toldSoFar: ReadonlySet<string> | undefined;
    for (const [watcher, known] of this.#watchers) {
      if (known !== 'reads') continue;
      if (!watcher.isBehind) {
        watcher.answer({ status: 'presence', devices: { [clientId]: state } });
        continue;
      }
      toldSoFar ??= new Set(this.#online.keys());
      this.#watchers.set(watcher, toldSoFar);
    }
  }

  #catchUp(watcher: Session, known: ReadonlySet<string>): void {
    this.#watchers.set(watcher, 'reads');
    const came = [...this.#online.keys()].filter((clientId) => !known.has(clientId));
    const went = [...known].filter((clientId) => !this.#online.has(clientId));
    if (came.length === 0 && went.length === 0) return;
    const states = [...came.map((id) => [id, 'online'] as const), ...went.map((id) => [id, 'offline'] as const)];
    watcher.answer({ status: 'presence', devices: Object.fromEntries(states) });
  }
}
