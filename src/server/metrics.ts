import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { closeCodes, type RelayCode } from '../protocol/codes.ts';
import type { RelaySample } from './metrics-sample.ts';

/** Seconds of a commit: an SSD takes less than one millisecond, a bad disk whole seconds. */
const commitBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** Close codes that are counted by themselves: those of the relay and those of RFC 6455 §7.4.1. A peer may say any other. */
const countedCloseCodes: ReadonlySet<number> = new Set([
  ...closeCodes,
  ...[1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013],
]);
const eventLoopQuantiles = [50, 99] as const;
const monitorIntervalMs = 10;
const nanosecondsPerSecond = 1e9;

export interface MetricsOptions {
  readonly sample: () => RelaySample;
}

export interface Metrics extends Disposable {
  readonly contentType: string;
  /** All metrics in Prometheus text. */
  scrape(): Promise<string>;
  noteLogin(): void;
  /** A connection was refused before it had a session. */
  noteRefused(code: RelayCode): void;
  /** A WebSocket is gone, with this close code. */
  noteGone(closeCode: number): void;
  noteRequest(httpStatus: number): void;
  noteCommit(durationMs: number, operations: number): void;
}

/**
 * What operators watch (PROTOCOL C `/metrics`). No label names a user, a client or a key: they are secret to others, and there is
 * no bound to their number. Nothing here is called for a message: those are counted where they pass, and read at a scrape.
 */
export function createMetrics({ sample }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const prefix = 'softlab_relay_';

  const logins = new Counter({ name: `${prefix}logins_total`, help: 'Sessions opened.', registers });
  const refused = new Counter({
    name: `${prefix}refused_connections_total`,
    help: 'Connections refused before they had a session, by error code.',
    labelNames: ['code'],
    registers,
  });
  const gone = new Counter({
    name: `${prefix}closed_connections_total`,
    help: 'WebSockets that are gone, by the code of the first close frame of either side; 1006 is a connection that broke.',
    labelNames: ['code'],
    registers,
  });
  const requests = new Counter({
    name: `${prefix}http_requests_total`,
    help: 'Requests over HTTP that were answered, by status; upgrades to a WebSocket are not among them.',
    labelNames: ['status'],
    registers,
  });
  const commits = new Histogram({
    name: `${prefix}store_commit_seconds`,
    help: 'Time from handing a batch to the store until its commit returned.',
    buckets: commitBuckets,
    registers,
  });
  const operations = new Counter({
    name: `${prefix}store_operations_total`,
    help: 'Operations of the store; many share a commit.',
    registers,
  });
  const showSample = createSampleView(registry, prefix);
  const showProcess = createProcessView(registry);
  const eventLoop = createEventLoopView(registry, prefix);

  return {
    contentType: registry.contentType,
    async scrape() {
      showSample(sample());
      showProcess();
      eventLoop.show();
      return await registry.metrics();
    },
    noteLogin: () => logins.inc(),
    noteRefused: (code) => refused.inc({ code }),
    noteGone: (code) => gone.inc({ code: countedCloseCodes.has(code) ? String(code) : 'other' }),
    noteRequest: (status) => requests.inc({ status: String(status) }),
    noteCommit(durationMs, count) {
      commits.observe(durationMs / 1000);
      operations.inc(count);
    },
    [Symbol.dispose]: () => eventLoop.close(),
  };
}

/** Shows what was counted elsewhere. */
function createSampleView(registry: Registry, prefix: string): (sample: RelaySample) => void {
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name: `${prefix}${name}`, help, registers });
  const users = gauge('users', 'Users.');
  const devices = gauge('devices', 'Registered devices of all users.');
  const rooms = gauge('rooms', 'Users with a connection or a queue.');
  const connections = gauge('connections', 'Authenticated connections.');
  const pending = gauge('pending_connections', 'Connections that have not sent credentials yet.');
  const queues = gauge('queues', 'Targets with messages waiting.');
  const queuedMessages = gauge('queued_messages', 'Messages in all queues, handed but unconfirmed ones included.');
  const queuedBytes = gauge('queued_bytes', 'Payload bytes in all queues.');
  const writable = gauge('store_writable', '1 while the store takes messages, 0 while it refuses them.');
  const congested = gauge('store_congested', '1 while senders are not read because the store is behind.');
  const wrongKeys = new Counter({
    name: `${prefix}wrong_keys_total`,
    help: 'Wrong keys and tokens, over WebSocket and HTTP.',
    registers,
  });
  const messages = new Counter({
    name: `${prefix}messages_total`,
    help: 'Messages by what became of them; one counts once in each state that it reached: sent (handed to a socket), queued, delivered (proven), a refusal by its code, whether or not it was looked where it goes, and so on.',
    labelNames: ['state'],
    registers,
  });
  return (now) => {
    users.set(now.users);
    devices.set(now.devices);
    rooms.set(now.rooms);
    connections.set(now.connections);
    pending.set(now.pendingConnections);
    queues.set(now.queues);
    queuedMessages.set(now.queuedMessages);
    queuedBytes.set(now.queuedBytes);
    writable.set(now.isStoreWritable ? 1 : 0);
    congested.set(now.isStoreCongested ? 1 : 0);
    setTotal(wrongKeys, {}, now.wrongKeys);
    messages.reset();
    for (const [state, count = 0] of Object.entries(now.messages)) messages.inc({ state }, count);
  };
}

/** A counter of the library only goes up by steps; this one was counted elsewhere. */
function setTotal(counter: Counter, labels: Readonly<Record<string, string>>, total: number): void {
  counter.reset();
  counter.inc(labels, total);
}

/** The process by the names that dashboards know. */
function createProcessView(registry: Registry): () => void {
  const registers = [registry];
  const cpu = new Counter({ name: 'process_cpu_seconds_total', help: 'User and system CPU time.', registers });
  const resident = new Gauge({ name: 'process_resident_memory_bytes', help: 'Resident memory.', registers });
  const heap = new Gauge({ name: 'nodejs_heap_size_used_bytes', help: 'Heap in use.', registers });
  const external = new Gauge({ name: 'nodejs_external_memory_bytes', help: 'Memory outside the heap.', registers });
  const started = new Gauge({ name: 'process_start_time_seconds', help: 'Start, since the Unix epoch.', registers });
  return () => {
    const { user, system } = process.cpuUsage();
    const memory = process.memoryUsage();
    setTotal(cpu, {}, (user + system) / 1e6);
    resident.set(memory.rss);
    heap.set(memory.heapUsed);
    external.set(memory.external);
    started.set(performance.timeOrigin / 1000);
  };
}

/** Measured from the first scrape on, so that a relay that nobody watches does not wake up for it. */
function createEventLoopView(registry: Registry, prefix: string) {
  const delay = new Gauge({
    name: `${prefix}event_loop_delay_seconds`,
    help: 'How late the event loop was, over the time since the scrape before.',
    labelNames: ['quantile'],
    registers: [registry],
  });
  let monitor: ReturnType<typeof monitorEventLoopDelay> | undefined;
  // The monitor tells the time between two ticks of its timer; what is longer than meant is the delay.
  const toSeconds = (nanoseconds: number) => Math.max(0, nanoseconds / nanosecondsPerSecond - monitorIntervalMs / 1000);
  return {
    show(): void {
      if (monitor === undefined) {
        monitor = monitorEventLoopDelay({ resolution: monitorIntervalMs });
        monitor.enable();
        return;
      }
      for (const percent of eventLoopQuantiles) {
        delay.set({ quantile: String(percent / 100) }, toSeconds(monitor.percentile(percent)));
      }
      delay.set({ quantile: '1' }, toSeconds(monitor.max));
      monitor.reset();
    },
    close: () => void monitor?.disable(),
  };
}
