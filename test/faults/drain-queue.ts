import type { TestRoom } from '../e2e/contract/test-room.ts';

/** Logs in as a target and reads everything that waits for it, in order, until nothing does. */
export async function drainQueue(room: TestRoom, target: string): Promise<Readonly<Record<string, unknown>>[]> {
  await using client = await room.controller(target);
  const received: Readonly<Record<string, unknown>>[] = [];
  // A message to oneself goes through the queue as long as anything waits in it, and so comes last.
  client.sendJson({ target, last: true });
  for (let message = await client.nextJson(); message.last !== true; message = await client.nextJson()) {
    received.push(message);
  }
  await room.untilWaiting(target, 0);
  return received;
}
