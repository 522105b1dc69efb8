import { readAction } from '../protocol/actions.ts';
import { isClientId } from '../protocol/client-id.ts';
import { type ObjectEnvelope, readEnvelope, readId, readTtlSeconds } from '../protocol/envelope.ts';
import { isMessageId, messageIdLengthMax } from '../protocol/message-id.ts';
import { clientIdRule, type Refusal } from '../protocol/messages.ts';
import { createCachedStringReader } from '../protocol/string-cache.ts';
import { formatSize } from '../protocol/units.ts';
import type { Clock } from './clock.ts';
import { type ActionContext, handleAction } from './handle-action.ts';
import type { MessageRun } from './message-run.ts';
import { createOverRate, type OverRateOptions, refuseOverRate, refuseRunOverRate } from './over-rate.ts';
import type { Session } from './session.ts';
import type { Switchboard } from './switchboard.ts';

/** Longest target that is said back in an error when it is no client id. */
const echoedTargetLengthMax = 256;

export interface IncomingOptions extends ActionContext, Pick<OverRateOptions, 'after'> {
  readonly switchboard: Switchboard;
  readonly clock: Clock;
}

export type Incoming = ReturnType<typeof createIncoming>;

/** What happens to each message of a session, in the order of the checks: rate, size, JSON, target (PROTOCOL A3, B, D). */
export function createIncoming(options: IncomingOptions) {
  const { switchboard, clock, after } = options;
  const { rooms, reports } = switchboard;
  const count = (messages: number) => reports.refusedUnrouted('rate_limited', messages);
  const overRate = createOverRate({ after, count, end: rooms.end });
  const readTarget = createCachedStringReader();

  function handleText(session: Session, bytes: Uint8Array): void {
    if (session.isEnded) return;
    const nowMs = clock();
    switchboard.noteHeard(session, nowMs);
    if (takeRate(session, bytes, nowMs)) handleTaken(session, bytes, nowMs);
  }

  /** A message that is within the rate. */
  function handleTaken(session: Session, bytes: Uint8Array, nowMs: number): void {
    if (bytes.length > session.limits.message_bytes) {
      handleTooBig(session, bytes.length);
      return;
    }
    const envelope = readEnvelope(bytes, readTarget);
    if (envelope.kind !== 'object') {
      const what = envelope.kind === 'invalid' ? 'is not valid JSON' : 'is JSON but not an object';
      const message = `a message of ${bytes.length} bytes ${what}: send one JSON object with a target`;
      refuse(session, { code: 'bad_message', message });
    } else if (envelope.hasTarget) {
      dispatch(session, bytes, envelope, nowMs);
    } else {
      // Few and small: a message for the relay itself is parsed whole.
      const action = readAction(JSON.parse(new TextDecoder().decode(bytes)), session.extensions);
      if ('code' in action) refuse(session, action);
      else handleAction(options, session, action);
    }
  }

  function refuse(session: Session, { code, message }: Refusal, target?: string, messageId?: string): void {
    reports.refusedUnrouted(code);
    session.refuse(code, message, target, messageId);
  }

  function handleTooBig(session: Session, bytes: number): void {
    reports.refusedUnrouted('message_too_big');
    const problem = `a message of ${bytes} bytes came, ${formatSize(session.limits.message_bytes)} are allowed (message_bytes)`;
    rooms.end(session, 'message_too_big', problem);
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
    handleOneByOne(session, run, nowMs);
  }

  function handleOneByOne(session: Session, run: MessageRun, nowMs: number): void {
    let taken = 0;
    for (const payload of run.payloads()) {
      if (session.isEnded) return;
      if (!takeRate(session, payload, nowMs)) {
        refuseRest(session, run, taken + 1, nowMs);
        return;
      }
      taken += 1;
      handleTaken(session, payload, nowMs);
    }
  }

  /** What follows a message over the rate in the same run is over it as well, as nothing refills meanwhile, and needs no look. */
  function refuseRest(session: Session, run: MessageRun, skipped: number, nowMs: number): void {
    const messages = run.messages - skipped;
    if (messages === 0 || session.isEnded) return;
    session.rate.refuse(messages, nowMs);
    overRate.handle(session, messages, nowMs, () => {
      if (!run.hasOddIds) refuseRunOverRate(session, run, shownTarget(run.target), skipped);
      else for (const payload of [...run.payloads()].slice(skipped)) tellRefused(session, payload);
    });
  }

  function tellRefused(session: Session, bytes: Uint8Array): void {
    const envelope = readEnvelope(bytes, readTarget);
    if (envelope.kind !== 'object') return;
    const messageId = readId(bytes, envelope);
    if (isMessageId(messageId)) refuseOverRate(session, messageId, shownTarget(envelope.target));
  }

  function dispatch(session: Session, bytes: Uint8Array, envelope: ObjectEnvelope, nowMs: number): void {
    const { target, relayFields } = envelope;
    const { receipts, ttl } = session.extensions;
    const messageId = receipts ? readId(bytes, envelope) : undefined;
    const ttlSeconds = ttl ? readTtlSeconds(bytes, envelope) : undefined;
    if (receipts && envelope.idStart >= 0 && !isMessageId(messageId)) {
      const message = `the _id of a message is a string of 1 to ${messageIdLengthMax} characters`;
      refuse(session, { code: 'bad_message', message }, shownTarget(target));
    } else if (ttl && envelope.ttlStart >= 0 && !isWholeSeconds(ttlSeconds)) {
      const message = 'the _ttl of a message is a whole number of seconds, 0 or more';
      refuse(session, { code: 'bad_message', message }, shownTarget(target), messageId);
    } else if (isClientId(target)) {
      const ttlMs = ttlSeconds === undefined ? undefined : ttlSeconds * 1000;
      switchboard.route({ sender: session, target, payload: bytes, messageId, ttlMs, relayFields }, nowMs);
    } else {
      refuse(session, { code: 'invalid_target', message: whyNoTarget(target) }, shownTarget(target), messageId);
    }
  }

  /** Whether the session may send one more message; says so, and closes it in the end, when it may not. */
  function takeRate(session: Session, bytes: Uint8Array | undefined, nowMs: number): boolean {
    if (session.rate.take(session.limits, session.room.rate, nowMs)) return true;
    overRate.handle(session, 1, nowMs, () => {
      if (bytes !== undefined) tellRefused(session, bytes);
    });
    return false;
  }

  return {
    handleText,
    handleTooBig,

    /** The same for messages that came together: as one, where nothing about any of them needs a look of its own. */
    handleRun,

    handlePing(session: Session, data: Uint8Array): void {
      session.pong(data);
      overRate.handleControl(session, clock());
    },

    /** `number` is that of a ping of the relay, undefined where it is none. */
    handlePong(session: Session, number: number | undefined): void {
      if (number !== undefined && session.pings.isAnswer(number)) switchboard.handlePong(session, number);
      else overRate.handleControl(session, clock());
    },

    handleBinary(session: Session): void {
      if (session.isEnded) return;
      const nowMs = clock();
      switchboard.noteHeard(session, nowMs);
      if (takeRate(session, undefined, nowMs)) {
        refuse(session, { code: 'binary_unsupported', message: 'a binary message came: send JSON in text frames' });
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

function whyNoTarget(target: string | undefined): string {
  const shown = shownTarget(target);
  const named = shown === undefined ? 'is too long and' : JSON.stringify(shown);
  const what = target === undefined ? 'is not a string' : `${named} is no client id`;
  return `the target ${what}: ${clientIdRule}`;
}
