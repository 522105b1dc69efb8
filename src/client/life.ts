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
  const { clock, random } = ports;
  const policy = { mode: options.mode ?? 'unattended', reconnect: options.reconnect ?? true };
  const gone = Promise.withResolvers<void>();
  let lifecycle = firstLifecycle;
  let connection: Connection | undefined;
  let session: Session | undefined;
  let cancelRetry: () => void = () => undefined;
  let paused = false;
  let awaitingReady: PromiseWithResolvers<string>[] = [];

  function apply(event: LifecycleEvent): void {
    const before = lifecycle.state;
    lifecycle = advance(lifecycle, event, { policy, random, nowMs: clock.nowMs() });
    if (lifecycle.state === before) return;
    enter(lifecycle.state);
    listener.changed(lifecycle.state);
  }

  function enter(state: ConnectionState): void {
    switch (state.phase) {
      case 'connecting':
        connect();
        return;
      case 'authenticated':
        enterSession(state.clientId);
        return;
      case 'waiting':
        cancelRetry = clock.after(state.retryAtMs - clock.nowMs(), () => apply({ type: 'retry' }));
        return;
      case 'closed':
        cancelRetry();
        settleReady((waiting) => waiting.reject(new RelayConnectionError(state.ending)));
        if (connection === undefined) gone.resolve();
        return;
      default:
        state satisfies never;
    }
  }

  function enterSession(clientId: string): void {
    if (paused) connection?.pause();
    const now = current();
    if (now !== undefined) listener.authenticated(now);
    settleReady((waiting) => waiting.resolve(clientId));
  }

  function settleReady(settle: (waiting: PromiseWithResolvers<string>) => void): void {
    const settled = awaitingReady;
    awaitingReady = [];
    for (const waiting of settled) settle(waiting);
  }

  function isClosed(): boolean {
    return lifecycle.state.phase === 'closed';
  }

  function connect(): void {
    const { credentials, extensions, heartbeatMs, heartbeatTimeoutMs, connectTimeoutMs } = options;
    connection = openConnection(
      ports,
      {
        credentials,
        extensions,
        heartbeatMs: heartbeatMs ?? 30_000,
        heartbeatTimeoutMs: heartbeatTimeoutMs ?? 10_000,
        connectTimeoutMs: connectTimeoutMs ?? 10_000,
      },
      { ...listener, authenticated: handleAuthenticated, ended: handleEnded },
    );
  }

  function handleAuthenticated(granted: Session): void {
    session = granted;
    apply({ type: 'authenticated', clientId: granted.clientId });
  }

  function handleEnded(ending: Ending): void {
    connection = undefined;
    session = undefined;
    listener.lost(isClosed() ? stopped.reason : ending.reason);
    if (isClosed()) gone.resolve();
    else apply({ type: 'ended', ending });
  }

  function current(): Online | undefined {
    if (lifecycle.state.phase !== 'authenticated' || connection === undefined || session === undefined)
      return undefined;
    return { connection, session };
  }

  connect();
  return {
    get state() {
      return lifecycle.state;
    },
    get isClosed() {
      return isClosed();
    },
    current,
    online() {
      const now = current();
      if (now !== undefined) return now;
      const { state } = lifecycle;
      const why = 'ending' in state ? `: ${state.ending.reason}` : ' yet';
      // Nothing is kept for later: a command that fires late is worse than one that fails.
      throw new RelaySendError('not_connected', `not connected to the relay${why}`);
    },
    ready() {
      const waiting = Promise.withResolvers<string>();
      const { state } = lifecycle;
      if (state.phase === 'authenticated') waiting.resolve(state.clientId);
      else if (state.phase === 'closed') waiting.reject(new RelayConnectionError(state.ending));
      else awaitingReady.push(waiting);
      return waiting.promise;
    },
    pause() {
      paused = true;
      if (lifecycle.state.phase === 'authenticated') connection?.pause();
    },
    resume() {
      paused = false;
      connection?.resume();
    },
    close() {
      apply({ type: 'stop', ending: stopped });
      if (connection === undefined) gone.resolve();
      else connection.close();
      return gone.promise;
    },
  };
}
