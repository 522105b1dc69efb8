import { formatSize } from '../../../src/protocol/units.ts';
import { runGenerator } from '../run-generator.ts';
import type { Measure } from './measure.ts';
import { forEachSizeAndPairs, latencyColumns, serverCpuColumn, trafficFigures, warmUpMs } from './traffic.ts';

const messagesPerSecond = 20_000;
/** Larger messages at this pace fill the machine with copying, and measure the machine. */
const sizeBytesMax = 4096;

export const load: Measure = {
  title: 'Latency at 20,000 messages a second',
  about:
    'Messages leave at an even pace, over the pairs in turn, whatever the server does; a latency counts from the moment at ' +
    'which its message was due. The generator spins on one core meanwhile.',
  columns: [...latencyColumns, { key: 'p999Us', title: 'p99.9 µs', digits: 0, hasRatio: true }, serverCpuColumn],
  needsFreshServer: false,
  cases: (plan) =>
    forEachSizeAndPairs(
      { ...plan, sizesBytes: plan.sizesBytes.filter((size) => size <= sizeBytesMax) },
      (payloadBytes, pairs) => ({
        label: `${formatSize(payloadBytes)}, ${pairs} ${pairs === 1 ? 'pair' : 'pairs'}`,
        async measure(server) {
          const { payloadStyle, measureMs } = plan;
          const job = { payloadBytes, payloadStyle, pairs, idleConnections: 0, warmUpMs, measureMs };
          const result = await runGenerator(server, {
            kind: 'offered-load',
            pace: 'spin',
            messagesPerSecond,
            ...job,
          });
          const { p50Us, p99Us, p999Us } = result;
          return { ...trafficFigures(result), p50Us, p99Us, p999Us };
        },
      }),
    ),
};
