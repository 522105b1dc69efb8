import { percentile } from '../statistics.ts';
import type { LatencyResult } from './job.ts';

/** Times from sending to receipt; memory grows by doubling, so that recording one costs next to nothing. */
export class Latencies {
  #samplesMs = new Float64Array(65_536);
  #count = 0;

  add(latencyMs: number): void {
    if (this.#count === this.#samplesMs.length) {
      const bigger = new Float64Array(this.#count * 2);
      bigger.set(this.#samplesMs);
      this.#samplesMs = bigger;
    }
    this.#samplesMs[this.#count++] = latencyMs;
  }

  percentilesUs(): Pick<LatencyResult, 'p50Us' | 'p99Us' | 'p999Us'> {
    const sorted = this.#samplesMs.subarray(0, this.#count).sort();
    const atUs = (share: number) => percentile(sorted, share) * 1000;
    return { p50Us: atUs(0.5), p99Us: atUs(0.99), p999Us: atUs(0.999) };
  }
}
