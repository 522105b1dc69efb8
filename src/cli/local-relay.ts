/** The relay that runs inside the commander: the first one of a new user, with a device to play with. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { createRelayHttp } from '../client/http.ts';
import { createSimulatedDevice, type SimulatedDevice } from '../client/simulated-device.ts';
import { isObject } from '../protocol/messages.ts';
import type { Relay } from '../server/start-relay.ts';
import { CommandError, exitCodes } from './exit-codes.ts';
import { defaultDataDir } from './paths.ts';
import type { Profile, Profiles } from './profiles.ts';

export const localProfileName = 'local';
const simulatedDeviceId = 'simulated_mouse';
const host = '127.0.0.1';
const defaultPort = 8787;

/** A relay that was started here, and what is needed to use it. */
export interface StartedLocalRelay {
  readonly url: string;
  readonly authKey: string;
  readonly dataDir: string;
  readonly simulatedDevice: string | undefined;
  readonly notes: readonly string[];
  close(): Promise<void>;
}

interface Keys {
  readonly authKey: string;
  readonly adminKey?: string;
}

/** Where a profile says that its relay listens on this machine; undefined when it is elsewhere. */
export function localPortOf(profile: Profile): number | undefined {
  if (!URL.canParse(profile.url)) return undefined;
  const { protocol, hostname, port } = new URL(profile.url);
  const isHere = protocol === 'ws:' && [host, 'localhost'].includes(hostname);
  return isHere ? Number(port === '' ? 80 : port) : undefined;
}

/** Whether nothing has this port. */
export async function isPortFree(port: number): Promise<boolean> {
  const { promise, resolve: settle } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', () => settle(false));
  server.listen(port, host, () => server.close(() => settle(true)));
  return promise;
}

/** `relay serve` leaves its first keys here when no person sees them. */
function readBootstrapFile(dataDir: string): Keys | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(dataDir, 'bootstrap.json'), 'utf8'));
    if (!isObject(value) || typeof value.auth_key !== 'string') return undefined;
    return {
      authKey: value.auth_key,
      ...(typeof value.admin_key === 'string' ? { adminKey: value.admin_key } : {}),
    };
  } catch {
    return undefined;
  }
}

function keysOf(relay: Relay, profile: Profile | undefined, dataDir: string): Keys {
  if (relay.bootstrap !== undefined) return relay.bootstrap;
  if (profile?.auth_key !== undefined) return { authKey: profile.auth_key };
  const kept = readBootstrapFile(dataDir);
  if (kept !== undefined) return kept;
  throw new CommandError(
    exitCodes.failed,
    `a relay has its data in ${dataDir} already, and its master key is in no profile: connect with that key, or make an ` +
      `admin key with "relay key add --admin --data ${dataDir}"`,
  );
}

/** Starts the simulated device: a new one, or the one of last time with a new token, so that no token has to be kept. */
async function startDevice(relay: Relay, authKey: string, isNew: boolean): Promise<SimulatedDevice | undefined> {
  const http = createRelayHttp({ url: relay.http, key: authKey });
  try {
    const known = (await http.devices()).find(({ device }) => device === simulatedDeviceId);
    // Somebody has removed it: it stays away.
    if (!isNew && known?.registered !== true) return undefined;
    const { device_token: deviceToken } =
      known?.registered === true ? await http.rotateToken(simulatedDeviceId) : await http.addDevice(simulatedDeviceId);
    const device = createSimulatedDevice({ url: relay.url, deviceToken });
    await device.client.ready();
    return device;
  } finally {
    await http.close();
  }
}

async function start(dataDir: string, port: number, onFatal: (reason: string) => void): Promise<Relay> {
  const { startRelay, RelayStartError } = await import('../server/start-relay.ts');
  try {
    // Without a logger: the terminal belongs to the commander.
    return await startRelay({ host, port, dataDir, onFatal });
  } catch (error) {
    throw error instanceof RelayStartError ? new CommandError(exitCodes.failed, error.message) : error;
  }
}

/** Starts on the wanted port, or on a free one when something else has it or takes it just now. */
async function startNear(
  dataDir: string,
  port: number,
  onFatal: (reason: string) => void,
): Promise<{ readonly relay: Relay; readonly isMoved: boolean }> {
  if (await isPortFree(port)) {
    try {
      return { relay: await start(dataDir, port, onFatal), isMoved: false };
    } catch (error) {
      if (await isPortFree(port)) throw error;
    }
  }
  return { relay: await start(dataDir, 0, onFatal), isMoved: true };
}

/**
 * Starts a relay for this machine in the platform's own data folder, or again the one that the profile `local` tells of, and
 * saves that profile where there is none. Throws `CommandError` with a sentence.
 */
export async function startLocalRelay(
  profiles: Profiles,
  onFatal: (reason: string) => void,
): Promise<StartedLocalRelay> {
  const profile = profiles.get(localProfileName);
  const dataDir = resolve(profile?.data_dir ?? defaultDataDir());
  const wanted = (profile === undefined ? undefined : localPortOf(profile)) ?? defaultPort;
  const { relay, isMoved } = await startNear(dataDir, wanted, onFatal);
  try {
    const { authKey, adminKey } = keysOf(relay, profile, dataDir);
    const admin = adminKey === undefined ? {} : { admin_key: adminKey };
    const isNew = await profiles.add(localProfileName, {
      url: relay.url,
      auth_key: authKey,
      ...admin,
      data_dir: dataDir,
    });
    const device = await startDevice(relay, authKey, isNew);
    const again = profile === undefined ? [] : ['The relay of this machine was not running: it was started again.'];
    const moved = !isMoved ? [] : [`Port ${wanted} is taken: this relay listens at ${new URL(relay.url).host}.`];
    return {
      url: relay.url,
      authKey,
      dataDir,
      simulatedDevice: device === undefined ? undefined : simulatedDeviceId,
      notes: [...again, ...moved],
      async close() {
        await device?.close();
        await relay.close();
      },
    };
  } catch (error) {
    await relay.close();
    throw error;
  }
}
