import { RelayConnectionError, RelaySendError } from '../../client/errors.ts';
import type { RelayClient } from '../../client/types.ts';
import type { Output } from '../output.ts';

interface SendAnswerPorts {
  readonly client: Pick<RelayClient, 'sendText' | 'ready'>;
  readonly output: Pick<Output, 'complain'>;
  /** Nothing is tried again after this. */
  readonly isOver: AbortSignal;
}

/**
 * Sends an answer to who asked, when the connection is lost then on the next one. Resolves with whether that is done: an answer that
 * can never be sent is complained of, and done.
 */
export async function sendAnswer(
  { client, output, isOver }: SendAnswerPorts,
  asker: string,
  json: string,
): Promise<boolean> {
  for (;;) {
    try {
      await client.sendText(asker, json);
      return true;
    } catch (error) {
      if (!(error instanceof RelaySendError)) throw error;
      if (error.code !== 'not_connected' && error.code !== 'connection_lost') {
        output.complain(`the answer to ${asker} was not sent: ${error.message}`);
        return true;
      }
    }
    try {
      await Promise.race([client.ready(), aborted(isOver)]);
    } catch (error) {
      if (!(error instanceof RelayConnectionError)) throw error;
      return false;
    }
    if (isOver.aborted) return false;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
