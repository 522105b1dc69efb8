import { RelayHttpError, RelayUnreachableError } from '../../client/errors.ts';
import type { RelayHttp } from '../../client/http.ts';
import type { DeviceSummary } from '../../client/http-types.ts';
import type { Device } from '../model/device-list.ts';

const intervalMs = 2000;
/** Where presence is pushed, only last seen and waiting messages are asked for, which may be a little older. */
const pushedIntervalMs = 5000;
/** What changes together is asked for once. */
const soonMs = 300;

/** What the commander learns of who is there. */
export interface PresenceListener {
  /** Client ids to ask for where the relay does not say whom it knows. */
  knownIds(): readonly string[];
  /** Whether the relay pushes who comes and goes. */
  isPushed(): boolean;
  onDevices(devices: readonly Device[], isComplete: boolean): void;
  onFailure(reason: string): void;
}

export interface PresencePoller {
  /** Asks now, and then every two seconds, or every five where presence is pushed. */
  start(): void;
  /** Asks in a moment, because something has changed. */
  askSoon(): void;
  /** Asks no more, until `start`. */
  stop(): void;
}

function readDevice({ device, state, last_seen, waiting }: DeviceSummary): Device {
  const lastSeenMs = last_seen === null ? Number.NaN : Date.parse(last_seen);
  return { id: device, state, waiting, ...(Number.isNaN(lastSeenMs) ? {} : { lastSeenMs }) };
}

/** The relay is there but does not answer this: it knows the published contract alone, or the key is a device's. */
function isRefused(error: unknown): boolean {
  if (error instanceof RelayUnreachableError) return error.problem === 'not_a_relay';
  return error instanceof RelayHttpError && [401, 403, 404, 405].includes(error.status);
}

/** Whom the relay can be asked for, and what it answers. */
interface PresenceSource {
  /** Nothing can be asked any more. */
  readonly isExhausted: boolean;
  /** Asks; resolves with how to tell the listener what was answered. */
  ask(): Promise<() => void>;
  /** Tells the listener what went wrong, or goes on to the next that can be asked. */
  fail(error: unknown): void;
}

/** Where the relay does not list its devices, the presence of those that were heard of is asked for. */
function createPresenceSource(
  http: Pick<RelayHttp, 'devices' | 'presence'>,
  { knownIds, onDevices, onFailure }: PresenceListener,
): PresenceSource {
  let source: 'devices' | 'presence' | 'none' = 'devices';
  return {
    get isExhausted() {
      return source === 'none';
    },
    async ask() {
      if (source === 'devices') {
        const devices = (await http.devices()).map(readDevice);
        return () => onDevices(devices, true);
      }
      const ids = knownIds();
      const presence = ids.length === 0 ? {} : await http.presence(ids);
      const devices = ids.map((id): Device => ({ id, state: presence[id] ?? 'unknown', waiting: 0 }));
      return () => onDevices(devices, false);
    },
    fail(error) {
      if (!isRefused(error)) {
        onFailure(error instanceof Error ? error.message : String(error));
        return;
      }
      source = source === 'devices' ? 'presence' : 'none';
      if (source === 'none') onFailure('this relay does not tell who is online');
    },
  };
}

/**
 * Asks the HTTP side of the relay who is there (PROTOCOL C), again and again. Where it tells that in no way, nothing is claimed
 * and nothing is asked any more.
 */
export function createPresencePoller(
  http: Pick<RelayHttp, 'devices' | 'presence'>,
  listener: PresenceListener,
): PresencePoller {
  const source = createPresenceSource(http, listener);
  let timer: NodeJS.Timeout | undefined;
  let round = 0;
  let phase: 'stopped' | 'asking' | 'waiting' | 'soon' = 'stopped';
  /** Something has changed since the question under way was asked. */
  let isOutdated = false;

  async function poll(current: number): Promise<void> {
    phase = 'asking';
    isOutdated = false;
    try {
      const tell = await source.ask();
      // The answer to a question of before the last loss says nothing about now.
      if (current === round) tell();
    } catch (error) {
      if (current === round) source.fail(error);
    }
    if (current !== round || source.isExhausted) return;
    const delayMs = listener.isPushed() ? pushedIntervalMs : intervalMs;
    pollIn(isOutdated ? soonMs : delayMs);
    phase = isOutdated ? 'soon' : 'waiting';
  }

  function pollIn(delayMs: number): void {
    clearTimeout(timer);
    const current = round;
    timer = setTimeout(() => void poll(current), delayMs);
  }

  return {
    start() {
      clearTimeout(timer);
      round++;
      void poll(round);
    },
    askSoon() {
      if (phase === 'asking') isOutdated = true;
      if (phase !== 'waiting' || source.isExhausted) return;
      pollIn(soonMs);
      phase = 'soon';
    },
    stop() {
      phase = 'stopped';
      clearTimeout(timer);
      round++;
    },
  };
}
