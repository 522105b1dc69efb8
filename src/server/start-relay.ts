import type { Socket } from 'node:net';
import proxyAddr from '@fastify/proxy-addr';
import { type Logger, pino } from 'pino';
import { defaultServerLimits, type ServerLimits } from '../protocol/limits.ts';
import { connectPath } from '../protocol/messages.ts';
import { createAuthThrottle } from './auth-throttle.ts';
import { createClock } from './clock.ts';
import { Connection, type ConnectionShared } from './connection.ts';
import { createDirectory } from './directory.ts';
import { readLogin } from './handshake.ts';
import { createHttpServer } from './http/http-server.ts';
import { createIncoming } from './incoming.ts';
import { createLaneShared, type LaneShared } from './lane/lane-shared.ts';
import { checkFirstStart, listen } from './listen.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { sampleRelay } from './metrics-sample.ts';
import { tellRateLimited } from './over-rate.ts';
import { PendingConnections } from './pending.ts';
import {
  checkPlaintext,
  httpAddress,
  type RelayOptions,
  RelayStartError,
  type ReloadOptions,
  trustedProxies,
} from './relay-options.ts';
import { restoreQueues } from './restore-queues.ts';
import { createRevocation } from './revocation.ts';
import { createSockets } from './sockets.ts';
import type { StoreEvent } from './store/operations.ts';
import { openSqliteStore } from './store/sqlite-store.ts';
import { type FileStore, type RelayStore, type StoreListener, StoreOpenError } from './store/store.ts';
import { startSweeper } from './sweeper.ts';
import { createSwitchboard, type Switchboard } from './switchboard.ts';
import { checkUpgrade, refuseUpgrade } from './upgrade.ts';

export { type RelayOptions, RelayStartError, type ReloadOptions } from './relay-options.ts';

export interface Relay {
  /** `ws://127.0.0.1:8787/ws/connect/` */
  readonly url: string;
  /** `http://127.0.0.1:8787` */
  readonly http: string;
  /** The first user and keys, on the first start of an empty data folder only. They are shown once. */
  readonly bootstrap?: { readonly user: string; readonly authKey: string; readonly adminKey: string };
  /** Stops reading, commits, tells every client 1001, and frees port and folder. */
  close(): Promise<void>;
  reload(options: ReloadOptions): void;
}

const defaultPort = 8787;
/** How long clients may take to answer the close frame on a shutdown, in milliseconds. */
const closeGraceMs = 3000;

/** Starts a relay: opens its data folder, then listens. Throws `RelayStartError` when it cannot. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const host = options.host ?? '127.0.0.1';
  const wantedPort = options.port ?? defaultPort;
  checkPlaintext(options, host);
  await checkFirstStart(options.dataDir, host, wantedPort);
  const log = createLogger(options);
  let notReadyReason: string | undefined;
  const metrics = createMetrics({ sample: () => sampleRelay({ ...core, store, pending }) });
  let lostAtOpening = 0;
  function tellStoreEvent(event: StoreEvent): void {
    log.warn(event, 'store');
    if (event.event === 'record-damaged') lostAtOpening += event.messages ?? 0;
  }
  const store = await openStore(options, tellStoreEvent, {
    onRelieved: () => core.switchboard.handleStoreRelieved(),
    onCommit: (durationMs, operations) => metrics.noteCommit(durationMs, operations),
    onFatal(reason) {
      notReadyReason ??= reason;
      log.fatal({ reason }, 'the store can promise nothing any more');
      options.onFatal?.(reason);
    },
  });
  const core = await createCore(options, store, log, metrics);
  core.switchboard.reports.lost(lostAtOpening);
  const { directory, switchboard, clock, throttle, limits } = core;
  const pending = new PendingConnections();
  const connections = new Set<Connection>();

  const shared: ConnectionShared = {
    switchboard,
    incoming: core.incoming,
    clock,
    throttle,
    logIn: (firstMessage) => readLogin(firstMessage, directory.authenticate),
    onDecided: (decided) => pending.remove(decided),
    onClosed: (closed) => connections.delete(closed),
    onRefused({ code }, address) {
      metrics.noteRefused(code);
      log.info({ code, address }, 'refused');
    },
  };
  const sockets = createSockets({
    messageBytesMax: () => directory.messageBytesMax(),
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

  const http = createHttpServer({
    context: {
      directory,
      switchboard,
      queue: store.queue,
      backUp: () => store.backUp(),
      clock,
      throttle,
      silentAfterMs: () => limits().silent_after,
      limits,
      publicUrl: options.publicUrl,
      notReadyReason: () => notReadyReason ?? (store.isWritable() ? undefined : 'the store cannot be written'),
      metrics,
    },
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    trustProxy: trustedProxies(options.trustProxy),
    onBug: (error, request) => log.error({ request, error: error.stack }, 'a request failed'),
  });

  const isTrustedProxy = proxyAddr.compile([...trustedProxies(options.trustProxy)]);
  http.onUpgrade((request, socket: Socket, head) => {
    const address = proxyAddr(request, isTrustedProxy);
    const refusal = checkUpgrade(request, {
      origins: options.origins,
      isFull: pending.count(address) >= limits().pending_connections,
      isDraining: notReadyReason !== undefined,
    });
    if (refusal === undefined) sockets.accept(request, socket, head, address);
    else refuseUpgrade(socket, refusal, (error) => log.debug({ reason: error.message }, 'socket'));
  });

  const port = await listen(http, host, wantedPort).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const bootstrap = directory.isEmpty() ? await directory.bootstrap('default') : undefined;
  const sweeper = startSweeper({ clock, limits, switchboard, directory, pending, throttle, log });
  log.info({ host, port }, 'listening');

  async function drain(): Promise<void> {
    notReadyReason ??= 'the relay shuts down or restarts';
    for (const connection of connections) connection.stopReading();
    await store.flush();
    for (const connection of connections) connection.goAway();
    await sockets.close(closeGraceMs);
    sweeper.close();
    throttle.close();
    metrics[Symbol.dispose]();
    await http.close();
    await directory
      .saveLastSeen()
      .catch((error: Error) => log.warn({ reason: error.message }, 'last-seen times could not be written'));
    await store.close();
    log.info('closed');
  }

  let drained: Promise<void> | undefined;
  const httpUrl = httpAddress(options, host, port);
  return {
    url: `${httpUrl.replace(/^http/, 'ws')}${connectPath}`,
    http: httpUrl,
    ...(bootstrap === undefined ? {} : { bootstrap }),
    close() {
      drained ??= drain();
      return drained;
    },
    reload(changed) {
      core.setLimits(changed);
      if (changed.logLevel !== undefined) log.level = changed.logLevel;
      if (changed.tls !== undefined) http.setTls(changed.tls);
    },
  };
}

function createLogger(options: RelayOptions): Logger {
  if (options.logger === undefined) return pino({ enabled: false });
  return pino({ level: options.logLevel ?? 'info', base: null }, options.logger);
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

async function openStore(
  { dataDir }: RelayOptions,
  log: (event: StoreEvent) => void,
  listener: StoreListener,
): Promise<FileStore> {
  try {
    return await openSqliteStore({ dataDir, listener, log });
  } catch (error) {
    throw error instanceof StoreOpenError ? new RelayStartError(error.message) : error;
  }
}

/** The parts of the relay that do no network I/O, wired to each other. */
async function createCore(options: RelayOptions, store: RelayStore, log: Logger, metrics: Metrics) {
  const clock = createClock();
  let serverLimits: ServerLimits = { ...defaultServerLimits(), ...options.serverLimits };
  const limits = () => serverLimits;

  const directory = createDirectory({
    store: store.directory,
    snapshot: await store.directory.load(),
    clock,
    limitDefaults: options.userLimits ?? {},
    listener: createRevocation(() => switchboard.rooms),
  });

  const switchboard: Switchboard = createSwitchboard({
    store: store.queue,
    clock,
    limitsOf: (userId) => directory.limitsOfId(userId),
    limits,
    onJoined({ room, clientId, link }) {
      metrics.noteLogin();
      log.info({ user: room.userId, client: clientId, address: link.address }, 'joined');
    },
    onLeft({ room, clientId }) {
      directory.noteSeen(room.userId, clientId);
      log.info({ user: room.userId, client: clientId }, 'left');
    },
    onSwept: tellRateLimited,
  });
  const depths = await store.queue.depths();
  restoreQueues({ rooms: switchboard.rooms, depths, users: directory.users(), log });

  return {
    clock,
    limits,
    directory,
    switchboard,
    incoming: createIncoming({
      switchboard,
      clock,
      after: (delayMs, callback) => void setTimeout(callback, delayMs).unref(),
      silentAfterMs: () => serverLimits.silent_after,
      registered: (userId) => directory.devices(userId).map((device) => device.clientId),
    }),
    throttle: createAuthThrottle({ clock, failuresPerMinute: () => serverLimits.auth_failures }),
    setLimits(changed: ReloadOptions): void {
      if (changed.serverLimits !== undefined) serverLimits = { ...defaultServerLimits(), ...changed.serverLimits };
      if (changed.userLimits !== undefined) directory.setLimitDefaults(changed.userLimits);
    },
  };
}
