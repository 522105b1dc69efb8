import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { RelayHttpError, RelayUnreachableError } from '../../client/errors.ts';
import type { RelayHttp } from '../../client/http.ts';
import type { QueuedMessage } from '../../client/http-types.ts';
import type { RelayClient } from '../../client/types.ts';
import { type Connection, withHttp } from '../connect.ts';

/** Who gives up waits no longer than this for each answer. */
const answerTimeoutMs = 3_000;
const lastWordTimeoutMs = 1_000;

/** Messages of one sender to one target. */
export interface Unanswered {
  readonly sender: string;
  readonly target: string;
  readonly ids: ReadonlySet<string>;
}

type QueueHttp = Pick<RelayHttp, 'queue' | 'cancelQueued'>;

function isRefusal(error: unknown): boolean {
  return error instanceof RelayHttpError || error instanceof RelayUnreachableError;
}

/**
 * Whether it is out of the queue now and was never handed over: one that was may have run, whatever became of the proof. Between
 * the look and the cancelling it may have been handed over and come back, so the later word counts.
 */
async function cancel(http: QueueHttp, target: string, { seq, attempts }: QueuedMessage): Promise<boolean> {
  try {
    const cancelled = await http.cancelQueued(target, seq);
    return (cancelled.attempts ?? attempts) === 0;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return false;
  }
}

/** Takes what still waits out of the queue of its target; answers the ids of those that will not run for certain. */
export async function withdrawOver(http: QueueHttp, { sender, target, ids }: Unanswered): Promise<ReadonlySet<string>> {
  try {
    const { messages } = await http.queue(target);
    const own = messages.filter(({ from, _id }) => from === sender && _id !== undefined && ids.has(_id));
    const cancelled = await Promise.all(
      own.map(async (message) => ((await cancel(http, target, message)) ? message._id : undefined)),
    );
    return new Set(cancelled.filter((id) => id !== undefined));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return new Set();
  }
}

/** How a command takes back what it gives up; answers for each target what will not run for certain. */
export type Withdraw = (unanswered: readonly Unanswered[]) => Promise<ReadonlyMap<string, ReadonlySet<string>>>;

/** The same over a connection of its own, which loads the HTTP side only now. */
export function withdrawWith(connection: Connection): Withdraw {
  return (unanswered) =>
    withHttp({ ...connection, timeoutMs: answerTimeoutMs }, async (http) => {
      const withdrawn = unanswered.map(async (each) => [each.target, await withdrawOver(http, each)] as const);
      return new Map(await Promise.all(withdrawn));
    });
}

/** Resolves when all that the relay said before now has come: behind the answer to a ping, or when none comes. */
export async function hearWhatWasTold(client: Pick<RelayClient, 'ping'>): Promise<void> {
  await Promise.race([client.ping().catch(() => undefined), delay(lastWordTimeoutMs, undefined, { ref: false })]);
  // Whoever awaits a word that came together with the answer has its turn first.
  await nextTurn();
}
