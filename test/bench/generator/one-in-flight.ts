import { setTimeout as sleep } from 'node:timers/promises';
import type { LatencyResult, OneInFlightJob } from './job.ts';
import { Latencies } from './latencies.ts';
import { startMeter } from './meter.ts';
import type { Rig } from './rig.ts';

/** A message, its arrival, the next message: nothing waits for anything but the way there. The pairs take turns. */
export async function runOneInFlight(rig: Rig, job: OneInFlightJob): Promise<LatencyResult> {
  const { flow } = rig;
  const latencies = new Latencies();
  let isRecording = false;
  let isOver = false;
  let sentAtMs = 0;
  const sendNext = (pairIndex: number) => {
    sentAtMs = performance.now();
    flow.pairs[pairIndex]?.send(1);
  };
  await rig.openPairs({ ...job, messagesPerWriteMax: 1 }, (pairIndex) => {
    if (isRecording) latencies.add(performance.now() - sentAtMs);
    if (!isOver) sendNext((pairIndex + 1) % job.pairs);
  });
  sendNext(0);
  await sleep(job.warmUpMs);
  isRecording = true;
  const stop = startMeter(rig.server.pid, () => flow.received);
  await sleep(job.measureMs);
  const traffic = stop();
  isRecording = false;
  isOver = true;
  await flow.drain();
  return { ...traffic, ...latencies.percentilesUs() };
}
