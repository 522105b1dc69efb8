import { randomUUID } from 'node:crypto';
import { composeMessage, composeTrackedMessage } from './compose-message.ts';
import { type Deliveries, failedDelivery, untoldDelivery } from './deliveries.ts';
import { RelaySendError } from './errors.ts';
import type { Life } from './life.ts';
import type { Delivery, RelayClient, SendOptions } from './types.ts';

type Payload = Readonly<Record<string, unknown>>;

/** The ways to send a message. */
export function createMessaging(
  life: Pick<Life, 'online'>,
  deliveries: Deliveries,
): Pick<RelayClient, 'send' | 'sendText' | 'sendTracked'> {
  // Short, because a person may read it, and not the same as that of any other client.
  const idPrefix = randomUUID().slice(0, 8);
  let lastNumber = 0;

  async function send(target: string, payload: Payload | string, options: SendOptions = {}): Promise<void> {
    const { connection, session } = life.online();
    await connection.send(composeMessage(session, { ...options, target, payload }).json);
  }

  function sendTracked(target: string, payload: Payload | string, options: SendOptions = {}): Delivery {
    lastNumber += 1;
    const defaultId = `${idPrefix}-${lastNumber}`;
    try {
      const { connection, session } = life.online();
      const { json, id } = composeTrackedMessage(session, { ...options, target, payload, defaultId });
      const departure = { id, target, send: (started: () => void) => connection.send(json, started) };
      return session.extensions.receipts ? deliveries.follow(departure) : untoldDelivery(departure);
    } catch (error) {
      if (!(error instanceof RelaySendError)) throw error;
      return failedDelivery(options.id ?? defaultId, target, error);
    }
  }

  return { send, sendText: send, sendTracked };
}
