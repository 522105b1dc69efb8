/** The pairs of one generator, with the count of what was sent and what arrived. */
import { receiptBytes } from '../wires/relay-wire.ts';
import type { Wire } from '../wires/wire.ts';
import type { WindowJob } from './job.ts';
import { MessageRing } from './message-ring.ts';
import { makePayload } from './payload.ts';
import type { ClientFactory } from './raw-client.ts';

/** A run in which nothing arrives for so long while something is under way has lost it. */
const stallMs = 5000;
const stallCheckMs = 1000;

export interface Pair {
  /** Sends so many messages in one write. */
  send(count: number): void;
}

/** Called when so many messages of a pair arrived together. */
export type OnArrival = (pairIndex: number, count: number) => void;

export type FlowSettings = Pick<WindowJob, 'pairs' | 'payloadBytes' | 'payloadStyle' | 'receipts' | 'idPrefix'> & {
  /** The most that is ever sent in one write. */
  readonly messagesPerWriteMax: number;
};

/** All of one length. */
function messageIdOf(number: number): string {
  return String(number).padStart(7, '0');
}

/** As many as are ever sent in one write; with receipts twice as many, so that no two under way have the same id. */
function encodeMessages(wire: Wire, from: string, to: string, settings: FlowSettings): readonly Buffer[] {
  const { payloadBytes, payloadStyle, messagesPerWriteMax, receipts } = settings;
  const encode = (id?: string) => wire.encodeMessage(to, makePayload(from, to, payloadBytes, payloadStyle, id));
  if (receipts !== undefined) {
    return Array.from({ length: 2 * messagesPerWriteMax }, (_, number) => encode(messageIdOf(number)));
  }
  const message = encode();
  return Array.from({ length: messagesPerWriteMax }, () => message);
}

export class Flow {
  readonly pairs: Pair[] = [];
  #sent = 0;
  #received = 0;
  #onIdle: (() => void) | undefined;

  get received(): number {
    return this.#received;
  }

  /** Logs the pairs in. */
  async open(clients: ClientFactory, wire: Wire, settings: FlowSettings, onArrival: OnArrival): Promise<void> {
    const { payloadBytes, receipts, idPrefix = '' } = settings;
    for (let index = 0; index < settings.pairs; index++) {
      const from = `${idPrefix}a${index}`;
      const to = `${idPrefix}b${index}`;
      const onArrivals = (count: number) => {
        this.#received += count;
        onArrival(index, count);
        if (this.#received === this.#sent) this.#onIdle?.();
      };
      const nothing = () => {};
      const sender = await clients.open({
        clientId: from,
        payloadBytes: receipts === undefined ? 0 : receiptBytes(receipts, messageIdOf(0), to),
        onDeliveries: receipts === undefined ? nothing : onArrivals,
      });
      if (receipts !== 'queued') {
        await clients.open({ clientId: to, payloadBytes, onDeliveries: receipts === undefined ? onArrivals : nothing });
      }
      const ring = new MessageRing(encodeMessages(wire, from, to, settings));
      this.pairs.push({
        send: (count) => {
          this.#sent += count;
          for (const bytes of ring.take(count)) sender.write(bytes);
        },
      });
    }
  }

  /** Resolves when all that was sent has arrived. */
  async drain(): Promise<void> {
    if (this.#received === this.#sent) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    this.#onIdle = undefined;
  }

  /** Calls `onStall` when messages seem to be lost; stops with the returned function. */
  watch(onStall: (error: Error) => void): () => void {
    let lastReceived = -1;
    let lastChangeMs = performance.now();
    const timer = setInterval(() => {
      const nowMs = performance.now();
      if (this.#received !== lastReceived || this.#received === this.#sent) {
        lastReceived = this.#received;
        lastChangeMs = nowMs;
      } else if (nowMs - lastChangeMs > stallMs) {
        onStall(new Error(`${this.#sent - this.#received} of ${this.#sent} messages never arrived`));
      }
    }, stallCheckMs);
    return () => clearInterval(timer);
  }
}
