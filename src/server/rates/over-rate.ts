import type { MessageRun } from '../messages/message-run.ts';
import type { Room } from '../rooms/room.ts';
import type { Session } from '../rooms/session.ts';
import { ReleaseTimes } from './release-times.ts';
import { TokenBucket } from './token-bucket.ts';

/**
 * Messages over the rate that are read as fast as they come, those of all connections of a user together: so many at once, and so many
 * a second. To refuse costs little, but who floods can send a million a second, and other users pay for it (FAULTS 19). Beyond that its
 * connections are read now and then.
 */
const refusals = { burst: 5000, perSecond: 2000 } as const;
/** A refusal that is told by its `_id` costs as much as so many that are not. */
const toldCost = 4;
/** How long a connection is not read then: long enough to be worth it, and no pause in the sense of `MessageRate`. */
const holdMs = { min: 100, max: 500, apart: 5 } as const;

interface Held {
  readonly refusals: TokenBucket;
  readonly releases: ReleaseTimes;
}

export interface OverRateOptions {
  /** Calls back after so many milliseconds. */
  readonly after: (delayMs: number, callback: () => void) => void;
  /** So many messages were not taken. */
  readonly count: (messages: number) => void;
  readonly end: (session: Session, code: 'rate_limited', message: string) => void;
}

export type OverRate = ReturnType<typeof createOverRate>;

/** What happens to messages over the rate: they are told, and who sends nothing else is read less, and closed in the end (PROTOCOL D). */
export function createOverRate({ after, count, end }: OverRateOptions) {
  const byRoom = new WeakMap<Room, Held>();

  function heldOf(room: Room, nowMs: number): Held {
    const found = byRoom.get(room);
    if (found !== undefined) return found;
    const made = { refusals: new TokenBucket(refusals.burst, nowMs), releases: new ReleaseTimes(holdMs, nowMs) };
    byRoom.set(room, made);
    return made;
  }

  function holdBack(session: Session, held: Held, nowMs: number): void {
    if (session.isEnded || session.reading.isHeldFor('rate')) return;
    session.reading.hold('rate');
    after(held.releases.nextDelayMs(nowMs), () => session.reading.release('rate'));
  }

  return {
    /** So many messages were refused, which `MessageRate` has counted already; `tellIds` tells of those that have an `_id`. */
    handle(session: Session, messages: number, nowMs: number, tellIds: () => void): void {
      count(messages);
      if (session.rate.isFlood()) {
        const message =
          'the message rate was exceeded for 10 s without a pause: send slower (message_rate, user_message_rate)';
        end(session, 'rate_limited', message);
        // What it has sent meanwhile may be megabytes, and to look through them for its goodbye is what the flood is after.
        session.link.ignore();
        return;
      }
      if (session.extensions.receipts) tellIds();
      tellRateLimited(session, nowMs);
      const held = heldOf(session.room, nowMs);
      const { perSecond, burst } = refusals;
      const cost = session.extensions.receipts ? messages * toldCost : messages;
      if (!held.refusals.takeWhatIsThere(perSecond, burst, nowMs, cost)) holdBack(session, held, nowMs);
    },

    /**
     * A ping came, or a pong that answers none: they are no messages, and the contract has no error for them. As many as messages may
     * come are read as fast as they come, which is one behind each message.
     */
    handleControl(session: Session, nowMs: number): void {
      if (!session.takeControl(nowMs)) holdBack(session, heldOf(session.room, nowMs), nowMs);
    },
  };
}

function ratesOf({ limits }: Session): string {
  return `${limits.message_rate} a second for one connection, ${limits.user_message_rate} for all of the user`;
}

/** Tells that one message with an `_id` was over the rate. */
export function refuseOverRate(session: Session, messageId: string, target: string | undefined): void {
  session.refuse('rate_limited', overRateMessage(session), target, messageId);
}

/** The same for those of a run that have an `_id`, without its first `skipped` messages; all of the ids are plain. */
export function refuseRunOverRate(
  session: Session,
  run: MessageRun,
  target: string | undefined,
  skipped: number,
): void {
  const shown = target === undefined ? '' : `"target":${JSON.stringify(target)},`;
  const message = JSON.stringify(overRateMessage(session));
  const head = `{"status":"error","code":"rate_limited","message":${message},${shown}"_id":"`;
  const framed = run.receipts(head, '"}', skipped);
  if (framed.length > 0) session.tellAll(framed);
}

function overRateMessage(session: Session): string {
  return `the message was over the rate and not taken (${ratesOf(session)}): send slower`;
}

/** Says `rate_limited` for the messages that were refused since the last time, if one may be said now. */
export function tellRateLimited(session: Session, nowMs: number): void {
  const count = session.takeUntold(nowMs);
  if (count === 0) return;
  const message = `${count} messages over the rate were not taken (${ratesOf(session)}): send slower`;
  session.answer({ status: 'error', code: 'rate_limited', message, count });
}
