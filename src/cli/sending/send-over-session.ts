import type { Delivery, RelayClient } from '../../client/types.ts';
import { formatDuration } from '../../protocol/units.ts';
import { CommandError } from '../exit-codes.ts';
import { type AwaitedMessage, createAwaited } from './awaited.ts';
import { type GiveUpPorts, type GivingUp, giveUp } from './give-up.ts';
import type { SendOutcome, SendRequest } from './send-request.ts';
import { createTally } from './tally.ts';
import { type Told, toldOf, toWord } from './told.ts';
import { withSender } from './with-sender.ts';

/** So many messages may await their word before the next one is sent. */
const awaitedMax = 4_000;

export interface SessionPorts extends GiveUpPorts {
  readonly client: Pick<RelayClient, 'sendTracked' | 'ping'>;
}

/** Sends every payload to every target over one session, and waits for what the relay says about each (UX `send`). */
export async function sendOverSession(ports: SessionPorts, request: SendRequest): Promise<SendOutcome> {
  const { targets, payloads, wait, timeoutMs, ttlMs, replyTo } = request;
  const tally = createTally(targets);
  const awaited = createAwaited(timeoutMs);
  const lost = Promise.withResolvers<string>();
  /** What was told after the command had given up. */
  const late = new Map<AwaitedMessage, Told>();
  let isOver = false;
  let inputError: CommandError | undefined;

  async function follow(delivery: Delivery): Promise<void> {
    awaited.add(delivery);
    const told = await toldOf(delivery, wait);
    if (isOver) {
      late.set(delivery, told);
      return;
    }
    if (told.status === 'unknown') {
      lost.resolve(told.message);
      return;
    }
    if (told.status === 'error' && told.code === 'not_connected') lost.resolve(told.message);
    tally.note(delivery.target, toWord(told));
    awaited.settle(delivery);
  }

  async function sendAll(): Promise<void> {
    let messages = 0;
    for await (const payload of payloads) {
      for (const target of targets) {
        await awaited.whenBelow(awaitedMax);
        if (isOver) return;
        const delivery = ports.client.sendTracked(target, withSender(payload, replyTo), { ttlMs });
        void follow(delivery);
        await delivery.sent;
        awaited.touch();
        messages += 1;
      }
      request.onProgress?.(messages, payload);
    }
  }

  async function sendAndAwait(): Promise<undefined> {
    try {
      await sendAll();
    } catch (error) {
      // What was sent before a line that is no message has its word nevertheless.
      if (!(error instanceof CommandError)) throw error;
      inputError = error;
    }
    await awaited.whenBelow(1);
  }

  const givingUp = await Promise.race([
    sendAndAwait(),
    awaited.timedOut.then(() => lateness(request)),
    request.interrupted.then((): GivingUp => ({ code: 'interrupted', message: 'interrupted' })),
    lost.promise.then((message): GivingUp => ({ code: 'connection_lost', message })),
  ]);
  awaited.stop();
  isOver = true;
  if (givingUp !== undefined) await giveUp(ports, wait, givingUp, { messages: awaited.left(), late, tally });
  return { results: tally.results(), inputError };
}

function lateness({ wait, timeoutMs }: SendRequest): GivingUp {
  const what = wait === 'delivered' ? 'not delivered' : 'no word from the relay';
  return { code: 'timeout', message: `${what} within ${formatDuration(timeoutMs)}` };
}
