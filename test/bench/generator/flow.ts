/** The pairs of one generator, with the count of what was sent and what arrived. */
import type { Wire } from '../wires/wire.ts';
import type { WindowJob } from './job.ts';
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

export type FlowSettings = Pick<WindowJob, 'pairs' | 'payloadBytes' | 'payloadStyle'> & {
  /** The most that is ever sent in one write. */
  readonly messagesPerWriteMax: number;
};

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
    const { payloadBytes, payloadStyle, messagesPerWriteMax } = settings;
    for (let index = 0; index < settings.pairs; index++) {
      const from = `a${index}`;
      const to = `b${index}`;
      const sender = await clients.open({ clientId: from, payloadBytes: 0, onDeliveries: () => {} });
      await clients.open({
        clientId: to,
        payloadBytes,
        onDeliveries: (count) => {
          this.#received += count;
          onArrival(index, count);
          if (this.#received === this.#sent) this.#onIdle?.();
        },
      });
      const message = wire.encodeMessage(to, makePayload(from, to, payloadBytes, payloadStyle));
      const messages = Buffer.concat(Array.from({ length: messagesPerWriteMax }, () => message));
      this.pairs.push({
        send: (count) => {
          this.#sent += count;
          sender.write(messages.subarray(0, count * message.length));
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
