import { setTimeout as delay } from 'node:timers/promises';
import type { ReceivedMessage } from '../../client/types.ts';
import { readerGraceMs } from '../interruption.ts';
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
  const closed = Promise.withResolvers<false>();
  let printed = Promise.resolve();
  let taken: Promise<unknown> = printed;

  return {
    async take(message) {
      printed = printed.then(() => output.line(onOneLine(withoutSeq(message))));
      const isTaken = printed.then(() => output.flush());
      taken = isTaken;
      return await Promise.race([isTaken, closed.promise]);
    },
    async close() {
      // What a reader has not taken by then is not done, and comes again.
      await Promise.race([taken, delay(readerGraceMs, undefined, { ref: false })]);
      closed.resolve(false);
    },
  };
}
