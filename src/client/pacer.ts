import { defaultUserLimits, type UserLimits } from '../protocol/limits.ts';
import type { Clock } from './clock.ts';
import type { RelaySendError } from './errors.ts';

/** How fast messages may go: so many at once, and so many a second. */
export interface Pace {
  readonly burst: number;
  readonly perSecond: number;
}

/** The part of the limits that is used, because the relay's clock is not this one. */
const burstShare = 0.9;
const rateShare = 0.99;
/** A pause in which the relay forgets that a rate was exceeded: it counts one of more than a second (PROTOCOL D `rate_limited`). */
const pauseMs = 1_100;
/** Messages that wait go in groups of what this time allows, instead of with a timer each. */
const groupMs = 5;
/** What a message that waits takes beside its bytes, so that many small ones have a bound, too. */
const overheadBytes = 256;
/** Smaller bursts are not probed: the probes would use up too much of the rate. */
const probedBurstMin = 64;

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

interface PacerPorts {
  readonly clock: Clock;
  /**
   * Sends a ping, which the relay counts as a message, and settles when the relay has read it and all that was sent before,
   * or when that will not be known.
   */
  readonly probe: () => Promise<unknown>;
}

/**
 * A token bucket that never has more than the relay's own. The relay counts a message when it reads it, which may be long after
 * it was sent, and many at once after the network stood still: so a message is taken from the bucket when a probe behind
 * it is answered, and until then the bucket is the smaller by what is under way.
 */
function createBucket({ clock, probe }: PacerPorts, pace: Pace, onProven: () => void) {
  const { burst, perSecond } = pace;
  const probeEvery = burst < probedBurstMin ? 0 : Math.ceil(burst / 4);
  let level = burst;
  let underWay = 0;
  let unprobed = 0;
  let filledAtMs = clock.uptimeMs();

  function refill(): void {
    const nowMs = clock.uptimeMs();
    level = Math.min(burst, level + (Math.max(0, nowMs - filledAtMs) / 1000) * perSecond);
    filledAtMs = nowMs;
  }

  function sendProbe(): void {
    const proven = unprobed;
    unprobed = 0;
    probe()
      .catch(() => undefined)
      .then(() => {
        refill();
        level -= proven;
        underWay -= proven;
        onProven();
      });
  }

  return {
    /** How many messages may go now. */
    available(): number {
      refill();
      return level - underWay;
    },
    /** How long until so many may go, in milliseconds; `Infinity` when only the answer to a probe can tell. */
    untilMs(count: number): number {
      if (underWay + 1 > burst) return Number.POSITIVE_INFINITY;
      return ((Math.min(burst, underWay + count) - level) / perSecond) * 1000;
    },
    take(count: number): void {
      if (probeEvery === 0) {
        level -= count;
        return;
      }
      underWay += count;
      unprobed += count;
      // The probe's own message is counted while it is sent, and proven by the next one.
      if (count > 0 && unprobed >= probeEvery) sendProbe();
    },
    empty(): void {
      refill();
      level = Math.min(level, underWay);
    },
  };
}

export function createPacer(ports: PacerPorts, pace: Pace | undefined): Pacer {
  const { clock } = ports;
  const bucket = pace === undefined ? undefined : createBucket(ports, pace, () => release());
  const group = pace === undefined ? 1 : Math.max(1, Math.min(pace.burst / 2, (pace.perSecond / 1000) * groupMs));
  const waiting = new Set<Turn>();
  let waitingBytes = 0;
  let heldUntilMs = clock.uptimeMs();
  let cancelTimer: (() => void) | undefined;

  function release(): void {
    const nowMs = clock.uptimeMs();
    for (const turn of nowMs < heldUntilMs ? [] : waiting) {
      if (bucket !== undefined && bucket.available() < 1) break;
      waiting.delete(turn);
      waitingBytes -= turn.bytes + overheadBytes;
      turn.start();
      bucket?.take(turn.cost);
    }
    if (waiting.size > 0) wakeAfter(Math.max(bucket?.untilMs(group) ?? 0, heldUntilMs - nowMs));
  }

  function wakeAfter(delayMs: number): void {
    cancelTimer?.();
    cancelTimer = undefined;
    if (!Number.isFinite(delayMs)) return;
    cancelTimer = clock.after(Math.max(1, Math.ceil(delayMs)), () => {
      cancelTimer = undefined;
      release();
    });
  }

  return {
    get waitingBytes() {
      return waitingBytes;
    },
    schedule(turn) {
      waiting.add(turn);
      waitingBytes += turn.bytes + overheadBytes;
      if (waiting.size === 1) release();
    },
    spend() {
      bucket?.take(1);
    },
    hold() {
      bucket?.empty();
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
