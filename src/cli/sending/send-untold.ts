/** Sending through a relay of the published contract alone, which says nothing about what it takes (PROTOCOL A). */
import { setTimeout as delay } from 'node:timers/promises';
import { RelaySendError } from '../../client/errors.ts';
import type { RelayClient } from '../../client/types.ts';
import type { ErrorMessage } from '../../protocol/messages.ts';
import { formatDuration } from '../../protocol/units.ts';
import { CommandError } from '../exit-codes.ts';
import { timerMsMax } from './awaited.ts';
import type { SendOutcome, SendRequest } from './send-request.ts';
import type { SendResult } from './send-results.ts';
import { withSender } from './with-sender.ts';

/**
 * A refusal that waits for a commit of the store may come later than the answer to a ping behind the message: a commit is
 * normally within 50 ms (PROTOCOL A4), so this much later a second ping is sent.
 */
const commitWaitMs = 100;

type UntoldClient = Pick<RelayClient, 'on' | 'sendTracked' | 'ping'>;

interface Failure {
  readonly code: string;
  readonly message: string;
}

/** What the relay refused, by target; what names no target may concern any. */
function watchRefusals(client: Pick<RelayClient, 'on'>) {
  const byTarget = new Map<string, { readonly first: ErrorMessage; count: number }>();
  const general: ErrorMessage[] = [];
  const countOf = (error: ErrorMessage) => error.count ?? 1;
  const stop = client.on('refused', (error) => {
    if (error.target === undefined) {
      general.push(error);
      return;
    }
    const known = byTarget.get(error.target);
    if (known === undefined) byTarget.set(error.target, { first: error, count: countOf(error) });
    else known.count += countOf(error);
  });
  return {
    stop,
    of(target: string): { readonly first: ErrorMessage; readonly count: number } | undefined {
      const first = general[0];
      const own = byTarget.get(target);
      if (own !== undefined || first === undefined) return own;
      return { first, count: general.reduce((sum, error) => sum + countOf(error), 0) };
    },
  };
}

/** Waits until the relay has answered what was sent before; the answers of a connection are in order. */
export async function awaitAnswers(client: Pick<RelayClient, 'ping'>, timeoutMs: number): Promise<Failure | undefined> {
  const end = new AbortController();
  const answered = (async () => {
    await client.ping();
    await delay(commitWaitMs);
    await client.ping();
  })();
  // After the deadline nobody listens for it any more.
  answered.catch(() => undefined);
  const expired = delay(Math.min(timeoutMs, timerMsMax), 'expired', { signal: end.signal }).catch(() => undefined);
  try {
    if ((await Promise.race([answered, expired])) === undefined) return undefined;
    return { code: 'timeout', message: `no word from the relay within ${formatDuration(timeoutMs)}: it may still run` };
  } catch (error) {
    if (!(error instanceof RelaySendError)) throw error;
    return { code: 'connection_lost', message: `${error.message}; it may still run` };
  } finally {
    end.abort();
  }
}

/** Sends every payload to every target; `sent` means that the relay has answered behind it and refused nothing. */
export async function sendUntold(client: UntoldClient, request: SendRequest): Promise<SendOutcome> {
  const { targets, payloads, replyTo, wait } = request;
  const startedAtMs = performance.now();
  const counts = new Map<string, number>();
  const refusals = watchRefusals(client);
  let failure: Failure | undefined;
  let inputError: CommandError | undefined;

  async function sendAll(): Promise<void> {
    let messages = 0;
    for await (const payload of payloads) {
      for (const target of targets) {
        const delivery = client.sendTracked(target, withSender(payload, replyTo));
        const accepted = await delivery.accepted;
        if (accepted.status === 'error' || accepted.status === 'unknown') {
          const code = accepted.status === 'error' && accepted.code !== 'not_connected' ? accepted.code : undefined;
          failure = { code: code ?? 'connection_lost', message: accepted.message };
          return;
        }
        counts.set(target, (counts.get(target) ?? 0) + 1);
        messages += 1;
      }
      request.onProgress?.(messages, payload);
    }
  }

  try {
    await sendAll();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    inputError = error;
  }
  if (wait !== 'sent') failure ??= await awaitAnswers(client, request.timeoutMs);
  refusals.stop();
  const durationMs = Math.round(performance.now() - startedAtMs);
  const results = targets.map((target): SendResult => {
    const messages = counts.get(target) ?? 0;
    const refusal = refusals.of(target);
    const failed = refusal?.count ?? (failure === undefined ? 0 : Math.max(1, messages));
    const common = { target, messages, delivered: 0, queued: 0, failed, durationMs };
    const why = refusal?.first ?? failure;
    if (why === undefined) return { ...common, status: 'sent' };
    return { ...common, status: 'error', code: why.code, message: why.message };
  });
  return { results, inputError };
}
