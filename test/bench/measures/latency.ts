import { formatSize } from '../../../src/protocol/units.ts';
import { runGenerator } from '../run-generator.ts';
import type { Measure } from './measure.ts';
import { latencyColumns, serverCpuColumn, trafficFigures, warmUpMs } from './traffic.ts';

/** One pair: with one message under way at a time, more of them change nothing but the caches. */
const pairs = 1;

export const latency: Measure = {
  title: 'Latency, one in flight',
  about: 'One pair, one message under way at a time; from the call that sends it to the read that brings it.',
  columns: [...latencyColumns, serverCpuColumn],
  needsFreshServer: false,
  cases: (plan) =>
    plan.sizesBytes.map((payloadBytes) => ({
      label: formatSize(payloadBytes),
      async measure(server) {
        const { payloadStyle, measureMs } = plan;
        const job = { payloadBytes, payloadStyle, pairs, idleConnections: 0, warmUpMs, measureMs };
        const result = await runGenerator(server, { kind: 'one-in-flight', ...job });
        return { ...trafficFigures(result), p50Us: result.p50Us, p99Us: result.p99Us };
      },
    })),
};
