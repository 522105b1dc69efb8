import { setTimeout as delay } from 'node:timers/promises';
import { RelaySendError } from '../client/errors.ts';
import type { RelayClient } from '../client/types.ts';
import { addClientFields } from '../protocol/address.ts';
import type { ErrorMessage } from '../protocol/messages.ts';
import { usageError } from './exit-codes.ts';
import { createPace } from './pace.ts';
import type { SendResult } from './send-results.ts';

/**
 * A refusal that waits for a commit of the store may come later than the answer to a ping behind the message: a commit is
 * normally within 50 ms (PROTOCOL A4), so this much later a second ping is sent.
 */
const commitWaitMs = 100;

export interface SendRequest {
  readonly targets: readonly string[];
  readonly payloads: AsyncIterable<string> | Iterable<string>;
  /** The `sender` of payloads that have none: where answers go. */
  readonly replyTo: string;
  /** How long to wait for the relay's word after the last message. */
  readonly timeoutMs: number;
  /** Targets whose messages may have to wait in a queue. */
  readonly mayQueue: boolean;
}

/** What the relay refused, by target; what names no target may concern any. */
function watchRefusals(client: Pick<RelayClient, 'on'>) {
  const byTarget = new Map<string, { first: ErrorMessage; count: number }>();
  const general: ErrorMessage[] = [];
  const stop = client.on('refused', (error) => {
    if (error.target === undefined) {
      general.push(error);
      return;
    }
    const known = byTarget.get(error.target);
    if (known === undefined) byTarget.set(error.target, { first: error, count: error.count ?? 1 });
    else known.count += error.count ?? 1;
  });
  return {
    stop,
    of(target: string): { readonly first: ErrorMessage; readonly count: number } | undefined {
      const first = general[0];
      const own = byTarget.get(target);
      if (own !== undefined || first === undefined) return own;
      return { first, count: general.reduce((sum, error) => sum + (error.count ?? 1), 0) };
    },
  };
}

interface Failure {
  readonly code: 'timeout' | 'connection_lost';
  readonly message: string;
}

/** Waits until the relay has answered what was sent before; the answers of a connection are in order. */
async function awaitWord(client: Pick<RelayClient, 'ping'>, request: SendRequest): Promise<Failure | undefined> {
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const expired = new Promise<'expired'>((resolve) => deadline.addEventListener('abort', () => resolve('expired')));
  const word = (async () => {
    await client.ping();
    if (!request.mayQueue) return;
    await delay(commitWaitMs);
    await client.ping();
  })();
  // After the deadline nobody listens for it any more.
  word.catch(() => undefined);
  try {
    if ((await Promise.race([word, expired])) !== 'expired') return undefined;
    return { code: 'timeout', message: 'the relay did not say in time whether it took it; it may have' };
  } catch (error) {
    if (!(error instanceof RelaySendError)) throw error;
    return { code: 'connection_lost', message: `${error.message}; the relay may have taken it` };
  }
}

async function sendPayloads(
  client: Pick<RelayClient, 'sendText'>,
  request: SendRequest,
  counts: Map<string, number>,
): Promise<Failure | undefined> {
  const pace = createPace(performance.now());
  for await (const payload of request.payloads) {
    for (const target of request.targets) {
      const addressed = addClientFields(payload, { target, sender: request.replyTo });
      if ('problem' in addressed) throw usageError(addressed.problem);
      const waitMs = pace.delayMs(performance.now());
      if (waitMs > 0) await delay(waitMs);
      try {
        await client.sendText(target, addressed.json);
      } catch (error) {
        if (!(error instanceof RelaySendError)) throw error;
        return { code: 'connection_lost', message: error.message };
      }
      counts.set(target, (counts.get(target) ?? 0) + 1);
    }
  }
  return undefined;
}

/** Sends every payload to every target and waits for what the relay says about it. */
export async function sendToAll(
  client: Pick<RelayClient, 'on' | 'sendText' | 'ping'>,
  request: SendRequest,
): Promise<readonly Omit<SendResult, 'state'>[]> {
  const startedMs = performance.now();
  const counts = new Map<string, number>();
  const refusals = watchRefusals(client);
  const failure = (await sendPayloads(client, request, counts)) ?? (await awaitWord(client, request));
  refusals.stop();
  const durationMs = Math.round(performance.now() - startedMs);
  return request.targets.map((target) => {
    const refusal = refusals.of(target);
    const common = { target, messages: counts.get(target) ?? 0, refused: refusal?.count ?? 0, durationMs };
    if (refusal !== undefined) {
      return { ...common, status: 'error', code: refusal.first.code, message: refusal.first.message };
    }
    return failure === undefined ? { ...common, status: 'sent' } : { ...common, status: 'error', ...failure };
  });
}
