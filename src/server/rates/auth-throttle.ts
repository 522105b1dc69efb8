import type { Refusal } from '../../protocol/messages.ts';
import type { Clock } from '../clock.ts';
import { AddressBuckets } from './address-buckets.ts';

/** How long a wrong key waits for its answer once there were too many from its address, unless said otherwise. */
const defaultDelayMs = 1000;
const minuteSeconds = 60;

export interface AuthThrottleOptions {
  readonly clock: Clock;
  /** Wrong keys of one address in a minute. */
  readonly failuresPerMinute: () => number;
  readonly delayMs?: number;
  /** Addresses remembered at most. */
  readonly addressesMax?: number;
}

export type AuthThrottle = ReturnType<typeof createAuthThrottle>;

/**
 * Slows down who guesses keys. It looks at wrong keys only: a right one passes at once, because forty people may share one
 * address (FAULTS 24).
 */
export function createAuthThrottle(options: AuthThrottleOptions) {
  const { clock, failuresPerMinute, delayMs = defaultDelayMs, addressesMax } = options;
  const byAddress = new AddressBuckets(addressesMax);
  const delayed = new Set<NodeJS.Timeout>();
  let wrongKeys = 0;

  function forgetQuiet(): void {
    const perMinute = failuresPerMinute();
    byAddress.forgetQuiet(perMinute / minuteSeconds, perMinute, clock());
  }

  /** Counts a wrong key; true when there were too many from this address. */
  function isTooMany(address: string): boolean {
    const perMinute = failuresPerMinute();
    return !byAddress.take(address, perMinute / minuteSeconds, perMinute, clock());
  }

  return {
    forgetQuiet,

    /** Wrong keys since the start, from all addresses. */
    get wrongKeys(): number {
      return wrongKeys;
    },

    /** Answers a wrong key: with the refusal at once, or after a delay with `auth_throttled`. */
    punish(address: string, refusal: Refusal, answer: (refusal: Refusal) => void): void {
      wrongKeys += 1;
      if (!isTooMany(address)) {
        answer(refusal);
        return;
      }
      const throttled: Refusal = {
        code: 'auth_throttled',
        message: `the key or token is not valid, and too many wrong ones came from ${address}: wait a minute; a right one works at once`,
      };
      const timer = setTimeout(() => {
        delayed.delete(timer);
        answer(throttled);
      }, delayMs);
      delayed.add(timer);
    },

    close(): void {
      for (const timer of delayed) clearTimeout(timer);
      delayed.clear();
    },
  };
}
