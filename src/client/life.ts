import type { Random } from './backoff.ts';
import type { Clock } from './clock.ts';
import { type Connection, type ConnectionListener, openConnection } from './connection.ts';
import { advance, firstLifecycle, type LifecycleEvent } from './connection-state.ts';
import { RelayConnectionError, RelaySendError } from './errors.ts';
import type { OpenSocket } from './socket.ts';
import type { ConnectionState, Ending, RelayClientOptions, Session } from './types.ts';

/** What the client needs from outside: the network, the time, and chance. */
export interface RelayClientPorts {
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  readonly random: Random;
}

/** A connection that is authenticated. */
export interface Online {
  readonly connection: Connection;
  readonly session: Session;
}

export interface LifeListener extends Omit<ConnectionListener, 'authenticated' | 'ended'> {
  /** Told before the state that says so. */
  authenticated(online: Online): void;
  changed(state: ConnectionState): void;
  /** A connection is gone, for this reason. */
  lost(reason: string): void;
}

/** One life with many connections: after each loss it waits, connects and authenticates again. */
export interface Life {
  readonly state: ConnectionState;
  readonly isClosed: boolean;
  current(): Online | undefined;
  /** Throws `RelaySendError` when not authenticated. */
  online(): Online;
  ready(): Promise<string>;
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

const stopped: Ending = { kind: 'closed', closeCode: 1000, reason: 'closed by this client' };

/** Starts to connect at once. */
export function createLife(
  ports: RelayClientPorts,
  options: Omit<RelayClientOptions, 'url'>,
  listener: LifeListener,
): Life {
  return new ClientLife(ports, options, listener);
}

class ClientLife implements Life {
  readonly #ports: RelayClientPorts;
  readonly #options: Omit<RelayClientOptions, 'url'>;
  readonly #listener: LifeListener;
  /** Closed, and the last connection has ended. */
  readonly #gone = Promise.withResolvers<void>();
  #lifecycle = firstLifecycle;
  #connection: Connection | undefined;
  #session: Session | undefined;
  #cancelRetry: () => void = () => undefined;
  #isPaused = false;
  #awaitingReady: PromiseWithResolvers<string>[] = [];

  constructor(ports: RelayClientPorts, options: Omit<RelayClientOptions, 'url'>, listener: LifeListener) {
    this.#ports = ports;
    this.#options = options;
    this.#listener = listener;
    this.#connect();
  }

  get state(): ConnectionState {
    return this.#lifecycle.state;
  }

  get isClosed(): boolean {
    return this.state.phase === 'closed';
  }

  current(): Online | undefined {
    const connection = this.#connection;
    const session = this.#session;
    if (this.state.phase !== 'authenticated' || connection === undefined || session === undefined) return undefined;
    return { connection, session };
  }

  online(): Online {
    const now = this.current();
    if (now !== undefined) return now;
    const why = 'ending' in this.state ? `: ${this.state.ending.reason}` : ' yet';
    // Nothing is kept for later: a command that fires late is worse than one that fails.
    throw new RelaySendError('not_connected', `not connected to the relay${why}`);
  }

  ready(): Promise<string> {
    const waiting = Promise.withResolvers<string>();
    const { state } = this;
    if (state.phase === 'authenticated') waiting.resolve(state.clientId);
    else if (state.phase === 'closed') waiting.reject(new RelayConnectionError(state.ending));
    else this.#awaitingReady.push(waiting);
    return waiting.promise;
  }

  pause(): void {
    this.#isPaused = true;
    if (this.state.phase === 'authenticated') this.#connection?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#connection?.resume();
  }

  close(): Promise<void> {
    this.#apply({ type: 'stop', ending: stopped });
    if (this.#connection === undefined) this.#gone.resolve();
    else this.#connection.close();
    return this.#gone.promise;
  }

  #apply(event: LifecycleEvent): void {
    const { clock, random } = this.#ports;
    const policy = { mode: this.#options.mode ?? 'unattended', reconnect: this.#options.reconnect ?? true };
    const before = this.state;
    this.#lifecycle = advance(this.#lifecycle, event, { policy, random, nowMs: clock.nowMs() });
    if (this.state === before) return;
    this.#enter(this.state);
    this.#listener.changed(this.state);
  }

  #enter(state: ConnectionState): void {
    const { clock } = this.#ports;
    switch (state.phase) {
      case 'connecting':
        this.#connect();
        return;
      case 'authenticated':
        this.#enterSession(state.clientId);
        return;
      case 'waiting':
        this.#cancelRetry = clock.after(state.retryAtMs - clock.nowMs(), () => this.#apply({ type: 'retry' }));
        return;
      case 'closed':
        this.#cancelRetry();
        this.#settleReady((waiting) => waiting.reject(new RelayConnectionError(state.ending)));
        if (this.#connection === undefined) this.#gone.resolve();
        return;
      default:
        state satisfies never;
    }
  }

  #connect(): void {
    const { credentials, extensions, heartbeatMs, heartbeatTimeoutMs, connectTimeoutMs } = this.#options;
    this.#connection = openConnection(
      this.#ports,
      {
        credentials,
        extensions,
        heartbeatMs: heartbeatMs ?? 30_000,
        heartbeatTimeoutMs: heartbeatTimeoutMs ?? 10_000,
        connectTimeoutMs: connectTimeoutMs ?? 10_000,
      },
      {
        ...this.#listener,
        authenticated: (session) => this.#handleAuthenticated(session),
        ended: (ending) => this.#handleEnded(ending),
      },
    );
  }

  #handleAuthenticated(session: Session): void {
    this.#session = session;
    this.#apply({ type: 'authenticated', clientId: session.clientId });
  }

  #enterSession(clientId: string): void {
    if (this.#isPaused) this.#connection?.pause();
    const now = this.current();
    if (now !== undefined) this.#listener.authenticated(now);
    this.#settleReady((waiting) => waiting.resolve(clientId));
  }

  #handleEnded(ending: Ending): void {
    this.#connection = undefined;
    this.#session = undefined;
    this.#listener.lost(this.isClosed ? stopped.reason : ending.reason);
    if (this.isClosed) this.#gone.resolve();
    else this.#apply({ type: 'ended', ending });
  }

  #settleReady(settle: (waiting: PromiseWithResolvers<string>) => void): void {
    const settled = this.#awaitingReady;
    this.#awaitingReady = [];
    for (const waiting of settled) settle(waiting);
  }
}
