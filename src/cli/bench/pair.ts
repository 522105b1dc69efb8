import type { RelayClient } from '../../client/types.ts';
import type { Connection } from '../connect.ts';
import { openSession } from '../one-shot-session.ts';

/** Two sessions of the same room: what one sends the other receives. Their ids are gone with them. */
export interface Pair {
  readonly sender: Pick<RelayClient, 'session' | 'on'>;
  /** Sends the next message; resolves when its bytes have left this process. */
  send(): Promise<void>;
  /** How many have left or wait for their turn, and how many have arrived. */
  readonly sent: number;
  readonly received: number;
  /** Called at each arrival. */
  onArrival: () => void;
  close(): Promise<void>;
}

/** A message of about so many bytes, with the fields that the client adds. */
function payloadOf(bytes: number, target: string, sender: string): string {
  const bare = JSON.stringify({ pad: '', target, sender }).length;
  return JSON.stringify({ pad: 'x'.repeat(Math.max(0, bytes - bare)) });
}

/** Connects both; closes what it opened when that fails, or `interrupted` rejects before. */
export async function openPair(
  connection: Connection,
  payloadBytes: number,
  interrupted: Promise<never>,
): Promise<Pair> {
  const sender = openSession(connection, { extensions: [] });
  const receiver = openSession(connection, { extensions: [] });
  const close = async () => {
    await Promise.all([sender.close(), receiver.close()]);
  };
  try {
    const connected = Promise.all([sender.ready(), receiver.ready()]);
    const [senderId, target] = await Promise.race([connected, interrupted]);
    const payload = payloadOf(payloadBytes, target, senderId);
    let sent = 0;
    let received = 0;
    const pair: Pair = {
      sender,
      send() {
        sent += 1;
        return sender.sendText(target, payload);
      },
      get sent() {
        return sent;
      },
      get received() {
        return received;
      },
      onArrival: () => undefined,
      close,
    };
    receiver.on('message', () => {
      received += 1;
      pair.onArrival();
    });
    return pair;
  } catch (error) {
    await close();
    throw error;
  }
}
