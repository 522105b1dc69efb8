import type { RunningPeer } from '../peers/peer.ts';
import { runGenerator } from '../run-generator.ts';
import type { Figures, Measure, Plan } from './measure.ts';
import { besideColumns, besideFigures, warmUpMs, withReceipts } from './traffic.ts';

const payloadBytes = 200;
const pairs = 10;
const senders = 64;
/** Enough to see a percentile, and little beside what the senders bring. */
const messagesPerSecond = 2000;

/** How the senders fill the queues: so many messages a second together, or each the next one when the last is on the disk. */
type FilledPerSecond = number | 'receipts';

/** What follows the receipts takes all that the machine has; 10,000 a second leave some. */
const fillings: readonly FilledPerSecond[] = ['receipts', 10_000];

function fillQueues(server: RunningPeer, filledPerSecond: FilledPerSecond, { payloadStyle, measureMs }: Plan) {
  const job = {
    pairs: senders,
    payloadBytes,
    payloadStyle,
    receipts: 'queued',
    idPrefix: 'filling-',
    idleConnections: 0,
    warmUpMs,
    // Begins while the live traffic warms up, and goes on until after its end.
    measureMs: measureMs + 2 * warmUpMs,
  } as const;
  const receiving = withReceipts(server);
  if (filledPerSecond === 'receipts') return runGenerator(receiving, { kind: 'window', inFlightPerPair: 1, ...job });
  return runGenerator(receiving, {
    kind: 'offered-load',
    pace: 'sleep',
    messagesPerSecond: filledPerSecond,
    ...job,
  });
}

async function measureBeside(server: RunningPeer, filledPerSecond: FilledPerSecond, plan: Plan): Promise<Figures> {
  const { payloadStyle, measureMs } = plan;
  const job = { payloadBytes, payloadStyle, pairs, idleConnections: 0, warmUpMs, measureMs };
  const live = { kind: 'offered-load', pace: 'sleep', messagesPerSecond, ...job } as const;
  const alone = await runGenerator(server, live);
  const [beside, filled] = await Promise.all([runGenerator(server, live), fillQueues(server, filledPerSecond, plan)]);
  return { ...besideFigures(alone, beside), queuedPerSecond: (filled.messages / filled.durationMs) * 1000 };
}

/** Issue 4: the 99th percentile of live traffic at most 1.5 times as high while queues are filled. */
export const filling: Measure = {
  title: 'Live traffic beside the filling of queues',
  about:
    `${messagesPerSecond.toLocaleString('en')} messages a second of ${payloadBytes} B between ${pairs} pairs, alone and while ${senders} senders ` +
    'fill the queues of as many absent targets: each sends its next message when a receipt says that the last one is on the disk, or ' +
    'all together at an even pace. Live and filling traffic have a generator each, which sleeps when it has nothing to do.',
  columns: [...besideColumns, { key: 'queuedPerSecond', title: 'queued/s', digits: 0 }],
  needsFreshServer: true,
  onlyPeer: 'this',
  cases: (plan) =>
    fillings.map((filledPerSecond) => ({
      label:
        filledPerSecond === 'receipts'
          ? 'as fast as receipts come'
          : `${filledPerSecond.toLocaleString('en')} a second`,
      measure: (server) => measureBeside(server, filledPerSecond, plan),
    })),
};
