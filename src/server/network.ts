import type { Socket } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';
import type { Logger } from 'pino';
import type { Core } from './core.ts';
import { createHttpServer } from './http/http-server.ts';
import { createLaneShared, type LaneShared } from './lane/lane-shared.ts';
import type { Metrics } from './metrics.ts';
import { type RelayOptions, trustedProxies } from './relay-options.ts';
import { Connection, type ConnectionShared } from './sockets/connection.ts';
import { readLogin } from './sockets/handshake.ts';
import type { PendingConnections } from './sockets/pending.ts';
import { Sockets } from './sockets/sockets.ts';
import { checkUpgrade, refuseUpgrade } from './sockets/upgrade.ts';
import type { FileStore } from './store/store.ts';

export interface NetworkParts {
  readonly options: RelayOptions;
  readonly core: Core;
  readonly store: FileStore;
  readonly pending: PendingConnections;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Why the relay comes to its end, so that nobody new is let in; undefined while it does not. */
  readonly endingReason: () => string | undefined;
}

/** What of the relay speaks to the network: its HTTP server, and the sockets that come out of that. It does not listen yet. */
export function createNetwork(parts: NetworkParts) {
  const { options, core, pending, log, endingReason } = parts;
  const connections = new Set<Connection>();
  const sockets = openSockets(parts, connections);
  const http = openHttp(parts);
  const isTrustedProxy = proxyAddr.compile([...trustedProxies(options.trustProxy)]);
  http.onUpgrade((request, socket: Socket, head) => {
    const address = proxyAddr(request, isTrustedProxy);
    const refusal = checkUpgrade(request, {
      origins: options.origins,
      isFull: pending.count(address) >= core.limits().pending_connections,
      isDraining: endingReason() !== undefined,
    });
    if (refusal === undefined) sockets.accept(request, socket, head, address);
    else refuseUpgrade(socket, refusal, (error) => log.debug({ reason: error.message }, 'socket'));
  });
  return { http, sockets, connections: connections as ReadonlySet<Connection> };
}

function openSockets({ options, core, pending, metrics, log }: NetworkParts, connections: Set<Connection>) {
  const { directory, switchboard, incoming, clock, throttle } = core;
  const shared: ConnectionShared = {
    switchboard,
    incoming,
    clock,
    throttle,
    logIn: (firstMessage) => readLogin(firstMessage, (keyText) => directory.authenticate(keyText)),
    onDecided: (decided) => pending.remove(decided),
    onClosed: (closed) => connections.delete(closed),
    onRefused({ code }, address) {
      metrics.noteRefused(code);
      log.info({ code, address }, 'refused');
    },
  };
  return new Sockets({
    messageBytesMax: () => directory.limits.messageBytesMax,
    lanes: options.fastLane === false ? undefined : openLanes(log),
    onLink(link) {
      const connection = new Connection(link, shared);
      connections.add(connection);
      pending.add(connection, link.address);
      return connection;
    },
    onGone: (code) => metrics.noteGone(code),
    onSocketError: (error, address) => log.debug({ address, reason: error.message }, 'socket'),
    onBug: (error, address) => log.error({ address, error: error.stack }, 'a connection failed'),
  });
}

/** Without WebAssembly, or the address space that it wants, the relay is slower and does the same. */
function openLanes(log: Logger): LaneShared | undefined {
  try {
    return createLaneShared();
  } catch (error) {
    log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'the fast lane is closed');
    return undefined;
  }
}

function openHttp({ options, core, store, metrics, log, endingReason }: NetworkParts) {
  const { directory, switchboard, clock, throttle, pace, limits } = core;
  return createHttpServer({
    context: {
      directory,
      switchboard,
      queue: store.queue,
      backUp: () => store.backUp(),
      clock,
      throttle,
      pace,
      silentAfterMs: () => limits().silent_after,
      limits,
      publicUrl: options.publicUrl,
      isEnding: () => endingReason() !== undefined,
      waits: new Set(),
      notReadyReason: () => endingReason() ?? (store.isWritable() ? undefined : 'the store cannot be written'),
      metrics,
    },
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    trustProxy: trustedProxies(options.trustProxy),
    onBug: (error, request) => log.error({ request, error: error.stack }, 'a request failed'),
  });
}
