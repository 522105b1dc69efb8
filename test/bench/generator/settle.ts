import { setTimeout as sleep } from 'node:timers/promises';
import { readCpuNs, readRssBytes } from '../process-usage.ts';

const lookEveryMs = 500;
const nsPerMs = 1e6;
/** A server that uses less of a core than this has finished what it had to do; heartbeats go on. */
const quietShare = 0.1;
const quietTimeoutMs = 60_000;

/** Resolves when the server works no more, with the moment since when, by `performance.now()`. */
export async function untilQuiet(pid: number): Promise<number> {
  const startMs = performance.now();
  for (;;) {
    const beforeNs = readCpuNs(pid);
    const beforeMs = performance.now();
    await sleep(lookEveryMs);
    const share = (readCpuNs(pid) - beforeNs) / nsPerMs / (performance.now() - beforeMs);
    if (share < quietShare) return beforeMs;
    if (performance.now() - startMs > quietTimeoutMs) throw new Error('the server is busy without anything to do');
  }
}

/** Garbage collectors free memory when nothing happens: the memory counts when it stayed the same for a while. */
const steadyLooks = 4;
const looksMax = 16;
const steadyShare = 0.003;

/** The resident memory of a server that has come to rest, in bytes. */
export async function settledRssBytes(pid: number): Promise<number> {
  let rssBytes = readRssBytes(pid);
  for (let look = 0, steady = 0; look < looksMax && steady < steadyLooks; look++) {
    await sleep(lookEveryMs);
    const nowBytes = readRssBytes(pid);
    steady = Math.abs(nowBytes - rssBytes) < rssBytes * steadyShare ? steady + 1 : 0;
    rssBytes = nowBytes;
  }
  return rssBytes;
}
