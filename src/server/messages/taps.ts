import type { Outcome } from '../../protocol/messages.ts';
import type { Session } from '../rooms/session.ts';

interface Tap {
  /** Only what comes from or goes to these; all of the room without them. */
  readonly of: ReadonlySet<string> | undefined;
  dropped: number;
}

const encoder = new TextEncoder();

/** Copies of what passes in a room, for those who listen in: best effort, counted where dropped (PROTOCOL B `tap`). */
export class Taps {
  readonly #taps = new Map<Session, Tap>();

  get isEmpty(): boolean {
    return this.#taps.size === 0;
  }

  add(session: Session, of: ReadonlySet<string> | undefined): void {
    this.#taps.set(session, { of, dropped: 0 });
  }

  remove(session: Session): void {
    this.#taps.delete(session);
  }

  copy(from: string, target: string, outcome: Outcome, payload: Uint8Array): void {
    for (const [session, tap] of this.#taps) {
      if (tap.of !== undefined && !tap.of.has(from) && !tap.of.has(target)) continue;
      if (!session.canTake(payload.length)) {
        tap.dropped += 1;
        continue;
      }
      session.link.sendText(wrap(from, target, outcome, payload, tap.dropped));
      tap.dropped = 0;
    }
  }
}

/** The tap message; the payload's bytes stand in it as they came. */
function wrap(from: string, target: string, outcome: Outcome, payload: Uint8Array, dropped: number): Uint8Array {
  const said = JSON.stringify({ status: 'tap', from, target, outcome, ...(dropped === 0 ? {} : { dropped }) });
  const head = encoder.encode(`${said.slice(0, -1)},"payload":`);
  const message = new Uint8Array(head.length + payload.length + 1);
  message.set(head, 0);
  message.set(payload, head.length);
  message[message.length - 1] = 0x7d;
  return message;
}
