import { readCpuNs, readRssBytes } from '../process-usage.ts';
import type { TrafficResult } from './job.ts';

/** Starts to measure what a stretch of traffic costs the server and the generator; call the result at its end. */
export function startMeter(serverPid: number, countMessages: () => number): () => TrafficResult {
  const read = () => ({
    messages: countMessages(),
    timeMs: performance.now(),
    serverCpuNs: readCpuNs(serverPid),
    generatorCpuNs: readCpuNs(process.pid),
  });
  const before = read();
  return () => {
    const after = read();
    return {
      messages: after.messages - before.messages,
      durationMs: after.timeMs - before.timeMs,
      serverCpuNs: after.serverCpuNs - before.serverCpuNs,
      generatorCpuNs: after.generatorCpuNs - before.generatorCpuNs,
      serverRssBytes: readRssBytes(serverPid),
    };
  };
}
