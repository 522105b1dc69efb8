import { defaultUserLimits } from '../../../src/protocol/limits.ts';
import type { FloodJob, LatencyResult } from '../generator/job.ts';
import type { RunningPeer } from '../peers/peer.ts';
import { runGenerator, startFlood } from '../run-generator.ts';
import { median } from '../statistics.ts';
import type { Measure } from './measure.ts';
import { besideColumns, besideFigures, warmUpMs, withReceipts } from './traffic.ts';

const payloadBytes = 200;
const pairs = 10;
/** Enough to see a percentile. */
const messagesPerSecond = 2000;
/** So many times as long as traffic alone, so that connections are closed for their flood and come back meanwhile. */
const besideTimes = 8;

const floods: readonly (Omit<FloodJob, 'kind'> & { readonly label: string })[] = [
  { label: '1 connection', connections: 1, message: 'plain' },
  { label: '20 connections', connections: 20, message: 'plain' },
  { label: '20 connections, an _id each', connections: 20, message: 'with ids' },
  { label: '20 connections, 2 bytes each', connections: 20, message: 'tiny' },
  { label: '20 connections, HTTP', connections: 20, message: 'requests' },
];

/** The same server, to clients of another user, who has the rates that a user has unless an administrator says otherwise. */
async function asOtherUser(server: RunningPeer): Promise<RunningPeer> {
  const { host, port, wire, adminKey } = server;
  if (wire.name !== 'relay' || adminKey === undefined) throw new Error(`${server.peerName} has no users`);
  const { message_rate, message_burst, user_message_rate } = defaultUserLimits();

  const answer = await fetch(`http://${host}:${port}/api/admin/users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'other', limits: { message_rate, message_burst, user_message_rate } }),
  });
  if (!answer.ok) throw new Error(`no user could be made: ${await answer.text()}`);
  const { auth_key: authKey }: { readonly auth_key: string } = JSON.parse(await answer.text());
  return { ...server, wire: { ...wire, authKey } };
}

/** How much of a core the relay took. */
function cpuPercent({ serverCpuNs, durationMs }: LatencyResult): number {
  return serverCpuNs / 1e4 / durationMs;
}

/** FAULTS 19: the 99th percentile of other users less than doubles. */
export const flood: Measure = {
  title: "Live traffic beside another user's flood",
  about:
    `${messagesPerSecond.toLocaleString('en')} messages a second of ${payloadBytes} B between ${pairs} pairs, alone and while another user with ` +
    'the default rates sends as fast as the relay takes it, on connections that come back whenever they are closed with 4129; or while somebody asks over HTTP as fast as it answers.',
  columns: [
    ...besideColumns,
    { key: 'aloneCpuPercent', title: 'CPU % alone', digits: 1 },
    { key: 'cpuPercent', title: 'CPU % beside', digits: 1 },
    { key: 'refusedPerSecond', title: 'refused/s', digits: 0 },
    { key: 'closed', title: 'closed', digits: 0 },
  ],
  needsFreshServer: true,
  onlyPeer: 'this',
  cases: (plan) =>
    floods.map(({ label, ...flooding }) => ({
      label,
      async measure(server) {
        const { payloadStyle, measureMs } = plan;
        const traffic = { payloadBytes, payloadStyle, pairs, idleConnections: 0, warmUpMs, pace: 'sleep' } as const;
        const run = (durationMs: number) =>
          runGenerator(server, { kind: 'offered-load', messagesPerSecond, ...traffic, measureMs: durationMs });
        const before = await run(2 * measureMs);
        const other = await asOtherUser(server);
        const running = await startFlood(flooding.message === 'with ids' ? withReceipts(other) : other, {
          kind: 'flood',
          ...flooding,
        });
        const beside = await run(besideTimes * measureMs);
        const { durationMs, refused, closed } = await running.stop();
        const after = await run(2 * measureMs);
        const alone = {
          p50Us: median([before.p50Us, after.p50Us]),
          p99Us: median([before.p99Us, after.p99Us]),
        };
        return {
          ...besideFigures(alone, beside),
          aloneCpuPercent: median([cpuPercent(before), cpuPercent(after)]),
          cpuPercent: cpuPercent(beside),
          refusedPerSecond: (refused / durationMs) * 1000,
          closed,
        };
      },
    })),
};
