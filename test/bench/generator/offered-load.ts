import type { LatencyResult, OfferedLoadJob } from './job.ts';
import { Latencies } from './latencies.ts';
import { startMeter } from './meter.ts';
import type { Rig } from './rig.ts';

/** So many messages of a pair may be under way; a server that lets more pile up does not keep up. */
const underWayMax = 16_384;

/** When the latencies of the messages of one pair that are under way began, in the order in which they will arrive. */
class StartTimes {
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
 * Sends at an even pace whether or not the server keeps up, over the pairs in turn. A spinning generator sends each message when it
 * is due and counts its latency from then, so that a wait before the sending is part of it. One that sleeps between the
 * milliseconds leaves its core to others; it sends together what became due meanwhile, and counts from the sending.
 */
export async function runOfferedLoad(rig: Rig, job: OfferedLoadJob): Promise<LatencyResult> {
  const { flow } = rig;
  const latencies = new Latencies();
  const started = Array.from({ length: job.pairs }, () => new StartTimes());
  let recordFromMs = Number.POSITIVE_INFINITY;
  await rig.openPairs({ ...job, messagesPerWriteMax: 1 }, (pairIndex, count) => {
    const nowMs = performance.now();
    for (let arrived = 0; arrived < count; arrived++) {
      const startedMs = started[pairIndex]?.shift() ?? Number.NaN;
      if (startedMs >= recordFromMs) latencies.add(nowMs - startedMs);
    }
  });
  const next = job.pace === 'spin' ? setImmediate : (turn: () => void) => setTimeout(turn, 1);
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
            started[pairIndex]?.push(job.pace === 'spin' ? dueMs : performance.now());
            flow.pairs[pairIndex]?.send(1);
          }
          if (nowMs < endMs) next(turn);
          else resolve();
        } catch (error) {
          reject(error);
        }
      };
      turn();
    });
  await sendUntil(recordFromMs);
  const stop = startMeter(rig.server.pid, () => flow.received);
  await sendUntil(recordFromMs + job.measureMs);
  const traffic = stop();
  await flow.drain();
  return { ...traffic, ...latencies.percentilesUs() };
}
