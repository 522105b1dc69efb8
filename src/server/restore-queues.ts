import type { Logger } from 'pino';
import type { Switchboard } from './rooms/switchboard.ts';
import type { QueueDepth, UserRecord } from './store/store.ts';

export interface RestoreQueuesOptions {
  readonly rooms: Switchboard['rooms'];
  readonly depths: readonly QueueDepth[];
  readonly users: readonly UserRecord[];
  readonly log: Logger;
}

/**
 * Brings back the queues that an earlier run left. What waits for a user whose record was damaged (FAULTS 5) waits for nobody: it
 * counts for nothing, is told, and stays in the store until an expiry after its time.
 */
export function restoreQueues({ rooms, depths, users, log }: RestoreQueuesOptions): void {
  const known = new Set(users.map(({ userId }) => userId));
  const { true: reachable = [], false: lost = [] } = Object.groupBy(depths, ({ userId }) => `${known.has(userId)}`);
  rooms.restore(reachable);
  for (const [user, queues = []] of Map.groupBy(lost, ({ userId }) => userId)) {
    const messages = queues.reduce((sum, queue) => sum + queue.messages, 0);
    log.warn({ event: 'user-lost', user, messages }, 'what waits for a user whose record is damaged reaches nobody');
  }
}
