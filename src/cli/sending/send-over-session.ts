import type { Delivery, RelayClient, Session } from '../../client/types.ts';
import { formatDuration } from '../../protocol/units.ts';
import { CommandError } from '../exit-codes.ts';
import { type AwaitedMessage, createAwaited } from './awaited.ts';
import { type Fate, fateInWords } from './fate.ts';
import type { SendOutcome, SendRequest } from './send-request.ts';
import { createTally, type Tally, type Word } from './tally.ts';
import { withSender } from './with-sender.ts';
import { hearWhatWasTold, type Withdraw } from './withdraw.ts';

/** So many messages may await their word before the next one is sent. */
const awaitedMax = 4_000;

export interface SessionPorts {
  readonly client: Pick<RelayClient, 'sendTracked' | 'ping'>;
  readonly session: Pick<Session, 'clientId'>;
  readonly withdraw: Withdraw;
}

/** What the relay said, or that nobody will say it any more. */
type Told = Awaited<Delivery['accepted']> | Awaited<Delivery['final']>;

/** Why the waiting ended before every word had come. */
interface GivingUp {
  readonly code: 'timeout' | 'interrupted' | 'connection_lost';
  readonly message: string;
}

async function sentWord({ sent }: Delivery): Promise<Told> {
  await sent;
  return { status: 'sent' };
}

/** What the command waits for. */
function toldOf(delivery: Delivery, wait: SendRequest['wait']): Promise<Told> {
  // Where it could not leave, `accepted` says why before `sent` resolves.
  if (wait === 'sent') return Promise.race([delivery.accepted, sentWord(delivery)]);
  return wait === 'delivered' ? delivery.final : delivery.accepted;
}

function toWord(told: Exclude<Told, { readonly status: 'unknown' }>): Word {
  switch (told.status) {
    case 'sent':
    case 'queued':
    case 'delivered':
      return { status: told.status };
    case 'expired':
      return { status: 'error', code: 'expired', message: `expired: ${fateInWords('cancelled')}`, fate: 'cancelled' };
    case 'cancelled':
      return {
        status: 'error',
        code: 'cancelled',
        message: 'cancelled by another: it will not run',
        fate: 'cancelled',
      };
    case 'error': {
      const { code, message } = told;
      if (code === 'unconfirmed') return { status: 'error', code, message, fate: 'may still run' };
      return { status: 'error', code: code === 'not_connected' ? 'connection_lost' : code, message };
    }
    default:
      return told satisfies never;
  }
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
  if (givingUp !== undefined) await giveUp(ports, request, givingUp, { messages: awaited.left(), late, tally });
  return { results: tally.results(), inputError };
}

function lateness({ wait, timeoutMs }: SendRequest): GivingUp {
  const what = wait === 'delivered' ? 'not delivered' : 'no word from the relay';
  return { code: 'timeout', message: `${what} within ${formatDuration(timeoutMs)}` };
}

interface GivenUp {
  readonly messages: readonly AwaitedMessage[];
  readonly late: ReadonlyMap<AwaitedMessage, Told>;
  readonly tally: Tally;
}

/** Takes back what still waits, if the command waited for its delivery, and says what each can still do. */
async function giveUp(
  { client, session, withdraw }: SessionPorts,
  { wait }: SendRequest,
  { code, message }: GivingUp,
  { messages, late, tally }: GivenUp,
): Promise<void> {
  for (const [target, group] of Map.groupBy(messages, (each) => each.target)) {
    const unanswered = { sender: session.clientId, target, ids: new Set(group.map(({ id }) => id)) };
    const withdrawn = wait === 'delivered' ? await withdraw(unanswered) : new Set<string>();
    // What ended meanwhile, and so could not be withdrawn, has been told when this is answered.
    if (withdrawn.size < group.length) await hearWhatWasTold(client);
    for (const each of group) {
      const told = withdrawn.has(each.id) ? undefined : late.get(each);
      const fate: Fate = withdrawn.has(each.id) ? 'cancelled' : 'may still run';
      // That it was cancelled says nothing about an earlier delivery without proof.
      if (told !== undefined && told.status !== 'unknown' && told.status !== 'cancelled')
        tally.note(target, toWord(told));
      else tally.note(target, { status: 'error', code, message: `${message}: ${fateInWords(fate)}`, fate });
    }
  }
}
