import { setTimeout as delay } from 'node:timers/promises';
import { RelaySendError } from '../../client/errors.ts';
import type { RelayClient } from '../../client/types.ts';
import { withoutMembers } from '../../protocol/without-members.ts';
import { timerMsMax } from '../sending/awaited.ts';
import type { RecordedMessage } from './recorded-message.ts';

export interface PlayOptions {
  /** How many times as fast as it was recorded. */
  readonly speed: number;
  /** Where all of it goes, instead of where it went. */
  readonly target: string | undefined;
  /** Whether messages that went there are sent. */
  readonly includes: (target: string) => boolean;
  readonly interrupted: AbortSignal;
  readonly onProgress: (sent: number) => void;
}

export interface Played {
  readonly sent: number;
  /** Why it ended before the end; undefined at the end and on interruption. */
  readonly failure: RelaySendError | undefined;
}

/** Waits until so long after the beginning, or until the signal. */
async function waitUntil(atMs: number, startedAtMs: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const leftMs = atMs - (performance.now() - startedAtMs);
    if (leftMs <= 0 || signal.aborted) return;
    await delay(Math.min(leftMs, timerMsMax), undefined, { signal }).catch(() => undefined);
  }
}

/** Sends a recording with its timing; what the limits of the relay hold back comes later. */
export async function play(
  client: Pick<RelayClient, 'sendText'>,
  messages: AsyncIterable<RecordedMessage>,
  { speed, target, includes, interrupted, onProgress }: PlayOptions,
): Promise<Played> {
  const startedAtMs = performance.now();
  let firstMs: number | undefined;
  let sent = 0;
  for await (const message of messages) {
    firstMs ??= message.ms;
    if (!includes(message.target)) continue;
    await waitUntil((message.ms - firstMs) / speed, startedAtMs, interrupted);
    if (interrupted.aborted) break;
    // A payload that names its old target would be refused at another one; the client adds the right one.
    const payload = withoutMembers(message.payload, ['target']) ?? message.payload;
    try {
      await client.sendText(target ?? message.target, payload);
    } catch (error) {
      if (!(error instanceof RelaySendError)) throw error;
      return { sent, failure: error };
    }
    sent += 1;
    onProgress(sent);
  }
  return { sent, failure: undefined };
}
