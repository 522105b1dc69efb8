/** Messages and queues over HTTP (PROTOCOL C). */
import { formatDuration } from '../protocol/units.ts';
import { count, flag, list, nullable, oneOf, optional, type Reader, shape, text } from './answer.ts';
import type { RelayHttp } from './http.ts';
import type { Requester } from './http-request.ts';
import type {
  CancelledMessage,
  MessageAnswer,
  PurgedQueue,
  QueueDetail,
  QueuedMessage,
  QueueSummary,
} from './http-types.ts';

/** How long the relay waits for its answer unless it is told. */
const defaultWaitMs = 5_000;

const readMessageAnswer: Reader<MessageAnswer> = shape({
  status: oneOf('delivered', 'queued', 'sent', 'expired', 'cancelled'),
  target: text,
  _id: optional(text),
});
const queueSummary = { target: text, waiting: count, bytes: count };
const readQueues: Reader<{ readonly queues: QueueSummary[] }> = shape({ queues: list(shape(queueSummary)) });
const readQueued: Reader<QueuedMessage> = shape({
  seq: count,
  from: text,
  _id: optional(text),
  queued_at: text,
  expires_at: nullable(text),
  attempts: count,
  handed: flag,
  payload: text,
});
const readQueue: Reader<QueueDetail> = shape({ ...queueSummary, messages: list(readQueued) });
const readPurged: Reader<PurgedQueue> = shape({ cancelled: count, attempted: optional(count) });
const readCancelled: Reader<CancelledMessage> = shape({ attempts: optional(count) });

type MessageFunctions = 'sendMessage' | 'queues' | 'queue' | 'purgeQueue' | 'cancelQueued';

export function messageFunctions({ request }: Requester): Pick<RelayHttp, MessageFunctions> {
  const path = (id: string): string => `/api/queue/${encodeURIComponent(id)}`;
  return {
    sendMessage(json, { wait, timeoutMs } = {}) {
      const query = new URLSearchParams({
        ...(wait === undefined ? {} : { wait }),
        ...(timeoutMs === undefined ? {} : { timeout: formatDuration(timeoutMs) }),
      }).toString();
      return request('POST', `/api/messages/${query === '' ? '' : `?${query}`}`, readMessageAnswer, {
        json,
        waitMs: timeoutMs ?? defaultWaitMs,
        // A message that was waited for in vain has its end in the body.
        alsoStatus: 409,
      });
    },
    queues: async () => (await request('GET', '/api/queue/', readQueues)).queues,
    queue: (id) => request('GET', path(id), readQueue),
    purgeQueue: (id) => request('DELETE', path(id), readPurged),
    cancelQueued: (id, seq) => request('DELETE', `${path(id)}/${seq}`, readCancelled),
  };
}
