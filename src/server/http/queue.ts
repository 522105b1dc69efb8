import Type from 'typebox';
import { toIsoTime } from '../clock.ts';
import type { TargetQueue } from '../queues/target-queue.ts';
import type { QueuedEntry, UserRecord } from '../store/store.ts';
import { authorizeMaster } from './authorize.ts';
import type { HttpContext, HttpServer } from './context.ts';
import { HttpRefusal } from './refusal.ts';

const params = Type.Object({ id: Type.String() });
const messageParams = Type.Object({ id: Type.String(), seq: Type.String({ pattern: '^\\d{1,15}$' }) });
/** Messages of one look, and bytes of each payload. */
const lookMessagesMax = 1000;
const lookPayloadBytesMax = 4096;
/** The last time that has a date (ECMA-262 §21.4.1.1); what expires later does not expire. */
const lastDateMs = 8.64e15;

function describeEntry(entry: QueuedEntry) {
  return {
    seq: entry.seq,
    from: entry.sender,
    ...(entry.messageId === undefined ? {} : { _id: entry.messageId }),
    queued_at: toIsoTime(entry.queuedAtMs),
    expires_at: entry.expiresAtMs <= lastDateMs ? toIsoTime(entry.expiresAtMs) : null,
    attempts: entry.attempts,
    handed: entry.handed,
    /** The text as it was sent, cut when it is long: numbers keep every digit. */
    payload: new TextDecoder().decode(entry.payload),
  };
}

/** `/api/queue/`: look into what waits for a target, cancel one message, or all of it (PROTOCOL C). */
export function registerQueue(server: HttpServer, context: HttpContext): void {
  const { switchboard, queue } = context;

  function handedRefusal(id: string): HttpRefusal {
    const message = `what waits for ${id} is handed to it already and only its proof is awaited: it cannot be cancelled now`;
    return new HttpRefusal({ code: 'conflict', message });
  }

  function waitingFor(user: UserRecord, id: string): number {
    return switchboard.rooms.find(user.userId)?.queues.get(id)?.storedMessages ?? 0;
  }

  server.get('/api/queue', async (request) => {
    const { userId } = await authorizeMaster(context, request);
    const queues: Iterable<readonly [string, TargetQueue]> = switchboard.rooms.find(userId)?.queues ?? [];
    return {
      queues: [...queues].map(([target, { messages, payloadBytes }]) => ({
        target,
        waiting: messages,
        bytes: payloadBytes,
      })),
    };
  });

  server.get('/api/queue/:id', { schema: { params } }, async (request) => {
    const user = await authorizeMaster(context, request);
    const { id } = request.params;
    const entries = await queue.list(user.userId, id, lookMessagesMax, lookPayloadBytesMax);
    const bytes = switchboard.rooms.find(user.userId)?.queues.get(id)?.payloadBytes ?? 0;
    return { target: id, waiting: waitingFor(user, id), bytes, messages: entries.map(describeEntry) };
  });

  server.delete('/api/queue/:id', { schema: { params } }, async (request) => {
    const user = await authorizeMaster(context, request);
    const { id } = request.params;
    const purged = await switchboard.rooms.purge(user.userId, id);
    if (purged.length === 0 && waitingFor(user, id) > 0) throw handedRefusal(id);
    // Whoever takes messages back asks whether the target may have some of them nevertheless.
    const attempted = purged.filter(({ attempts }) => attempts > 0).length;
    return { target: id, cancelled: purged.length, attempted };
  });

  server.delete('/api/queue/:id/:seq', { schema: { params: messageParams } }, async (request) => {
    const user = await authorizeMaster(context, request);
    const { id } = request.params;
    const seq = Number(request.params.seq);
    const [cancelled] = await switchboard.rooms.purge(user.userId, id, seq);
    // Whoever takes a message back asks whether the target may have it nevertheless.
    if (cancelled !== undefined) return { target: id, seq, cancelled: 1, attempts: cancelled.attempts };
    const entries = await queue.list(user.userId, id, Number.MAX_SAFE_INTEGER, 0);
    if (entries.some((entry) => entry.seq === seq)) throw handedRefusal(id);
    throw new HttpRefusal({ code: 'not_found', message: `message ${seq} does not wait for ${JSON.stringify(id)}` });
  });
}
