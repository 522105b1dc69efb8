import { formatSize } from '../../../src/protocol/units.ts';
import { runGenerator } from '../run-generator.ts';
import type { Measure } from './measure.ts';
import {
  forEachSizeAndPairs,
  generatorCpuColumn,
  messagesPerSecondColumn,
  serverCpuColumn,
  trafficFigures,
  windowJob,
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
        return trafficFigures(await runGenerator(server, windowJob(plan, payloadBytes, pairs)));
      },
    })),
};
