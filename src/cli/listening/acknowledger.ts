import type { ReceivedMessage, RelayClient } from '../../client/types.ts';
import { createAckOrder } from './ack-order.ts';

type AckingClient = Pick<RelayClient, 'on' | 'ack' | 'ping' | 'session'>;

/** Tells the relay which messages of its queue are done, so that they do not come again. */
export interface Acknowledger {
  /** Whether there is something to do with the message: it may have come before. */
  arrive(message: ReceivedMessage): boolean;
  finish(message: ReceivedMessage): void;
  /** Says again what is said already, which asks for no answer: whoever is busy for long is not gone. */
  signOfLife(): void;
  /** Resolves when all acknowledgements have left, or the connection is lost: then the relay delivers again. */
  settle(): Promise<void>;
}

export function createAcknowledger(client: AckingClient): Acknowledger {
  return new QueueAcknowledger(client);
}

class QueueAcknowledger implements Acknowledger {
  readonly #client: AckingClient;
  readonly #order = createAckOrder();
  #leaving: Promise<void> | undefined;
  #isDue = false;
  #connections = 0;
  /** The highest that was acknowledged on this connection. */
  #acknowledged = -1;
  #isProving = false;

  constructor(client: AckingClient) {
    this.#client = client;
    client.on('state', () => {
      this.#connections += 1;
      this.#acknowledged = -1;
    });
  }

  arrive(message: ReceivedMessage): boolean {
    if (message.seq === undefined) return true;
    const arrival = this.#order.arrive(message.seq, message.text);
    if (arrival === 'done') {
      // The relay does not know it, whatever was acknowledged.
      this.#acknowledged = -1;
      this.#start();
    }
    return arrival === 'new';
  }

  finish({ seq }: ReceivedMessage): void {
    if (seq === undefined) return;
    this.#order.finish(seq);
    this.#start();
  }

  signOfLife(): void {
    // A relay that knows no acknowledgements has counted what it sent as delivered when its ping was answered.
    if (!this.#hasAcks) return;
    this.#client.ack(Math.max(0, this.#acknowledged)).catch(() => undefined);
  }

  async settle(): Promise<void> {
    await this.#leaving;
  }

  get #hasAcks(): boolean {
    return this.#client.session?.extensions.acks === true;
  }

  #start(): void {
    this.#isDue = true;
    this.#leaving ??= this.#acknowledge().finally(() => {
      this.#leaving = undefined;
    });
  }

  /** One acknowledgement is on its way at a time: those that become due meanwhile are one together. */
  async #acknowledge(): Promise<void> {
    while (this.#isDue) {
      this.#isDue = false;
      const seq = this.#order.through();
      if (seq === undefined || seq <= this.#acknowledged || !this.#hasAcks) continue;
      this.#acknowledged = seq;
      try {
        await this.#client.ack(seq);
        this.#prove(seq);
      } catch {
        // The connection is lost: what the relay does not know to be done it delivers again, and then it is due again.
      }
    }
  }

  /** Remembers what is done until the relay has read that it is: the answer to a ping behind it says so. */
  #prove(seq: number): void {
    if (this.#isProving) return;
    this.#isProving = true;
    const connection = this.#connections;
    const proven = () => {
      if (connection === this.#connections) this.#order.forget(seq);
    };
    this.#client
      .ping()
      .then(proven, () => undefined)
      .finally(() => {
        this.#isProving = false;
      });
  }
}
