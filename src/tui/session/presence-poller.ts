import { RelayHttpError, RelayUnreachableError } from '../../client/errors.ts';
import type { RelayHttp } from '../../client/http.ts';
import type { DeviceSummary } from '../../client/http-types.ts';
import type { Device } from '../model/device-list.ts';

const intervalMs = 2000;

/** What the commander learns of who is there. */
export interface PresenceListener {
  /** Client ids to ask for where the relay does not say whom it knows. */
  knownIds(): readonly string[];
  onDevices(devices: readonly Device[], isComplete: boolean): void;
  onFailure(reason: string): void;
}

export interface PresencePoller {
  /** Asks now, and then every two seconds. */
  start(): void;
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

/**
 * Asks the HTTP side of the relay who is there (PROTOCOL C). Where it does not list its devices, the presence of those that
 * were heard of is asked for; where it does not tell that either, nothing is claimed.
 */
export function createPresencePoller(
  http: Pick<RelayHttp, 'devices' | 'presence'>,
  listener: PresenceListener,
): PresencePoller {
  let source: 'devices' | 'presence' | 'none' = 'devices';
  let timer: NodeJS.Timeout | undefined;
  let round = 0;

  async function ask(): Promise<() => void> {
    if (source === 'devices') {
      const devices = (await http.devices()).map(readDevice);
      return () => listener.onDevices(devices, true);
    }
    const ids = listener.knownIds();
    const presence = ids.length === 0 ? {} : await http.presence(ids);
    const devices = ids.map((id): Device => ({ id, state: presence[id] ?? 'unknown', waiting: 0 }));
    return () => listener.onDevices(devices, false);
  }

  function fail(error: unknown): void {
    if (isRefused(error)) {
      source = source === 'devices' ? 'presence' : 'none';
      if (source === 'presence') return;
      listener.onFailure('this relay does not tell who is online');
      return;
    }
    listener.onFailure(error instanceof Error ? error.message : String(error));
  }

  async function poll(current: number): Promise<void> {
    try {
      const tell = await ask();
      // The answer to a question of before the last loss says nothing about now.
      if (current === round) tell();
    } catch (error) {
      if (current === round) fail(error);
    }
    if (current !== round || source === 'none') return;
    timer = setTimeout(() => void poll(current), intervalMs);
  }

  return {
    start() {
      clearTimeout(timer);
      round++;
      void poll(round);
    },
    stop() {
      clearTimeout(timer);
      round++;
    },
  };
}
