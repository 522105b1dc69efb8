import { setTimeout as delay } from 'node:timers/promises';
import type { RelaySendError } from '../../client/errors.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { Pair } from './pair.ts';

/** After so long without an arrival nothing comes any more. */
const arrivalTimeoutMs = 5_000;
const pauseMs = 5;

type CountedPair = Pick<Pair, 'send' | 'sent' | 'received' | 'onArrival'>;

export interface ThroughputOptions {
  readonly durationMs: number;
  /** How many messages all pairs together may have sent after so long a time. */
  readonly sentMax: (elapsedMs: number) => number;
  /** How many messages of a pair may be under way. */
  readonly underWayMax: number;
}

export interface Throughput {
  readonly sent: number;
  readonly received: number;
  /** From the first message to the last arrival. */
  readonly elapsedMs: number;
}

/** What was sent and has arrived since this was made. */
function createCounts(pairs: readonly CountedPair[]) {
  const sum = (count: (pair: CountedPair) => number) => pairs.reduce((total, pair) => total + count(pair), 0);
  const sentBefore = sum((pair) => pair.sent);
  const receivedBefore = sum((pair) => pair.received);
  return {
    sent: () => sum((pair) => pair.sent) - sentBefore,
    received: () => sum((pair) => pair.received) - receivedBefore,
  };
}

/** Sends for the whole time, as much as may be under way and as the limits allow. */
async function flood(
  pair: CountedPair,
  underWayMax: number,
  mayGo: () => boolean,
  isOver: () => boolean,
): Promise<void> {
  const { sent, received } = createCounts([pair]);
  let failure: RelaySendError | undefined;
  let arrival = Promise.withResolvers<void>();
  pair.onArrival = () => arrival.resolve();
  while (!isOver() && failure === undefined) {
    if (!mayGo()) {
      await delay(pauseMs);
    } else if (sent() - received() >= underWayMax) {
      arrival = Promise.withResolvers();
      await Promise.race([arrival.promise, delay(pauseMs)]);
    } else {
      pair.send().catch((error: RelaySendError) => {
        failure = error;
      });
    }
  }
  if (failure !== undefined) throw new CommandError(exitCodes.unreachable, failure.message);
}

/** Resolves with the time of the last arrival, when as many have arrived as were sent or nothing comes any more. */
async function whenArrived(pairs: readonly CountedPair[], isDone: () => boolean): Promise<number> {
  let lastArrivalMs = performance.now();
  for (const pair of pairs) {
    pair.onArrival = () => {
      lastArrivalMs = performance.now();
    };
  }
  while (!isDone() && performance.now() - lastArrivalMs < arrivalTimeoutMs) await delay(pauseMs);
  return lastArrivalMs;
}

/** Sends through all pairs at once. */
export async function measureThroughput(
  pairs: readonly CountedPair[],
  { durationMs, sentMax, underWayMax }: ThroughputOptions,
): Promise<Throughput> {
  const { sent, received } = createCounts(pairs);
  const startedAtMs = performance.now();
  const elapsedMs = () => performance.now() - startedAtMs;
  const mayGo = () => sent() < sentMax(elapsedMs());
  const isOver = () => elapsedMs() >= durationMs;
  await Promise.all(pairs.map((pair) => flood(pair, underWayMax, mayGo, isOver)));
  const lastArrivalMs = await whenArrived(pairs, () => received() >= sent());
  return { sent: sent(), received: received(), elapsedMs: lastArrivalMs - startedAtMs };
}
