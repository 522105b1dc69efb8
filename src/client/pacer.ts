import { defaultUserLimits, type UserLimits } from '../protocol/limits.ts';
import type { Clock } from './clock.ts';
import type { RelaySendError } from './errors.ts';

/** How fast messages may go: so many at once, and so many a second. */
export interface Pace {
  readonly burst: number;
  readonly perSecond: number;
}

/** The part of the burst that is used. The rest is for messages that the network brings closer together than they were sent. */
const burstShare = 0.8;
/** The part of the rate that is used, because the relay's clock is not this one. */
const rateShare = 0.99;
/** A pause in which the relay forgets that a rate was exceeded: it counts one of more than a second (PROTOCOL D `rate_limited`). */
const pauseMs = 1_100;
/** Messages that wait go in groups of what this time allows, instead of with a timer each. */
const groupMs = 5;
/** What a message that waits takes beside its bytes, so that many small ones have a bound, too. */
const overheadBytes = 256;

/** The pace that keeps to the limits; those of PROTOCOL D where the relay told none. Undefined means no limit. */
export function paceOf(limits: UserLimits = defaultUserLimits()): Pace | undefined {
  const { message_rate, message_burst, user_message_rate } = limits;
  const buckets = [
    { burst: message_burst, perSecond: message_rate },
    { burst: user_message_rate, perSecond: user_message_rate },
  ].filter((bucket) => Number.isFinite(bucket.burst) && Number.isFinite(bucket.perSecond));
  if (buckets.length === 0) return undefined;
  const burst = Math.min(...buckets.map((bucket) => bucket.burst));
  const perSecond = Math.min(...buckets.map((bucket) => bucket.perSecond));
  // Where nothing may be sent at all, waiting has no end: the message goes, and the relay says why not.
  if (burst < 1 || perSecond <= 0) return undefined;
  return { burst: Math.max(1, Math.floor(burst * burstShare)), perSecond: perSecond * rateShare };
}

/** Something that waits for its turn; exactly one of the two is called. */
export interface Turn {
  readonly bytes: number;
  /** Messages that it counts for. */
  readonly cost: 0 | 1;
  readonly start: () => void;
  readonly drop: (reason: RelaySendError) => void;
}

/** Lets messages go in their order and no faster than the pace. */
export interface Pacer {
  /** What waits for its turn. */
  readonly waitingBytes: number;
  /** Starts the turn now, or when those before it have gone and the pace allows it. */
  schedule(turn: Turn): void;
  /** Counts a message that went without a turn. */
  spend(): void;
  /** The relay says that its rate was exceeded: nothing goes for a moment, so that it does not end the connection. */
  hold(): void;
  /** Drops all that waits. */
  stop(reason: RelaySendError): void;
}

export function createPacer(clock: Clock, pace: Pace | undefined): Pacer {
  const { burst, perSecond } = pace ?? { burst: Number.POSITIVE_INFINITY, perSecond: Number.POSITIVE_INFINITY };
  const group = Math.max(1, Math.min(burst, (perSecond / 1000) * groupMs));
  const waiting = new Set<Turn>();
  let waitingBytes = 0;
  let tokens = burst;
  let filledAtMs = clock.uptimeMs();
  let heldUntilMs = filledAtMs;
  let cancelTimer: (() => void) | undefined;

  function refill(nowMs: number): void {
    if (pace === undefined) return;
    tokens = Math.min(burst, tokens + (Math.max(0, nowMs - filledAtMs) / 1000) * perSecond);
    filledAtMs = nowMs;
  }

  function release(): void {
    const nowMs = clock.uptimeMs();
    refill(nowMs);
    if (nowMs >= heldUntilMs) {
      for (const turn of waiting) {
        if (tokens < 1) break;
        tokens -= turn.cost;
        waiting.delete(turn);
        waitingBytes -= turn.bytes + overheadBytes;
        turn.start();
      }
    }
    if (waiting.size > 0) cancelTimer ??= clock.after(delayMs(nowMs), wake);
  }

  function delayMs(nowMs: number): number {
    const untilGroupMs = pace === undefined ? 0 : ((group - tokens) / perSecond) * 1000;
    return Math.max(1, Math.ceil(Math.max(untilGroupMs, heldUntilMs - nowMs)));
  }

  function wake(): void {
    cancelTimer = undefined;
    release();
  }

  return {
    get waitingBytes() {
      return waitingBytes;
    },
    schedule(turn) {
      waiting.add(turn);
      waitingBytes += turn.bytes + overheadBytes;
      if (cancelTimer === undefined) release();
    },
    spend() {
      tokens -= 1;
    },
    hold() {
      refill(clock.uptimeMs());
      tokens = Math.min(tokens, 0);
      heldUntilMs = clock.uptimeMs() + pauseMs;
    },
    stop(reason) {
      cancelTimer?.();
      cancelTimer = undefined;
      const dropped = [...waiting];
      waiting.clear();
      waitingBytes = 0;
      for (const turn of dropped) turn.drop(reason);
    },
  };
}
