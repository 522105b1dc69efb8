/** What a process costs, by the kernel's own accounting (Linux, proc(5)). */
import { readdirSync, readFileSync } from 'node:fs';

/** A thread may end between the listing and the look. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

/**
 * CPU time of all threads that live, user and system, in nanoseconds. `schedstat` counts nanoseconds, where the ticks of
 * `/proc/PID/stat` are 10 ms; it is kept for each thread.
 */
export function readCpuNs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const times = threads.map((thread) => readIfThere(`/proc/${pid}/task/${thread}/schedstat`)?.split(' ')[0]);
  return times.reduce((sum, time) => sum + Number(time ?? 0), 0);
}

/** Memory of a process that is resident, in bytes. */
export function readRssBytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  if (match === null) throw new Error(`/proc/${pid}/status has no VmRSS: has the server ended?`);
  return Number(match[1]) * 1024;
}
