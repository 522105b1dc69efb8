import type { ReceivedMessage, RelayClient } from '../../client/types.ts';

/** From here on the relay is not read until half of it is done; meanwhile it queues what comes (PROTOCOL A4). */
const messagesMax = 1_000;
const charactersMax = 8 * 1024 * 1024;

/** What was read and is not done: bounded, whatever the sender does. */
export interface Backlog {
  add(message: ReceivedMessage): void;
  remove(message: ReceivedMessage): void;
  whenEmpty(): Promise<void>;
}

export function createBacklog(client: Pick<RelayClient, 'pause' | 'resume'>): Backlog {
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
    },
    remove({ text }) {
      messages -= 1;
      characters -= text.length;
      if (messages === 0) empty.resolve();
      if (!isPaused || messages > messagesMax / 2 || characters > charactersMax / 2) return;
      isPaused = false;
      client.resume();
    },
    whenEmpty: () => empty.promise,
  };
}
