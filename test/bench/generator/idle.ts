import { setTimeout as sleep } from 'node:timers/promises';
import { readCpuNs } from '../process-usage.ts';
import type { IdleJob, IdleResult } from './job.ts';
import type { Rig } from './rig.ts';
import { settledRssBytes } from './settle.ts';

/** Logs connections in, leaves them alone, and looks at what they cost the server. */
export async function runIdle({ clients, server }: Rig, job: IdleJob): Promise<IdleResult> {
  const { connections, watchMs } = job;
  const measuresMemory = watchMs > 0;
  await clients.openIdle(job.baselineConnections, 'baseline');
  const rssBeforeBytes = measuresMemory ? await settledRssBytes(server.pid) : 0;

  const loginCpuFromNs = readCpuNs(server.pid);
  const loginFromMs = performance.now();
  await clients.openIdle(connections, 'idle');
  const loginMs = performance.now() - loginFromMs;
  const loginCpuNs = readCpuNs(server.pid) - loginCpuFromNs;
  const rssAfterBytes = measuresMemory ? await settledRssBytes(server.pid) : 0;

  const watchFromMs = performance.now();
  const watchCpuFromNs = readCpuNs(server.pid);
  await sleep(watchMs);
  return {
    connections,
    loginMs,
    loginCpuNs,
    rssGrowthBytes: rssAfterBytes - rssBeforeBytes,
    watchedMs: performance.now() - watchFromMs,
    watchedCpuNs: readCpuNs(server.pid) - watchCpuFromNs,
  };
}
