import type { Refusal } from '../protocol/messages.ts';
import type { Clock } from './clock.ts';
import { TokenBucket } from './token-bucket.ts';

/** How long a wrong key waits for its answer once there were too many from its address, unless said otherwise. */
const defaultDelayMs = 1000;
const minuteSeconds = 60;
/** Addresses remembered at most unless said otherwise; beyond that the one is forgotten that was heard of longest ago. */
const defaultAddressesMax = 100_000;

export interface AuthThrottleOptions {
  readonly clock: Clock;
  /** Wrong keys of one address in a minute. */
  readonly failuresPerMinute: () => number;
  readonly delayMs?: number;
  readonly addressesMax?: number;
}

export type AuthThrottle = ReturnType<typeof createAuthThrottle>;

/**
 * Slows down who guesses keys. It looks at wrong keys only: a right one passes at once, because forty people may share one
 * address (FAULTS 24).
 */
export function createAuthThrottle(options: AuthThrottleOptions) {
  const { clock, failuresPerMinute, delayMs = defaultDelayMs, addressesMax = defaultAddressesMax } = options;
  const byAddress = new Map<string, TokenBucket>();
  const delayed = new Set<NodeJS.Timeout>();
  let wrongKeys = 0;

  function forgetQuiet(): void {
    const perMinute = failuresPerMinute();
    const nowMs = clock();
    for (const [address, bucket] of byAddress) {
      if (bucket.isFull(perMinute / minuteSeconds, perMinute, nowMs)) byAddress.delete(address);
    }
  }

  /** Counts a wrong key; true when there were too many from this address. */
  function isTooMany(address: string): boolean {
    const perMinute = failuresPerMinute();
    const nowMs = clock();
    const bucket = byAddress.get(address) ?? new TokenBucket(perMinute, nowMs);
    // To the end: at the front stands who was heard of longest ago.
    byAddress.delete(address);
    byAddress.set(address, bucket);
    const [oldest] = byAddress.size > addressesMax ? byAddress.keys() : [];
    if (oldest !== undefined) byAddress.delete(oldest);
    return !bucket.take(perMinute / minuteSeconds, perMinute, nowMs);
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
