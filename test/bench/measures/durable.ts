import { formatSize } from '../../../src/protocol/units.ts';
import { runGenerator } from '../run-generator.ts';
import type { Measure } from './measure.ts';
import { serverCpuColumn, trafficFigures, warmUpMs, withReceipts } from './traffic.ts';

const senders = 64;
const sizesBytes = [200, 1024];
const inFlightPerSender = [1, 16];

/** Issue 4: at least 20,000 a second on a disk that allows it. */
export const durable: Measure = {
  title: 'Durable receipts',
  about:
    `${senders} senders to as many targets that are not there; a message counts when its sender has been told that it is on the ` +
    'disk, and makes room for the next one.',
  columns: [{ key: 'messagesPerSecond', title: 'receipts/s', digits: 0 }, serverCpuColumn],
  // What is queued stays, so that each run begins with an empty store.
  needsFreshServer: true,
  onlyPeer: 'this',
  cases: (plan) =>
    sizesBytes.flatMap((payloadBytes) =>
      inFlightPerSender.map((inFlightPerPair) => ({
        label: `${formatSize(payloadBytes)}, ${senders * inFlightPerPair} under way`,
        async measure(server) {
          const result = await runGenerator(withReceipts(server), {
            kind: 'window',
            pairs: senders,
            payloadBytes,
            payloadStyle: plan.payloadStyle,
            inFlightPerPair,
            receipts: 'queued',
            idleConnections: 0,
            warmUpMs,
            measureMs: plan.measureMs,
          });
          return trafficFigures(result);
        },
      })),
    ),
};
