import { addClientFields } from '../protocol/address.ts';
import { isClientId } from '../protocol/client-id.ts';
import { clientIdRule } from '../protocol/messages.ts';
import { parseRelayUrl } from './address.ts';
import type { Random } from './backoff.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Connection, openConnection } from './connection.ts';
import { advance, firstLifecycle, type LifecycleEvent } from './connection-state.ts';
import { RelayConnectionError, RelaySendError } from './errors.ts';
import { createEvents } from './events.ts';
import { type OpenSocket, socketOpener } from './socket.ts';
import type { ConnectionState, Ending, RelayClient, RelayClientEvents, RelayClientOptions } from './types.ts';

/** What the client needs from outside: the network, the time, and chance. */
export interface RelayClientPorts {
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  readonly random: Random;
}

const stopped: Ending = { kind: 'closed', closeCode: 1000, reason: 'closed by this client' };

/**
 * Connects to a relay and stays connected (PROTOCOL A6): after every loss it waits, connects and authenticates again, as the
 * reconnect column of PROTOCOL D says.
 *
 * @throws RelayAddressError when `url` is no address of a relay, or `ca` holds no certificate.
 */
export function createRelayClient(options: RelayClientOptions): RelayClient {
  const openSocket = socketOpener(parseRelayUrl(options.url).ws, options.ca);
  return createRelayClientOn({ openSocket, clock: systemClock, random: Math.random }, options);
}

/** The same on other ports: tests bring their own time, chance and network. */
export function createRelayClientOn(ports: RelayClientPorts, options: Omit<RelayClientOptions, 'url'>): RelayClient {
  const { clock, random } = ports;
  const policy = { mode: options.mode ?? 'unattended', reconnect: options.reconnect ?? true };
  const events = createEvents<RelayClientEvents>({
    state: new Set(),
    message: new Set(),
    refused: new Set(),
    roundTrip: new Set(),
  });
  const gone = Promise.withResolvers<void>();
  let lifecycle = firstLifecycle;
  let connection: Connection | undefined;
  let cancelRetry: () => void = () => undefined;
  let paused = false;
  let awaitingReady: PromiseWithResolvers<string>[] = [];

  function apply(event: LifecycleEvent): void {
    const before = lifecycle.state;
    lifecycle = advance(lifecycle, event, { policy, random, nowMs: clock.nowMs() });
    if (lifecycle.state === before) return;
    enter(lifecycle.state);
    events.emit('state', lifecycle.state);
  }

  function enter(state: ConnectionState): void {
    switch (state.phase) {
      case 'connecting':
        connect();
        return;
      case 'authenticated':
        if (paused) connection?.pause();
        settleReady((waiting) => waiting.resolve(state.clientId));
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

  function settleReady(settle: (waiting: PromiseWithResolvers<string>) => void): void {
    const settled = awaitingReady;
    awaitingReady = [];
    for (const waiting of settled) settle(waiting);
  }

  function isClosed(): boolean {
    return lifecycle.state.phase === 'closed';
  }

  function connect(): void {
    connection = openConnection(
      ports,
      {
        credentials: options.credentials,
        heartbeatMs: options.heartbeatMs ?? 30_000,
        heartbeatTimeoutMs: options.heartbeatTimeoutMs ?? 10_000,
        connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
      },
      {
        authenticated: (clientId) => apply({ type: 'authenticated', clientId }),
        message: (message) => {
          if (!isClosed()) events.emit('message', message);
        },
        refused: (error) => events.emit('refused', error),
        roundTrip: (durationMs) => events.emit('roundTrip', durationMs),
        ended(ending) {
          connection = undefined;
          if (isClosed()) gone.resolve();
          else apply({ type: 'ended', ending });
        },
      },
    );
  }

  /** The connection to send on. Nothing is kept for later: a command that fires late is worse than one that fails. */
  function online(): { readonly connection: Connection; readonly clientId: string } {
    const { state } = lifecycle;
    if (state.phase === 'authenticated' && connection !== undefined) return { connection, clientId: state.clientId };
    const why = 'ending' in state ? `: ${state.ending.reason}` : ' yet';
    throw new RelaySendError('not_connected', `not connected to the relay${why}`);
  }

  async function sendText(target: string, json: string): Promise<void> {
    const current = online();
    if (!isClientId(target)) {
      throw new RelaySendError('invalid_target', `${JSON.stringify(target)} is no client id: ${clientIdRule}`);
    }
    const addressed = addClientFields(json, { target, sender: current.clientId });
    if ('problem' in addressed) throw new RelaySendError('invalid_payload', addressed.problem);
    await current.connection.send(addressed.json);
  }

  function close(): Promise<void> {
    apply({ type: 'stop', ending: stopped });
    if (connection === undefined) gone.resolve();
    else connection.close();
    return gone.promise;
  }

  connect();
  return {
    get state() {
      return lifecycle.state;
    },
    on: events.on,
    ready() {
      const waiting = Promise.withResolvers<string>();
      const { state } = lifecycle;
      if (state.phase === 'authenticated') waiting.resolve(state.clientId);
      else if (state.phase === 'closed') waiting.reject(new RelayConnectionError(state.ending));
      else awaitingReady.push(waiting);
      return waiting.promise;
    },
    send: async (target, payload) => sendText(target, toJson(payload)),
    sendText,
    ping: async () => online().connection.ping(),
    pause() {
      paused = true;
      if (lifecycle.state.phase === 'authenticated') connection?.pause();
    },
    resume() {
      paused = false;
      connection?.resume();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function toJson(payload: Readonly<Record<string, unknown>>): string {
  try {
    // JSON.stringify gives undefined for what toJSON makes nothing of; as text it is refused for what it is.
    return String(JSON.stringify(payload));
  } catch (error) {
    throw new RelaySendError('invalid_payload', `the payload has no JSON: ${String(error)}`);
  }
}
