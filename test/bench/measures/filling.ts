import { runGenerator } from '../run-generator.ts';
import type { Measure } from './measure.ts';
import { warmUpMs, withReceipts } from './traffic.ts';

const payloadBytes = 200;
const pairs = 10;
const senders = 64;
/** Enough to see a percentile, and little beside what the senders bring. */
const messagesPerSecond = 2000;

/** Issue 4: the 99th percentile of live traffic at most 1.5 times as high while queues are filled. */
export const filling: Measure = {
  title: 'Live traffic beside the filling of queues',
  about:
    `${messagesPerSecond.toLocaleString('en')} messages a second of ${payloadBytes} B between ${pairs} pairs, alone and while ${senders} senders fill the queues of as ` +
    'many absent targets, each with one message under way until its receipt says that it is on the disk.',
  columns: [
    { key: 'aloneP50Us', title: 'p50 µs alone', digits: 0 },
    { key: 'aloneP99Us', title: 'p99 µs alone', digits: 0 },
    { key: 'p50Us', title: 'p50 µs beside', digits: 0 },
    { key: 'p99Us', title: 'p99 µs beside', digits: 0 },
    { key: 'p99Growth', title: '× p99 alone', digits: 2 },
    { key: 'queuedPerSecond', title: 'queued/s', digits: 0 },
  ],
  needsFreshServer: true,
  onlyPeer: 'this',
  cases: (plan) => [
    {
      label: `${senders} senders`,
      async measure(server) {
        const { payloadStyle, measureMs } = plan;
        const traffic = { payloadBytes, payloadStyle, pairs, idleConnections: 0, warmUpMs, measureMs };
        const job = { kind: 'offered-load', messagesPerSecond, ...traffic } as const;
        const alone = await runGenerator(server, job);
        const filled = { ...job, filling: { senders, payloadBytes, payloadStyle } };
        const beside = await runGenerator(withReceipts(server), filled);
        return {
          aloneP50Us: alone.p50Us,
          aloneP99Us: alone.p99Us,
          p50Us: beside.p50Us,
          p99Us: beside.p99Us,
          p99Growth: beside.p99Us / alone.p99Us,
          queuedPerSecond: (beside.queuedMessages / beside.durationMs) * 1000,
        };
      },
    },
  ],
};
