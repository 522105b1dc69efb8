import type { ExtensionName } from '../../protocol/extensions.ts';
import { limitsToJson, type UserLimits } from '../../protocol/limits.ts';
import { credentialsBytesMax, type Refusal } from '../../protocol/messages.ts';
import type { Clock } from '../clock.ts';
import type { Incoming } from '../messages/incoming.ts';
import type { MessageRun } from '../messages/message-run.ts';
import { closeWithError } from '../messages/own-messages.ts';
import type { AuthThrottle } from '../rates/auth-throttle.ts';
import type { Link, LinkListener } from '../rooms/link.ts';
import { Session } from '../rooms/session.ts';
import type { Switchboard } from '../rooms/switchboard.ts';
import { firstMessageTooBig, type Login } from './handshake.ts';

/** What all connections of a relay share. */
export interface ConnectionShared {
  readonly switchboard: Switchboard;
  readonly incoming: Incoming;
  readonly clock: Clock;
  readonly throttle: AuthThrottle;
  readonly logIn: (firstMessage: Uint8Array) => Login | Refusal;
  /** The connection has a session, or is gone: it is none of those any more that are not authenticated. */
  readonly onDecided: (connection: Connection) => void;
  /** The socket is gone. */
  readonly onClosed: (connection: Connection) => void;
  readonly onRefused: (refusal: Refusal, address: string) => void;
}

/** What a socket without a session may leave unread before its pings stay unanswered. */
const strangersUnsentBytesMax = 4096;

/**
 * What may come that is nobody's before the connection is not read any more: pings before the credentials, and what was under way
 * when it was ended, with the peer's close frame behind it. To read on would let everybody flood who was turned away.
 */
const unheardBytesMax = 64 * 1024;
/** A frame of a client has at least so many bytes around its payload (RFC 6455 §5.2). */
const frameBytesMin = 6;

/** What is handled at once of a client that is over its rate: the smallest messages are a thousandth of it, and each has its cost. */
const overRatePartBytes = 2048;

/** One socket from its upgrade to its end: first its credentials are awaited, then it is a session, then nothing. */
export class Connection implements LinkListener {
  readonly openedAtMs: number;
  readonly #link: Link;
  readonly #shared: ConnectionShared;
  #session: Session | undefined;
  #state: 'awaiting credentials' | 'in session' | 'refused' = 'awaiting credentials';
  #unheardBytes = 0;

  constructor(link: Link, shared: ConnectionShared) {
    this.#link = link;
    this.#shared = shared;
    this.openedAtMs = shared.clock();
  }

  get messageBytesMax(): number {
    if (this.#session !== undefined) return this.#session.limits.message_bytes;
    return this.#state === 'awaiting credentials' ? credentialsBytesMax : Number.POSITIVE_INFINITY;
  }

  get takesRuns(): boolean {
    return this.#session !== undefined;
  }

  get partBytesMax(): number {
    return this.#session?.isOverRate(this.#shared.clock) === true ? overRatePartBytes : Number.POSITIVE_INFINITY;
  }

  get isHeldBack(): boolean {
    const session = this.#session;
    return session !== undefined && !session.isEnded && session.reading.isHeldFor('rate');
  }

  handleRun(run: MessageRun): void {
    if (this.#session !== undefined) this.#shared.incoming.handleRun(this.#session, run);
  }

  handleTooBig(bytes: number): void {
    if (this.#session !== undefined) this.#shared.incoming.handleTooBig(this.#session, bytes);
    else this.refuse(firstMessageTooBig(bytes));
  }

  handleText(bytes: Uint8Array): void {
    const session = this.#session;
    if (session === undefined && this.#state === 'awaiting credentials') this.#handleFirstMessage(bytes);
    else if (session === undefined || session.isEnded) this.#noteUnheard(bytes);
    else this.#shared.incoming.handleText(session, bytes);
  }

  handleBinary(bytes: Uint8Array): void {
    const session = this.#session;
    if (session !== undefined && !session.isEnded) this.#shared.incoming.handleBinary(session);
    else if (this.#state !== 'awaiting credentials') this.#noteUnheard(bytes);
    else
      this.refuse({ code: 'bad_message', message: 'the first message must be text: a JSON object with credentials' });
  }

  handlePing(data: Uint8Array): void {
    const link = this.#link;
    const session = this.#session;
    if (session !== undefined && !session.isEnded) {
      this.#shared.incoming.handlePing(session, data);
      this.#noteHeard();
      return;
    }
    if (link.unsentBytes < strangersUnsentBytesMax) link.sendPong(data);
    this.#noteUnheard(data);
  }

  handlePong(data: Uint8Array, number: number | undefined): void {
    const session = this.#session;
    if (session === undefined || session.isEnded) {
      this.#noteUnheard(data);
      return;
    }
    this.#noteHeard();
    this.#shared.incoming.handlePong(session, number);
  }

  handleWritable(): void {
    if (this.#session !== undefined) this.#shared.switchboard.handleWritable(this.#session);
  }

  handleClosed(): void {
    this.#decide('refused');
    if (this.#session !== undefined) this.#shared.switchboard.rooms.leave(this.#session);
    this.#session = undefined;
    this.#shared.onDecided(this);
    this.#shared.onClosed(this);
  }

  /** Takes nothing more from the client, as the relay shuts down. */
  stopReading(): void {
    if (this.#session !== undefined) this.#session.stopReading();
    else this.#link.pauseReading();
  }

  /** Ends a connection that has no session: one error, then the close with its code (PROTOCOL A2). */
  refuse(refusal: Refusal): void {
    if (this.#state !== 'awaiting credentials') return;
    this.#decide('refused');
    const { throttle, onRefused } = this.#shared;
    const link = this.#link;
    const close = (last: Refusal) => closeWithError(link, last);
    onRefused(refusal, link.address);
    if (refusal.code === 'invalid_credentials') throttle.punish(link.address, refusal, close);
    else close(refusal);
  }

  /** Ends whatever it is, as the relay shuts down. */
  goAway(): void {
    const message = 'the relay shuts down or restarts: connect again with backoff';
    if (this.#session !== undefined) this.#shared.switchboard.rooms.end(this.#session, 'going_away', message);
    else this.refuse({ code: 'going_away', message });
  }

  #decide(state: 'in session' | 'refused'): void {
    this.#state = state;
    // Who was refused counts on until its socket is gone, which may take some seconds.
    if (state === 'in session') this.#shared.onDecided(this);
  }

  #handleFirstMessage(bytes: Uint8Array): void {
    const { switchboard, logIn } = this.#shared;
    const link = this.#link;
    const login = logIn(bytes);
    if ('code' in login) {
      this.refuse(login);
      return;
    }
    const session = switchboard.rooms.join({ ...login, link });
    if (!(session instanceof Session)) {
      this.refuse(session);
      return;
    }
    this.#session = session;
    this.#decide('in session');
    session.answer({
      status: 'authenticated',
      client_id: session.clientId,
      ...negotiated(login.granted, session.limits),
    });
    switchboard.rooms.startDelivery(session);
  }

  #noteUnheard({ length }: Uint8Array): void {
    this.#unheardBytes += frameBytesMin + length;
    if (this.#unheardBytes > unheardBytesMax) this.#link.ignore();
  }

  #noteHeard(): void {
    if (this.#session !== undefined)
      this.#shared.switchboard.signsOfLife.noteHeard(this.#session, this.#shared.clock());
  }
}

/** Two more keys for who asked for extensions, none for who did not (PROTOCOL B). */
function negotiated(granted: readonly ExtensionName[] | undefined, limits: UserLimits) {
  return granted === undefined ? {} : { extensions: granted, limits: limitsToJson(limits) };
}
