import { readAction } from '../protocol/actions.ts';
import { isClientId } from '../protocol/client-id.ts';
import { type ObjectEnvelope, readEnvelope, readId, readTtlSeconds } from '../protocol/envelope.ts';
import { isMessageId, messageIdLengthMax } from '../protocol/message-id.ts';
import { clientIdRule } from '../protocol/messages.ts';
import { createCachedStringReader } from '../protocol/string-cache.ts';
import { formatSize } from '../protocol/units.ts';
import type { Clock } from './clock.ts';
import { type ActionContext, handleAction } from './handle-action.ts';
import type { MessageRun } from './message-run.ts';
import type { Session } from './session.ts';
import type { Switchboard } from './switchboard.ts';

/** Longest target that is said back in an error when it is no client id. */
const echoedTargetLengthMax = 256;

export interface IncomingOptions extends ActionContext {
  readonly switchboard: Switchboard;
  readonly clock: Clock;
}

export type Incoming = ReturnType<typeof createIncoming>;

/** What happens to each message of a session, in the order of the checks: rate, size, JSON, target (PROTOCOL A3, B, D). */
export function createIncoming(options: IncomingOptions) {
  const { switchboard, clock } = options;
  const readTarget = createCachedStringReader();

  function handleText(session: Session, bytes: Uint8Array): void {
    if (session.isEnded) return;
    const nowMs = clock();
    switchboard.noteHeard(session, nowMs);
    if (!takeRate(session, bytes, nowMs)) return;
    if (bytes.length > session.limits.message_bytes) {
      handleTooBig(session, bytes.length);
      return;
    }
    const envelope = readEnvelope(bytes, readTarget);
    if (envelope.kind !== 'object') {
      const what = envelope.kind === 'invalid' ? 'is not valid JSON' : 'is JSON but not an object';
      session.refuse('bad_message', `a message of ${bytes.length} bytes ${what}: send one JSON object with a target`);
    } else if (envelope.hasTarget) {
      dispatch(session, bytes, envelope, nowMs);
    } else {
      // Few and small: a message for the relay itself is parsed whole.
      const action = readAction(JSON.parse(new TextDecoder().decode(bytes)), session.extensions);
      if ('code' in action) session.refuse(action.code, action.message);
      else handleAction(options, session, action);
    }
  }

  function handleTooBig(session: Session, bytes: number): void {
    const problem = `a message of ${bytes} bytes came, ${formatSize(session.limits.message_bytes)} are allowed (message_bytes)`;
    switchboard.rooms.end(session, 'message_too_big', problem);
  }

  function handleRun(session: Session, run: MessageRun): void {
    if (session.isEnded) return;
    const nowMs = clock();
    switchboard.noteHeard(session, nowMs);
    const receiver = canGoTogether(session, run) ? switchboard.receiverOf(session, run, nowMs) : undefined;
    if (receiver !== undefined && session.rate.takeAll(run.messages, session.limits, session.room.rate, nowMs)) {
      switchboard.deliverRun(session, receiver, run, nowMs);
      return;
    }
    for (const payload of run.payloads()) handleText(session, payload);
  }

  function dispatch(session: Session, bytes: Uint8Array, envelope: ObjectEnvelope, nowMs: number): void {
    const { target, relayFields } = envelope;
    const { receipts, ttl } = session.extensions;
    const messageId = receipts ? readId(bytes, envelope) : undefined;
    const ttlSeconds = ttl ? readTtlSeconds(bytes, envelope) : undefined;
    if (receipts && envelope.idStart >= 0 && !isMessageId(messageId)) {
      session.refuse(
        'bad_message',
        `the _id of a message is a string of 1 to ${messageIdLengthMax} characters`,
        shownTarget(target),
      );
    } else if (ttl && envelope.ttlStart >= 0 && !isWholeSeconds(ttlSeconds)) {
      session.refuse(
        'bad_message',
        'the _ttl of a message is a whole number of seconds, 0 or more',
        shownTarget(target),
        messageId,
      );
    } else if (isClientId(target)) {
      const ttlMs = ttlSeconds === undefined ? undefined : ttlSeconds * 1000;
      switchboard.route({ sender: session, target, payload: bytes, messageId, ttlMs, relayFields }, nowMs);
    } else {
      refuseTarget(session, target, messageId);
    }
  }

  /** Whether the session may send one more message; says so, and closes it in the end, when it may not. */
  function takeRate(session: Session, bytes: Uint8Array | undefined, nowMs: number): boolean {
    if (session.rate.take(session.limits, session.room.rate, nowMs)) return true;
    if (session.rate.isFlood()) {
      const message =
        'the message rate was exceeded for 10 s without a pause: send slower (message_rate, user_message_rate)';
      switchboard.rooms.end(session, 'rate_limited', message);
      return false;
    }
    const refused = session.extensions.receipts && bytes !== undefined ? idAndTarget(bytes) : undefined;
    if (refused !== undefined) {
      const message = `the message was over the rate and not taken (${ratesOf(session)}): send slower`;
      session.refuse('rate_limited', message, refused.target, refused.messageId);
    }
    tellRateLimited(session, nowMs);
    return false;
  }

  function idAndTarget(bytes: Uint8Array): { messageId: string; target: string | undefined } | undefined {
    const envelope = readEnvelope(bytes, readTarget);
    const messageId = envelope.kind === 'object' ? readId(bytes, envelope) : undefined;
    if (envelope.kind !== 'object' || !isMessageId(messageId)) return undefined;
    return { messageId, target: shownTarget(envelope.target) };
  }

  return {
    handleText,
    handleTooBig,

    /** The same for messages that came together: as one, where nothing about any of them needs a look of its own. */
    handleRun,

    handleBinary(session: Session): void {
      if (session.isEnded) return;
      const nowMs = clock();
      switchboard.noteHeard(session, nowMs);
      if (takeRate(session, undefined, nowMs)) {
        session.refuse('binary_unsupported', 'a binary message came: send JSON in text frames');
      }
    },
  };
}

function canGoTogether({ extensions }: Session, run: MessageRun): boolean {
  return !(run.hasRelayFields || (run.hasOddIds && extensions.receipts) || (run.hasTtls && extensions.ttl));
}

function isWholeSeconds(value: number | undefined): boolean {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}

function shownTarget(target: string | undefined): string | undefined {
  return target !== undefined && target.length <= echoedTargetLengthMax && target.isWellFormed() ? target : undefined;
}

function refuseTarget(session: Session, target: string | undefined, messageId: string | undefined): void {
  const shown = shownTarget(target);
  const named = shown === undefined ? 'is too long and' : JSON.stringify(shown);
  const what = target === undefined ? 'is not a string' : `${named} is no client id`;
  session.refuse('invalid_target', `the target ${what}: ${clientIdRule}`, shown, messageId);
}

function ratesOf({ limits }: Session): string {
  return `${limits.message_rate} a second for one connection, ${limits.user_message_rate} for all of the user`;
}

/** Says `rate_limited` for the messages that were refused since the last time, if one may be said now. */
export function tellRateLimited(session: Session, nowMs: number): void {
  const count = session.takeUntold(nowMs);
  if (count === 0) return;
  const message = `${count} messages over the rate were not taken (${ratesOf(session)}): send slower`;
  session.answer({ status: 'error', code: 'rate_limited', message, count });
}
