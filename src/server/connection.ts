import { isClientId } from '../protocol/client-id.ts';
import { readEnvelope } from '../protocol/envelope.ts';
import { clientIdRule, type Refusal } from '../protocol/messages.ts';
import { formatSize } from '../protocol/units.ts';
import type { AuthThrottle } from './auth-throttle.ts';
import type { Clock } from './clock.ts';
import type { Login } from './handshake.ts';
import type { Link, LinkListener } from './link.ts';
import { closeWithError, Session } from './session.ts';
import type { Switchboard } from './switchboard.ts';

export interface ConnectionOptions {
  readonly link: Link;
  readonly switchboard: Switchboard;
  readonly clock: Clock;
  readonly throttle: AuthThrottle;
  readonly logIn: (firstMessage: Uint8Array) => Login | Refusal;
  /** The connection waits for credentials no longer: it has a session, or it was refused. */
  readonly onDecided: (connection: Connection) => void;
  /** The socket is gone. */
  readonly onClosed: (connection: Connection) => void;
  readonly onRefused: (refusal: Refusal, address: string) => void;
}

/** What a socket without a session may leave unread before its pings stay unanswered. */
const strangersUnsentBytesMax = 4096;
/** Longest target that is said back in an error when it is no client id. */
const echoedTargetLengthMax = 256;

/** One socket from its upgrade to its end: first its credentials are awaited, then it is a session, then nothing. */
export class Connection implements LinkListener {
  readonly openedAtMs: number;
  readonly #options: ConnectionOptions;
  #session: Session | undefined;
  #state: 'awaiting credentials' | 'in session' | 'refused' = 'awaiting credentials';

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.openedAtMs = options.clock();
  }

  handleText(bytes: Uint8Array): void {
    if (this.#session !== undefined) this.#handleMessage(this.#session, bytes);
    else if (this.#state === 'awaiting credentials') this.#handleFirstMessage(bytes);
  }

  handleBinary(_bytes: Uint8Array): void {
    const session = this.#session;
    if (session === undefined) {
      if (this.#state === 'awaiting credentials') {
        this.refuse({ code: 'bad_message', message: 'the first message must be text: a JSON object with credentials' });
      }
      return;
    }
    const nowMs = this.#options.clock();
    if (!this.#takeRate(session, nowMs)) return;
    this.#options.switchboard.noteHeard(session, nowMs);
    session.refuse('binary_unsupported', 'a binary message came: send JSON in text frames');
  }

  handlePing(data: Uint8Array): void {
    const { link } = this.#options;
    if (this.#session !== undefined) this.#session.pong(data);
    else if (link.unsentBytes < strangersUnsentBytesMax) link.sendPong(data);
    this.#noteHeard();
  }

  handlePong(number: number | undefined): void {
    this.#noteHeard();
    if (this.#session !== undefined && number !== undefined)
      this.#options.switchboard.handlePong(this.#session, number);
  }

  handleWritable(): void {
    if (this.#session !== undefined) this.#options.switchboard.handleWritable(this.#session);
  }

  handleClosed(_closeCode: number): void {
    this.#decide('refused');
    if (this.#session !== undefined) this.#options.switchboard.leave(this.#session);
    this.#session = undefined;
    this.#options.onClosed(this);
  }

  /** Takes nothing more from the client, as the relay shuts down. */
  stopReading(): void {
    this.#options.link.pauseReading();
  }

  /** Ends a connection that has no session: one error, then the close with its code (PROTOCOL A2). */
  refuse(refusal: Refusal): void {
    if (this.#state !== 'awaiting credentials') return;
    this.#decide('refused');
    const { link, throttle, onRefused } = this.#options;
    const close = (last: Refusal) => closeWithError(link, last);
    onRefused(refusal, link.address);
    if (refusal.code === 'invalid_credentials') throttle.punish(link.address, refusal, close);
    else close(refusal);
  }

  /** Ends whatever it is, as the relay shuts down. */
  goAway(): void {
    const message = 'the relay shuts down or restarts: connect again with backoff';
    if (this.#session !== undefined) this.#options.switchboard.end(this.#session, 'going_away', message);
    else this.refuse({ code: 'going_away', message });
  }

  #decide(state: 'in session' | 'refused'): void {
    const wasUndecided = this.#state === 'awaiting credentials';
    this.#state = state;
    if (wasUndecided) this.#options.onDecided(this);
  }

  #handleFirstMessage(bytes: Uint8Array): void {
    const { link, switchboard, logIn } = this.#options;
    const login = logIn(bytes);
    const session = 'code' in login ? login : switchboard.join({ ...login, link });
    if (!(session instanceof Session)) {
      this.refuse(session);
      return;
    }
    this.#session = session;
    this.#decide('in session');
    session.answer({ status: 'authenticated', client_id: session.clientId });
    switchboard.startDelivery(session);
  }

  #noteHeard(): void {
    if (this.#session !== undefined) this.#options.switchboard.noteHeard(this.#session, this.#options.clock());
  }

  #handleMessage(session: Session, bytes: Uint8Array): void {
    if (session.isEnded) return;
    const { switchboard, clock } = this.#options;
    const nowMs = clock();
    switchboard.noteHeard(session, nowMs);
    if (!this.#takeRate(session, nowMs)) return;
    const bytesMax = session.limits.message_bytes;
    if (bytes.length > bytesMax) {
      const problem = `a message of ${bytes.length} bytes came, ${formatSize(bytesMax)} are allowed (message_bytes)`;
      switchboard.end(session, 'message_too_big', problem);
      return;
    }
    const envelope = readEnvelope(bytes);
    if (envelope.kind !== 'object') {
      const what = envelope.kind === 'invalid' ? 'is not valid JSON' : 'is JSON but not an object';
      session.refuse('bad_message', `a message of ${bytes.length} bytes ${what}: send one JSON object with a target`);
      return;
    }
    if (!envelope.hasTarget) {
      handleAction(session, envelope.action);
      return;
    }
    const { target } = envelope;
    if (!isClientId(target)) {
      refuseTarget(session, target);
      return;
    }
    const refusal = switchboard.route(session, bytes, target, nowMs);
    if (refusal !== undefined) session.refuse(refusal.code, refusal.message, target);
  }

  /** Whether the session may send one more message; says so, and closes it in the end, when it may not. */
  #takeRate(session: Session, nowMs: number): boolean {
    if (session.rate.take(session.limits, session.room.rate, nowMs)) return true;
    if (session.rate.isFlood()) {
      const message =
        'the message rate was exceeded for 10 s without a pause: send slower (message_rate, user_message_rate)';
      this.#options.switchboard.end(session, 'rate_limited', message);
    } else {
      tellRateLimited(session, nowMs);
    }
    return false;
  }
}

/** Says `rate_limited` for the messages that were refused since the last time, if one may be said now. */
export function tellRateLimited(session: Session, nowMs: number): void {
  const count = session.rate.takeUntold(nowMs);
  if (count === 0) return;
  const { message_rate, user_message_rate } = session.limits;
  const rates = `${message_rate} a second for one connection, ${user_message_rate} for all of the user`;
  session.answer({
    status: 'error',
    code: 'rate_limited',
    message: `${count} messages over the rate were not taken (${rates}): send slower`,
    count,
  });
}

function handleAction(session: Session, action: string | undefined): void {
  if (action === 'ping') session.answer({ status: 'pong' });
  else if (action === undefined) {
    session.refuse('missing_target', 'the message has no target: add "target" with the client id of its receiver');
  } else {
    const shown = JSON.stringify(action.slice(0, 64));
    session.refuse(
      'unknown_action',
      `the action ${shown} is not known here: without a target only {"action":"ping"} is`,
    );
  }
}

function refuseTarget(session: Session, target: string | undefined): void {
  const isShown = target !== undefined && target.length <= echoedTargetLengthMax && target.isWellFormed();
  const shown =
    target === undefined
      ? 'is not a string'
      : `${isShown ? JSON.stringify(target) : 'is too long and'} is no client id`;
  session.refuse('invalid_target', `the target ${shown}: ${clientIdRule}`, isShown ? target : undefined);
}
