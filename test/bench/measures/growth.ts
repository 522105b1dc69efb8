import { isObject } from '../../../src/protocol/messages.ts';
import type { FillQueuesResult, WindowJob } from '../generator/job.ts';
import type { RunningPeer } from '../peers/peer.ts';
import { runGenerator } from '../run-generator.ts';
import { median } from '../statistics.ts';
import type { Figures, Measure, Plan } from './measure.ts';
import { cpuUsPerMessage, windowJob } from './traffic.ts';

const payloadBytes = 200;
const pairs = 10;
const idleConnections = 9000;
const queuedTargets = 100_000;
const messagesOfMillion = 1_000_000;
const soakMeasureMs = 1000;
/** Long enough for each idle connection to be pinged once, as the relay does after 15 s of silence (PROTOCOL A5). */
const heartbeatMs = 16_000;
const bytesPerMebibyte = 1024 * 1024;

/** The same traffic again and again until a million messages have passed; memory after the first round and at the end. */
async function soak(server: RunningPeer, plan: Plan): Promise<Figures> {
  const job = windowJob({ ...plan, measureMs: soakMeasureMs }, payloadBytes, pairs);
  const first = await runGenerator(server, job);
  let last = first;
  for (let messages = 0; messages < messagesOfMillion; messages += last.messages)
    last = await runGenerator(server, job);
  return {
    rssBeforeMebibytes: first.serverRssBytes / bytesPerMebibyte,
    rssGrowth: last.serverRssBytes / first.serverRssBytes,
  };
}

/** Leaves a message for each of many clients that are not there, and has the relay confirm that it knows them. */
async function fillQueues(server: RunningPeer): Promise<FillQueuesResult> {
  const { host, port, wire } = server;
  if (wire.name !== 'relay') throw new Error(`${server.peerName} has no queues to fill`);
  const filled = await runGenerator(server, { kind: 'fill-queues', targets: queuedTargets, payloadBytes });
  const headers = { authorization: `Bearer ${wire.authKey}` };
  const answer = await fetch(`http://${host}:${port}/api/presence/`, { headers });
  const presence: unknown = await answer.json();
  const known = isObject(presence) ? Object.keys(presence).length : 0;
  if (known < queuedTargets) throw new Error(`of ${queuedTargets} targets the relay knows ${known}`);
  return filled;
}

export const growth: Measure = {
  title: 'Growth',
  about:
    `CPU of a message of ${payloadBytes} B between ${pairs} pairs: alone, beside ${idleConnections.toLocaleString('en')} idle connections, ` +
    `beside ${queuedTargets.toLocaleString('en')} targets with a message waiting; resident memory before and after a million messages.`,
  columns: [
    { key: 'aloneCpuUs', title: 'CPU µs alone', digits: 2 },
    { key: 'besideIdleGrowth', title: '× beside idle', digits: 2 },
    { key: 'besideQueuesGrowth', title: '× beside queues', digits: 2 },
    { key: 'queuedPerSecond', title: 'queued/s', digits: 0 },
    { key: 'rssBeforeMebibytes', title: 'RSS MiB', digits: 0 },
    { key: 'rssGrowth', title: '× after a million', digits: 2 },
  ],
  needsFreshServer: true,
  onlyPeer: 'this',
  cases: (plan) => [
    {
      label: `${payloadBytes} B, ${pairs} pairs`,
      async measure(server) {
        const cpuUs = async (changes: Partial<WindowJob>) =>
          cpuUsPerMessage(await runGenerator(server, { ...windowJob(plan, payloadBytes, pairs), ...changes }));
        // The first traffic of a fresh server is that of its compilers.
        await cpuUs({});
        const memory = await soak(server, plan);
        const aloneBeforeCpuUs = await cpuUs({});
        const besideIdleCpuUs = await cpuUs({ idleConnections, measureMs: heartbeatMs });
        const aloneCpuUs = median([aloneBeforeCpuUs, await cpuUs({})]);
        const filled = await fillQueues(server);
        const besideQueuesCpuUs = await cpuUs({});
        return {
          aloneCpuUs,
          besideIdleGrowth: besideIdleCpuUs / aloneCpuUs,
          besideQueuesGrowth: besideQueuesCpuUs / aloneCpuUs,
          queuedPerSecond: (queuedTargets / filled.durationMs) * 1000,
          ...memory,
        };
      },
    },
  ],
};
