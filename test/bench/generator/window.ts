import { setTimeout as sleep } from 'node:timers/promises';
import type { TrafficResult, WindowJob } from './job.ts';
import { startMeter } from './meter.ts';
import type { Rig } from './rig.ts';

/** Each pair has its window under way: what arrives is followed by as much again, in one write. */
export async function runWindow(rig: Rig, job: WindowJob): Promise<TrafficResult> {
  let isOver = false;
  const { flow } = rig;
  await rig.openPairs({ ...job, messagesPerWriteMax: job.inFlightPerPair }, (pairIndex, count) => {
    if (!isOver) flow.pairs[pairIndex]?.send(count);
  });
  for (const pair of flow.pairs) pair.send(job.inFlightPerPair);
  await sleep(job.warmUpMs);
  const stop = startMeter(rig.server.pid, () => flow.received);
  await sleep(job.measureMs);
  const result = stop();
  isOver = true;
  await flow.drain();
  return result;
}
