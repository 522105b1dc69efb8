import { setTimeout as delay } from 'node:timers/promises';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { Pair } from './pair.ts';

/** The first messages find everything cold, and are not counted: so many, or those of this part of the time. */
const warmUpMessages = 20;
const warmUpShare = 0.2;
/** A message that takes longer does not come any more. */
const arrivalTimeoutMs = 5_000;

type LatencyPair = Pick<Pair, 'send' | 'onArrival'>;

/** From the sending of a message to its arrival, in microseconds: to the relay and to another client, in one direction. */
async function measureOne(pair: LatencyPair): Promise<number> {
  const arrived = Promise.withResolvers<number>();
  pair.onArrival = () => arrived.resolve(performance.now());
  const timer = setTimeout(() => {
    arrived.reject(new CommandError(exitCodes.timeout, `a message did not arrive within ${arrivalTimeoutMs} ms`));
  }, arrivalTimeoutMs);
  try {
    const sentAtMs = performance.now();
    const [arrivedAtMs] = await Promise.all([arrived.promise, pair.send()]);
    return (arrivedAtMs - sentAtMs) * 1000;
  } finally {
    clearTimeout(timer);
  }
}

export interface LatencyOptions {
  readonly durationMs: number;
  /** Between one message and the next. */
  readonly intervalMs: number;
}

/** Sends one message after the other, each when the one before has arrived; sorted, at least one. */
export async function measureLatencies(
  pair: LatencyPair,
  { durationMs, intervalMs }: LatencyOptions,
): Promise<readonly number[]> {
  const latencies: number[] = [];
  const startedAtMs = performance.now();
  const doneShare = () => (performance.now() - startedAtMs) / durationMs;
  for (let message = 0; message < warmUpMessages && doneShare() < warmUpShare; message++) {
    await measureOne(pair);
    await delay(intervalMs);
  }
  do {
    latencies.push(await measureOne(pair));
    await delay(intervalMs);
  } while (doneShare() < 1);
  return latencies.toSorted((one, other) => one - other);
}

/** The value that so much of a sorted sample, 0.99 for instance, is at most (nearest rank). */
export function percentile(sorted: readonly number[], share: number): number {
  const rank = Math.ceil(share * sorted.length);
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1] ?? Number.NaN;
}
