import { startFilling } from './filling.ts';
import type { LoadResult, OfferedLoadJob } from './job.ts';
import { Latencies } from './latencies.ts';
import { startMeter } from './meter.ts';
import type { Rig } from './rig.ts';

/** So many messages of a pair may be under way; a server that lets more pile up does not keep up. */
const underWayMax = 16_384;

/** When the messages of one pair that are under way were due, in the order in which they will arrive. */
class DueTimes {
  readonly #timesMs = new Float64Array(underWayMax);
  #first = 0;
  #count = 0;

  push(timeMs: number): void {
    if (this.#count === underWayMax) throw new Error('the server does not keep up with the offered load');
    this.#timesMs[(this.#first + this.#count++) % underWayMax] = timeMs;
  }

  shift(): number {
    const timeMs = this.#timesMs[this.#first] ?? Number.NaN;
    this.#first = (this.#first + 1) % underWayMax;
    this.#count--;
    return timeMs;
  }
}

/**
 * Sends at an even pace whether or not the server keeps up, over the pairs in turn. A latency counts from the moment at which
 * its message was due, so that a wait before the sending is part of it. Timers are too coarse for 50 µs: the loop spins.
 */
export async function runOfferedLoad(rig: Rig, job: OfferedLoadJob): Promise<LoadResult> {
  const { flow } = rig;
  const latencies = new Latencies();
  const due = Array.from({ length: job.pairs }, () => new DueTimes());
  let recordFromMs = Number.POSITIVE_INFINITY;
  await rig.openPairs({ ...job, messagesPerWriteMax: 1 }, (pairIndex, count) => {
    const nowMs = performance.now();
    for (let arrived = 0; arrived < count; arrived++) {
      const dueMs = due[pairIndex]?.shift() ?? Number.NaN;
      if (dueMs >= recordFromMs) latencies.add(nowMs - dueMs);
    }
  });
  const filling = job.filling === undefined ? undefined : await startFilling(rig, job.filling);
  const gapMs = 1000 / job.messagesPerSecond;
  const startMs = performance.now();
  recordFromMs = startMs + job.warmUpMs;
  let number = 0;
  const sendUntil = (endMs: number) =>
    new Promise<void>((resolve, reject) => {
      const turn = () => {
        try {
          const nowMs = performance.now();
          for (let dueMs = startMs + number * gapMs; dueMs <= nowMs; dueMs = startMs + number * gapMs) {
            const pairIndex = number++ % job.pairs;
            due[pairIndex]?.push(dueMs);
            flow.pairs[pairIndex]?.send(1);
          }
          if (nowMs < endMs) setImmediate(turn);
          else resolve();
        } catch (error) {
          reject(error);
        }
      };
      turn();
    });
  await sendUntil(recordFromMs);
  const queuedBefore = filling?.queued ?? 0;
  const stop = startMeter(rig.server.pid, () => flow.received);
  await sendUntil(recordFromMs + job.measureMs);
  const traffic = stop();
  const queuedMessages = (filling?.queued ?? 0) - queuedBefore;
  await Promise.all([flow.drain(), filling?.stop()]);
  return { ...traffic, ...latencies.percentilesUs(), queuedMessages };
}
