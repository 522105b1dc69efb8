import type { Clock } from '../../src/client/clock.ts';

/** A clock that stands still until a test turns it. */
export interface FakeClock extends Clock {
  /** Lets this time pass, and what falls due in it happen in its order. */
  advance(durationMs: number): void;
  /** How many timers are running. */
  readonly running: number;
}

interface Timer {
  readonly dueMs: number;
  readonly action: () => void;
}

export function createFakeClock(startMs = 1_000_000): FakeClock {
  let nowMs = startMs;
  let timers: Timer[] = [];

  function takeDue(untilMs: number): Timer | undefined {
    const [first] = timers.filter((timer) => timer.dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs);
    timers = timers.filter((timer) => timer !== first);
    return first;
  }

  return {
    nowMs: () => nowMs,
    uptimeMs: () => nowMs - startMs,
    after(delayMs, action) {
      const timer = { dueMs: nowMs + delayMs, action };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(durationMs) {
      const untilMs = nowMs + durationMs;
      for (let timer = takeDue(untilMs); timer !== undefined; timer = takeDue(untilMs)) {
        nowMs = timer.dueMs;
        timer.action();
      }
      nowMs = untilMs;
    },
    get running() {
      return timers.length;
    },
  };
}
