import { formatSize } from '../../../src/protocol/units.ts';
import { runGenerator } from '../run-generator.ts';
import type { Measure } from './measure.ts';
import { forEachSizeAndPairs, serverCpuColumn, trafficFigures, windowJob, withReceipts } from './traffic.ts';

/** Issue 4: at least half of the throughput without. */
export const receipts: Measure = {
  title: 'Throughput with receipts',
  about:
    'The window of the throughput, once without and once with a receipt on every message: then a message counts, and makes room ' +
    'for the next one, when its sender has been told that it was read.',
  columns: [
    { key: 'plainPerSecond', title: 'msgs/s without', digits: 0 },
    { key: 'messagesPerSecond', title: 'msgs/s with', digits: 0 },
    { key: 'share', title: '× without', digits: 2 },
    serverCpuColumn,
  ],
  needsFreshServer: false,
  onlyPeer: 'this',
  cases: (plan) =>
    forEachSizeAndPairs(plan, (payloadBytes, pairs) => ({
      label: `${formatSize(payloadBytes)}, ${pairs} ${pairs === 1 ? 'pair' : 'pairs'}`,
      async measure(server) {
        const job = windowJob(plan, payloadBytes, pairs);
        const plain = trafficFigures(await runGenerator(server, job));
        const proven = trafficFigures(await runGenerator(withReceipts(server), { ...job, receipts: 'delivered' }));
        const { messagesPerSecond: plainPerSecond = Number.NaN } = plain;
        const { messagesPerSecond = Number.NaN } = proven;
        return { ...proven, plainPerSecond, share: messagesPerSecond / plainPerSecond };
      },
    })),
};
