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
  const order = createAckOrder();
  let leaving: Promise<void> | undefined;
  let isDue = false;
  let connections = 0;
  /** The highest that was acknowledged on this connection. */
  let acknowledged = -1;
  let isProving = false;
  client.on('state', () => {
    connections += 1;
    acknowledged = -1;
  });

  /** Remembers what is done until the relay has read that it is: the answer to a ping behind it says so. */
  function prove(seq: number): void {
    if (isProving) return;
    isProving = true;
    const connection = connections;
    const proven = () => {
      if (connection === connections) order.forget(seq);
    };
    client
      .ping()
      .then(proven, () => undefined)
      .finally(() => {
        isProving = false;
      });
  }

  /** One acknowledgement is on its way at a time: those that become due meanwhile are one together. */
  async function acknowledge(): Promise<void> {
    while (isDue) {
      isDue = false;
      const seq = order.through();
      if (seq === undefined || seq <= acknowledged || client.session?.extensions.acks !== true) continue;
      acknowledged = seq;
      try {
        await client.ack(seq);
        prove(seq);
      } catch {
        // The connection is lost: what the relay does not know to be done it delivers again, and then it is due again.
      }
    }
  }

  function start(): void {
    isDue = true;
    leaving ??= acknowledge().finally(() => {
      leaving = undefined;
    });
  }

  return {
    arrive(message) {
      if (message.seq === undefined) return true;
      const arrival = order.arrive(message.seq, message.text);
      if (arrival === 'done') {
        // The relay does not know it, whatever was acknowledged.
        acknowledged = -1;
        start();
      }
      return arrival === 'new';
    },
    finish({ seq }) {
      if (seq === undefined) return;
      order.finish(seq);
      start();
    },
    signOfLife() {
      // A relay that knows no acknowledgements has counted what it sent as delivered when its ping was answered.
      if (client.session?.extensions.acks === true) client.ack(Math.max(0, acknowledged)).catch(() => undefined);
    },
    settle: async () => leaving,
  };
}
