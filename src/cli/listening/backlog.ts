import type { ReceivedMessage, RelayClient } from '../../client/types.ts';

/** From here on the relay is not read until half of it is done; meanwhile it queues what comes (PROTOCOL A4). */
const messagesMax = 1_000;
const charactersMax = 8 * 1024 * 1024;
/** Well below the 35 s after which the relay takes a silent client for one that is gone (PROTOCOL A5). */
const signOfLifeMsMax = 10_000;
/** A user's `idle_timeout` may be shorter. */
const signsPerIdleTimeout = 4;

/** What was read and is not done: bounded, whatever the sender does. */
export interface Backlog {
  add(message: ReceivedMessage): void;
  remove(message: ReceivedMessage): void;
  whenEmpty(): Promise<void>;
  /** Nobody takes anything any more. */
  close(): void;
}

/** `signOfLife` is called again and again while the relay is not read: no ping of it is answered then. */
export function createBacklog(
  client: Pick<RelayClient, 'pause' | 'resume' | 'session'>,
  signOfLife: () => void,
): Backlog {
  let timer: NodeJS.Timeout | undefined;
  let messages = 0;
  let characters = 0;
  let isPaused = false;
  let empty = Promise.withResolvers<void>();
  empty.resolve();

  return {
    add({ text }) {
      if (messages === 0) empty = Promise.withResolvers();
      messages += 1;
      characters += text.length;
      if (isPaused || (messages < messagesMax && characters < charactersMax)) return;
      isPaused = true;
      client.pause();
      const idleTimeoutMs = client.session?.limits?.idle_timeout ?? Number.POSITIVE_INFINITY;
      timer = setInterval(signOfLife, Math.min(signOfLifeMsMax, idleTimeoutMs / signsPerIdleTimeout));
    },
    remove({ text }) {
      messages -= 1;
      characters -= text.length;
      if (messages === 0) empty.resolve();
      if (!isPaused || messages > messagesMax / 2 || characters > charactersMax / 2) return;
      isPaused = false;
      clearInterval(timer);
      client.resume();
    },
    whenEmpty: () => empty.promise,
    close: () => clearInterval(timer),
  };
}
