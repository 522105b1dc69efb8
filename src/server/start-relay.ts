import { type Logger, pino } from 'pino';
import { connectPath } from '../protocol/messages.ts';
import { checkOptions, checkTls } from './check-options.ts';
import { createCore } from './core.ts';
import { checkFirstStart, listen } from './listen.ts';
import { createMetrics } from './metrics.ts';
import { sampleRelay } from './metrics-sample.ts';
import { createNetwork } from './network.ts';
import { httpAddress, type RelayOptions, RelayStartError, type ReloadOptions } from './relay-options.ts';
import { PendingConnections } from './sockets/pending.ts';
import type { StoreEvent } from './store/operations.ts';
import { openSqliteStore } from './store/sqlite-store.ts';
import { type FileStore, type StoreListener, StoreOpenError } from './store/store.ts';
import { startSweeper } from './sweeper.ts';

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
  /** Throws `RelayStartError`, and changes nothing, where the certificate and its key cannot be used. */
  reload(options: ReloadOptions): void;
}

const defaultPort = 8787;
/** How long clients may take to answer the close frame on a shutdown, in milliseconds. */
const closeGraceMs = 3000;

/** Starts a relay: opens its data folder, then listens. Throws `RelayStartError` when it cannot. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const host = options.host ?? '127.0.0.1';
  const wantedPort = options.port ?? defaultPort;
  checkOptions(options, host);
  await checkFirstStart(options.dataDir, host, wantedPort);
  const log = createLogger(options);
  let endingReason: string | undefined;
  const pending = new PendingConnections();
  const metrics = createMetrics({ sample: () => sampleRelay({ ...core, store, pending }) });
  let lostAtOpening = 0;
  function tellStoreEvent(event: StoreEvent): void {
    log.warn(event, 'store');
    if (event.event === 'record-damaged') lostAtOpening += event.messages ?? 0;
  }
  const store = await openStore(options, tellStoreEvent, {
    onRelieved: () => core.switchboard.router.handleStoreRelieved(),
    onCommit: (durationMs, operations) => metrics.noteCommit(durationMs, operations),
    onFatal(reason) {
      endingReason ??= reason;
      log.fatal({ reason }, 'the store can promise nothing any more');
      options.onFatal?.(reason);
    },
  });
  const core = await createCore(options, store, log, metrics);
  core.switchboard.reports.lost(lostAtOpening);
  const { http, sockets, connections } = createNetwork({
    options,
    core,
    store,
    pending,
    metrics,
    log,
    endingReason: () => endingReason,
  });

  const port = await listen(http, host, wantedPort).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const bootstrap = core.directory.isEmpty ? await core.directory.bootstrap('default') : undefined;
  const sweeper = startSweeper({ ...core, pending, log });
  log.info({ host, port }, 'listening');

  async function drain(): Promise<void> {
    endingReason ??= 'the relay shuts down or restarts';
    for (const connection of connections) connection.stopReading();
    await store.flush();
    for (const connection of connections) connection.goAway();
    http.endWaits();
    await sockets.close(closeGraceMs);
    sweeper.close();
    core.throttle.close();
    metrics[Symbol.dispose]();
    await http.close();
    await core.directory.devices
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
      // All of it or nothing.
      if (changed.tls !== undefined) checkTls(changed.tls);
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
