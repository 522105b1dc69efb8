import { readAction } from '../../protocol/actions.ts';
import { isClientId } from '../../protocol/client-id.ts';
import { type ObjectEnvelope, readEnvelope, readId, readTtlSeconds } from '../../protocol/envelope.ts';
import { isMessageId, messageIdLengthMax } from '../../protocol/message-id.ts';
import { clientIdRule, type Refusal } from '../../protocol/messages.ts';
import { createCachedStringReader } from '../../protocol/string-cache.ts';
import { formatSize } from '../../protocol/units.ts';
import type { Clock } from '../clock.ts';
import {
  createOverRate,
  type OverRate,
  type OverRateOptions,
  refuseOverRate,
  refuseRunOverRate,
} from '../rates/over-rate.ts';
import type { Session } from '../rooms/session.ts';
import type { SignsOfLife } from '../rooms/signs-of-life.ts';
import type { Switchboard } from '../rooms/switchboard.ts';
import { type ActionContext, handleAction } from './handle-action.ts';
import type { MessageRun } from './message-run.ts';
import type { Reports } from './reports.ts';
import type { Router } from './router.ts';

/** Longest target that is said back in an error when it is no client id. */
const echoedTargetLengthMax = 256;

export interface IncomingOptions extends ActionContext, Pick<OverRateOptions, 'after'> {
  readonly switchboard: Switchboard;
  readonly clock: Clock;
}

/** What happens to each message of a session, in the order of the checks: rate, size, JSON, target (PROTOCOL A3, B, D). */
export class Incoming {
  readonly #options: IncomingOptions;
  readonly #switchboard: Switchboard;
  readonly #router: Router;
  readonly #reports: Reports;
  readonly #signsOfLife: SignsOfLife;
  readonly #clock: Clock;
  readonly #overRate: OverRate;
  readonly #readTarget = createCachedStringReader();

  constructor(options: IncomingOptions) {
    const { switchboard, clock, after } = options;
    this.#options = options;
    this.#switchboard = switchboard;
    this.#router = switchboard.router;
    this.#reports = switchboard.reports;
    this.#signsOfLife = switchboard.signsOfLife;
    this.#clock = clock;
    this.#overRate = createOverRate({
      after,
      count: (messages) => switchboard.reports.refusedUnrouted('rate_limited', messages),
      end: (session, code, message) => switchboard.rooms.end(session, code, message),
    });
  }

  handleText(session: Session, bytes: Uint8Array): void {
    if (session.isEnded) return;
    const nowMs = this.#clock();
    this.#signsOfLife.noteHeard(session, nowMs);
    if (this.#takeRate(session, bytes, nowMs)) this.#handleTaken(session, bytes, nowMs);
  }

  /** A message that is within the rate. */
  #handleTaken(session: Session, bytes: Uint8Array, nowMs: number): void {
    if (bytes.length > session.limits.message_bytes) {
      this.handleTooBig(session, bytes.length);
      return;
    }
    const envelope = readEnvelope(bytes, this.#readTarget);
    if (envelope.kind !== 'object') {
      const what = envelope.kind === 'invalid' ? 'is not valid JSON' : 'is JSON but not an object';
      const message = `a message of ${bytes.length} bytes ${what}: send one JSON object with a target`;
      this.#refuse(session, { code: 'bad_message', message });
    } else if (envelope.hasTarget) {
      this.#dispatch(session, bytes, envelope, nowMs);
    } else {
      // Few and small: a message for the relay itself is parsed whole.
      const action = readAction(JSON.parse(new TextDecoder().decode(bytes)), session.extensions);
      if ('code' in action) this.#refuse(session, action);
      else handleAction(this.#options, session, action);
    }
  }

  #refuse(session: Session, { code, message }: Refusal, target?: string, messageId?: string): void {
    this.#reports.refusedUnrouted(code);
    session.refuse(code, message, target, messageId);
  }

  handleTooBig(session: Session, bytes: number): void {
    this.#reports.refusedUnrouted('message_too_big');
    const problem = `a message of ${bytes} bytes came, ${formatSize(session.limits.message_bytes)} are allowed (message_bytes)`;
    this.#switchboard.rooms.end(session, 'message_too_big', problem);
  }

  /** The same for messages that came together: as one, where nothing about any of them needs a look of its own. */
  handleRun(session: Session, run: MessageRun): void {
    if (session.isEnded) return;
    const nowMs = this.#clock();
    this.#signsOfLife.noteHeard(session, nowMs);
    const receiver = canGoTogether(session, run) ? this.#router.receiverOf(session, run, nowMs) : undefined;
    if (receiver !== undefined && session.rate.takeAll(run.messages, session.limits, session.room.rate, nowMs)) {
      this.#router.deliverRun(session, receiver, run, nowMs);
      return;
    }
    this.#handleOneByOne(session, run, nowMs);
  }

  #handleOneByOne(session: Session, run: MessageRun, nowMs: number): void {
    let taken = 0;
    for (const payload of run.payloads()) {
      if (session.isEnded) return;
      if (!this.#takeRate(session, payload, nowMs)) {
        this.#refuseRest(session, run, taken + 1, nowMs);
        return;
      }
      taken += 1;
      this.#handleTaken(session, payload, nowMs);
    }
  }

  /** What follows a message over the rate in the same run is over it as well, as nothing refills meanwhile, and needs no look. */
  #refuseRest(session: Session, run: MessageRun, skipped: number, nowMs: number): void {
    const messages = run.messages - skipped;
    if (messages === 0 || session.isEnded) return;
    session.rate.refuse(messages, nowMs);
    this.#overRate.handle(session, messages, nowMs, () => {
      if (!run.hasOddIds) refuseRunOverRate(session, run, shownTarget(run.target), skipped);
      else for (const payload of [...run.payloads()].slice(skipped)) this.#tellRefused(session, payload);
    });
  }

  #tellRefused(session: Session, bytes: Uint8Array): void {
    const envelope = readEnvelope(bytes, this.#readTarget);
    if (envelope.kind !== 'object') return;
    const messageId = readId(bytes, envelope);
    if (isMessageId(messageId)) refuseOverRate(session, messageId, shownTarget(envelope.target));
  }

  #dispatch(session: Session, bytes: Uint8Array, envelope: ObjectEnvelope, nowMs: number): void {
    const { target, relayFields } = envelope;
    const { receipts, ttl } = session.extensions;
    const messageId = receipts ? readId(bytes, envelope) : undefined;
    const ttlSeconds = ttl ? readTtlSeconds(bytes, envelope) : undefined;
    if (receipts && envelope.idStart >= 0 && !isMessageId(messageId)) {
      const message = `the _id of a message is a string of 1 to ${messageIdLengthMax} characters`;
      this.#refuse(session, { code: 'bad_message', message }, shownTarget(target));
    } else if (ttl && envelope.ttlStart >= 0 && !isWholeSeconds(ttlSeconds)) {
      const message = 'the _ttl of a message is a whole number of seconds, 0 or more';
      this.#refuse(session, { code: 'bad_message', message }, shownTarget(target), messageId);
    } else if (isClientId(target)) {
      const ttlMs = ttlSeconds === undefined ? undefined : ttlSeconds * 1000;
      this.#router.route({ sender: session, target, payload: bytes, messageId, ttlMs, relayFields }, nowMs);
    } else {
      this.#refuse(session, { code: 'invalid_target', message: whyNoTarget(target) }, shownTarget(target), messageId);
    }
  }

  /** Whether the session may send one more message; says so, and closes it in the end, when it may not. */
  #takeRate(session: Session, bytes: Uint8Array | undefined, nowMs: number): boolean {
    if (session.rate.take(session.limits, session.room.rate, nowMs)) return true;
    this.#overRate.handle(session, 1, nowMs, () => {
      if (bytes !== undefined) this.#tellRefused(session, bytes);
    });
    return false;
  }

  handlePing(session: Session, data: Uint8Array): void {
    session.pong(data);
    this.#overRate.handleControl(session, this.#clock());
  }

  /** `number` is that of a ping of the relay, undefined where it is none. */
  handlePong(session: Session, number: number | undefined): void {
    if (number !== undefined && session.pings.isAnswer(number)) this.#switchboard.handlePong(session, number);
    else this.#overRate.handleControl(session, this.#clock());
  }

  handleBinary(session: Session): void {
    if (session.isEnded) return;
    const nowMs = this.#clock();
    this.#signsOfLife.noteHeard(session, nowMs);
    if (this.#takeRate(session, undefined, nowMs)) {
      this.#refuse(session, { code: 'binary_unsupported', message: 'a binary message came: send JSON in text frames' });
    }
  }
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
