import { Flow } from './flow.ts';
import type { FillingSettings } from './job.ts';
import type { Rig } from './rig.ts';

export interface Filling {
  /** Messages whose receipt has come. */
  readonly queued: number;
  /** Resolves when the last receipt has come. */
  stop(): Promise<void>;
}

/** Senders that fill the queues of clients which are not there, each with one message under way until its receipt comes. */
export async function startFilling({ clients, wire }: Rig, settings: FillingSettings): Promise<Filling> {
  const flow = new Flow();
  let isOver = false;
  const { senders: pairs, payloadBytes, payloadStyle } = settings;
  const flowSettings = { pairs, payloadBytes, payloadStyle, messagesPerWriteMax: 1 } as const;
  await flow.open(clients, wire, { ...flowSettings, receipts: 'queued', idPrefix: 'filling-' }, (index, count) => {
    if (!isOver) flow.pairs[index]?.send(count);
  });
  for (const pair of flow.pairs) pair.send(1);
  return {
    get queued() {
      return flow.received;
    },
    async stop() {
      isOver = true;
      await flow.drain();
    },
  };
}
