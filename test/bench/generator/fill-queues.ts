import { setTimeout as sleep } from 'node:timers/promises';
import type { FillQueuesJob, FillQueuesResult } from './job.ts';
import { makePayload } from './payload.ts';
import type { Rig } from './rig.ts';
import { untilQuiet } from './settle.ts';

/** Messages in one write: enough to keep a store busy, little enough for a server that stops reading its senders. */
const messagesPerWrite = 500;

/** Sends one message to each of many clients that are not there, and waits until the server has put them away. */
export async function runFillQueues({ clients, wire, server }: Rig, job: FillQueuesJob): Promise<FillQueuesResult> {
  const from = 'filler';
  const sender = await clients.open({ clientId: from, payloadBytes: 0, onDeliveries: () => {} });
  const startMs = performance.now();
  for (let first = 0; first < job.targets; first += messagesPerWrite) {
    const count = Math.min(messagesPerWrite, job.targets - first);
    const messages = Array.from({ length: count }, (_, index) => {
      const to = `away${first + index}`;
      return wire.encodeMessage(to, makePayload(from, to, job.payloadBytes, 'records'));
    });
    sender.write(Buffer.concat(messages));
    await sleep(1);
  }
  return { durationMs: (await untilQuiet(server.pid)) - startMs };
}
