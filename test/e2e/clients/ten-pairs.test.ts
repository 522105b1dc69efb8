import { describe, expect, it } from 'vitest';
import { startServe } from '../built-relay.ts';
import { openRoom } from '../contract/test-room.ts';

const pairs = 10;
const messagesPerPair = 2000;
const messageBytes = 200;

const unlimited = { message_rate: 'unlimited', user_message_rate: 'unlimited', queue_messages: 'unlimited' };

/** A message of exactly so many bytes that tells its pair and its place. */
function message(pair: number, n: number): string {
  const start = `{"target":"receiver-${pair}","n":${n},"pad":"`;
  return `${start.padEnd(messageBytes - 2, '.')}"}`;
}

describe('PROTOCOL A3: a crowd', () => {
  it('20,000 messages of 200 B pass between 10 pairs without loss or disorder', { timeout: 60_000 }, async () => {
    await using relay = await startServe();
    const room = await openRoom(relay, unlimited);
    const numbers = Array.from({ length: pairs }, (_, pair) => pair);
    const receivers = await Promise.all(numbers.map((pair) => room.device(`receiver-${pair}`)));
    const senders = await Promise.all(numbers.map((pair) => room.controller(`sender-${pair}`)));

    for (let n = 0; n < messagesPerPair; n++) {
      for (const pair of numbers) senders[pair]?.sendText(message(pair, n));
    }
    await Promise.all(
      receivers.map(async (receiver, pair) => {
        for (let n = 0; n < messagesPerPair; n++) {
          // A receiver that this machine held up gets some of its messages from its queue, which says so.
          const text = (await receiver.nextText()).replace(',"_offline_queued":true', '');
          expect(text).toBe(message(pair, n));
        }
      }),
    );
    for (const client of [...receivers, ...senders]) client.destroy();
  });
});
