import { formatSize } from '../../../src/protocol/units.ts';
import { runGenerator } from '../run-generator.ts';
import type { Measure } from './measure.ts';
import {
  forEachSizeAndPairs,
  generatorCpuColumn,
  inFlightPerPair,
  messagesPerSecondColumn,
  serverCpuColumn,
  trafficFigures,
  warmUpMs,
} from './traffic.ts';

export const throughput: Measure = {
  title: 'Throughput',
  about: 'Each pair keeps a window of messages under way (256 of them or 128 KiB, at least 4).',
  columns: [{ ...messagesPerSecondColumn, hasRatio: true }, serverCpuColumn, generatorCpuColumn],
  needsFreshServer: false,
  cases: (plan) =>
    forEachSizeAndPairs(plan, (payloadBytes, pairs) => ({
      label: `${formatSize(payloadBytes)}, ${pairs} ${pairs === 1 ? 'pair' : 'pairs'}`,
      async measure(server) {
        const result = await runGenerator(server, {
          kind: 'window',
          pairs,
          payloadBytes,
          payloadStyle: plan.payloadStyle,
          inFlightPerPair: inFlightPerPair(payloadBytes),
          idleConnections: 0,
          warmUpMs,
          measureMs: plan.measureMs,
        });
        return trafficFigures(result);
      },
    })),
};
