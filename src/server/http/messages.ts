import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { isClientId } from '../../protocol/client-id.ts';
import { httpStatusOf, type RelayCode } from '../../protocol/codes.ts';
import { type ObjectEnvelope, readEnvelope, readId, readTtlSeconds } from '../../protocol/envelope.ts';
import { isMessageId, messageIdLengthMax } from '../../protocol/message-id.ts';
import { clientIdRule, isObject, type Refusal } from '../../protocol/messages.ts';
import { formatSize, parseDurationMs } from '../../protocol/units.ts';
import type { Sender, Told } from '../messages/sender.ts';
import type { Room } from '../rooms/room.ts';
import { authorizePrincipal } from './authorize.ts';
import type { HttpContext, HttpServer } from './context.ts';
import { HttpRefusal } from './refusal.ts';

const query = Type.Object({
  wait: Type.Optional(Type.Union([Type.Literal('delivered'), Type.Literal('queued')])),
  timeout: Type.Optional(Type.String()),
});
const defaultTimeoutMs = 5000;
const timeoutMsMax = 60_000;

interface Answer {
  readonly status: 'delivered' | 'queued' | 'sent' | 'expired' | 'cancelled' | 'error';
  readonly target: string;
  readonly _id?: string;
  readonly code?: RelayCode;
  readonly message?: string;
}

export const messagesPath = '/api/messages';

/** `POST /api/messages/`: one message without a session, so that no script takes anyone's id (PROTOCOL C). */
export function registerMessages(server: HttpServer, context: HttpContext): void {
  // The body is the message: its bytes are passed on, never a value that was made of them.
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (request: FastifyRequest, body: Readable) =>
      readBody(request, body, context.directory.limits.messageBytesMax),
    );

    scope.post(messagesPath, { schema: { querystring: query } }, async (request, reply) => {
      const { key, user } = await authorizePrincipal(context, request);
      const { wait, timeout } = request.query as { wait?: 'delivered' | 'queued'; timeout?: string };
      const timeoutMs = readTimeout(timeout);
      const room = context.switchboard.rooms.roomOf(user.userId);
      const message = await takeMessage(context, room, request);
      const sender = key.clientId ?? message.sender ?? 'http';
      const answer = await send(context, room, sender, message, { waitsForEnd: wait === 'delivered', timeoutMs });
      return reply.code(statusOf(answer)).send(answer);
    });
  });
}

function tooBig(what: string, bytesMax: number): never {
  refuse('message_too_big', `the message has ${what}, ${formatSize(bytesMax)} are allowed (message_bytes)`);
}

/** The bytes of a body; Fastify's own limit of them is that of the start, and an administrator may change it (PROTOCOL D). */
async function readBody({ headers }: FastifyRequest, body: Readable, bytesMax: number): Promise<Uint8Array> {
  const announced = Number(headers['content-length'] ?? 0);
  if (announced > bytesMax) tooBig(`${announced} bytes`, bytesMax);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    // The socket is still needed for the answer.
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length;
      if (bytes > bytesMax) tooBig(`more than ${bytesMax} bytes`, bytesMax);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof HttpRefusal) throw error;
    refuse('bad_request', 'the message did not come to its end');
  }
  return Buffer.concat(chunks);
}

function readTimeout(text: string | undefined): number {
  const timeoutMs = text === undefined ? defaultTimeoutMs : parseDurationMs(text);
  if (timeoutMs !== undefined && timeoutMs <= timeoutMsMax) return timeoutMs;
  throw new HttpRefusal({
    code: 'bad_request',
    message: `timeout=${text}: write a duration of at most 60s, such as 5s`,
  });
}

interface MessageToSend {
  readonly bytes: Uint8Array;
  readonly target: string;
  readonly sender: string | undefined;
  readonly messageId: string | undefined;
  readonly ttlMs: number | undefined;
  readonly relayFields: readonly string[];
}

function refuse(code: RelayCode, message: string): never {
  throw new HttpRefusal({ code, message });
}

/** Counts a message that is refused before it was looked where it goes. One over the rate is told as fast as any other request. */
async function takeMessage(context: HttpContext, room: Room, request: FastifyRequest): Promise<MessageToSend> {
  try {
    if (context.isEnding())
      refuse('going_away', 'the relay shuts down or restarts: the message was not taken, try again');
    if (context.queue.isCongested()) {
      refuse('overloaded', 'the relay takes messages faster than its disk: the message was not taken, try again later');
    }
    const bytes = request.body instanceof Uint8Array ? request.body : new Uint8Array();
    return readMessage(room, bytes, context.clock());
  } catch (error) {
    if (error instanceof HttpRefusal) context.switchboard.reports.refusedUnrouted(error.code);
    if (error instanceof HttpRefusal && error.code === 'rate_limited') await context.pace.turn(request);
    throw error;
  }
}

function readMessage(room: Room, bytes: Uint8Array, nowMs: number): MessageToSend {
  const { message_bytes, user_message_rate } = room.limits;
  if (bytes.length > message_bytes) tooBig(`${bytes.length} bytes`, message_bytes);
  if (!room.rate.take(user_message_rate, user_message_rate, nowMs)) {
    refuse(
      'rate_limited',
      `the message was not taken: ${user_message_rate} a second are allowed for all of the user (user_message_rate)`,
    );
  }
  // WebSockets check it by themselves; passed on as it is, it would end the connection of its receiver (FAULTS 21).
  if (!isUtf8(bytes)) refuse('bad_message', 'the body is not UTF-8');
  const envelope = readEnvelope(bytes);
  if (envelope.kind !== 'object') refuse('bad_message', 'the body must be one JSON object with a target');
  const { target, relayFields } = envelope;
  if (!envelope.hasTarget)
    refuse('missing_target', 'the message has no target: add "target" with the client id of its receiver');
  if (!isClientId(target)) refuse('invalid_target', `the target is no client id: ${clientIdRule}`);
  const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const sender = isObject(parsed) && isClientId(parsed.sender) ? parsed.sender : undefined;
  const messageId = readMessageId(bytes, envelope);
  return { bytes, target, sender, messageId, ttlMs: readTtlMs(bytes, envelope), relayFields };
}

function readMessageId(bytes: Uint8Array, envelope: ObjectEnvelope): string | undefined {
  if (envelope.idStart < 0) return undefined;
  const messageId = readId(bytes, envelope);
  if (isMessageId(messageId)) return messageId;
  refuse('bad_message', `the _id of a message is a string of 1 to ${messageIdLengthMax} characters`);
}

function readTtlMs(bytes: Uint8Array, envelope: ObjectEnvelope): number | undefined {
  if (envelope.ttlStart < 0) return undefined;
  const seconds = readTtlSeconds(bytes, envelope);
  if (seconds === undefined || !Number.isSafeInteger(seconds) || seconds < 0) {
    refuse('bad_message', 'the _ttl of a message is a whole number of seconds, 0 or more');
  }
  return seconds * 1000;
}

/** Sends and waits: for the relay's word, or with `waitsForEnd` for the final state. */
function send(
  context: HttpContext,
  room: Room,
  clientId: string,
  message: MessageToSend,
  options: { readonly waitsForEnd: boolean; readonly timeoutMs: number },
): Promise<Answer> {
  const { switchboard, clock, waits } = context;
  const { target, messageId } = message;
  const named = { target, ...(messageId === undefined ? {} : { _id: messageId }) };
  return new Promise((resolve) => {
    let soFar: Answer['status'] = 'sent';
    let stopWaiting = () => {};
    const finish = (answer: Answer) => {
      clearTimeout(timer);
      waits.delete(giveUp);
      stopWaiting();
      sender.isEnded = true;
      resolve(answer);
    };
    const finishWith = (told: Told | Refusal) => {
      if ('message' in told) {
        const code = 'code' in told ? told.code : told.state;
        finish({ status: 'error', code, message: told.message, ...named });
      } else {
        finish({ status: told.state, ...named });
      }
    };
    const giveUp = () => finish({ status: soFar, ...named });
    const timer = setTimeout(giveUp, options.timeoutMs);
    waits.add(giveUp);
    const sender: Sender & { isEnded: boolean } = {
      room,
      clientId,
      isUnnamed: messageId === undefined,
      isEnded: false,
      tell(_id, _target, told) {
        if (told.state === 'queued') soFar = 'queued';
        if (told.state !== 'queued' || !options.waitsForEnd) finishWith(told);
      },
      refuse: (code, text) => finishWith({ code, message: text }),
      noteQueued(seq) {
        if (options.waitsForEnd) stopWaiting = switchboard.reports.waitForEnd(room.userId, target, seq, finishWith);
      },
      pauseForStore: () => {},
      resumeAfterStore: () => {},
    };
    // An id of its own makes the relay prove a live delivery; nobody sees it.
    const proofId = messageId ?? randomUUID();
    const { bytes, ttlMs, relayFields } = message;
    switchboard.router.route(
      { sender, target, payload: bytes, messageId: proofId, ttlMs, relayFields, isSessionless: true },
      clock(),
    );
  });
}

/** 200 for what is known, 202 for what is only on its way. */
function statusOf(answer: Answer): number {
  if (answer.code !== undefined) return httpStatusOf(answer.code);
  if (answer.status === 'expired' || answer.status === 'cancelled') return 409;
  return answer.status === 'sent' ? 202 : 200;
}
