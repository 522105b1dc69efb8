import type { ReceivedMessage } from '../../client/types.ts';
import type { Output } from '../output.ts';
import { onOneLine } from '../printable.ts';
import type { MessageSink } from './receive-messages.ts';

/** The number in the queue is between the relay and this command, which acknowledges it: what is printed is the message. */
function withoutSeq({ text, seq }: ReceivedMessage): string {
  if (seq === undefined) return text;
  return text.replace(/,"_seq":\d+(?=(?:,"_age_ms":\d+)?(?:,"_offline_queued":true)?\}\s*$)/, '');
}

/** Prints messages as they came, a line each; a message is done when it is with the reader. */
export function createPrintSink(output: Pick<Output, 'line' | 'flush'>): MessageSink {
  let printed = Promise.resolve();

  async function take(message: ReceivedMessage): Promise<boolean> {
    printed = printed.then(() => output.line(onOneLine(withoutSeq(message))));
    await printed;
    return await output.flush();
  }

  return { take, close: () => printed };
}
