/** Virtual devices that are registered for a while: those that were made here are removed again, and no others. */
import { RelayHttpError, RelayUnreachableError } from '../client/errors.ts';
import type { RelayHttp } from '../client/http.ts';
import { createSimulatedDevice, type SimulatedDevice, type SimulatedFaults } from '../client/simulated-device.ts';
import type { ConnectionState } from '../client/types.ts';
import type { Connection } from './connect.ts';
import { CommandError, exitCodes } from './exit-codes.ts';

/** So many requests go at a time. */
const requestsMax = 16;

/** A device and the token that was made for it. */
interface MadeDevice {
  readonly id: string;
  readonly token: string;
}

async function inGroups<Item>(items: readonly Item[], use: (item: Item) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += requestsMax) {
    const results = await Promise.allSettled(items.slice(at, at + requestsMax).map(use));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}

async function register(id: string, http: RelayHttp): Promise<MadeDevice> {
  try {
    return { id, token: (await http.addDevice(id)).device_token };
  } catch (error) {
    if (!(error instanceof RelayHttpError) || error.code !== 'conflict') throw error;
    throw new CommandError(
      exitCodes.failed,
      `${id} is registered already, and a simulation removes its devices at its end: choose other names`,
    );
  }
}

/** Removes them; answers those that could not be. */
async function unregister(made: readonly MadeDevice[], http: RelayHttp): Promise<readonly string[]> {
  const left: string[] = [];
  await inGroups(made, async ({ id }) => {
    try {
      await http.removeDevice(id);
    } catch (error) {
      if (error instanceof RelayHttpError && error.code === 'not_found') return;
      if (!(error instanceof RelayHttpError) && !(error instanceof RelayUnreachableError)) throw error;
      left.push(id);
    }
  });
  return left;
}

export interface SimulationOptions {
  readonly ids: readonly string[];
  readonly faults: SimulatedFaults;
  /** Registering stops when it is aborted. */
  readonly interrupted: AbortSignal;
  readonly onState: (id: string, state: ConnectionState) => void;
}

/** Registers the devices, runs them while `use` runs, and removes them. */
export async function withSimulation<Result>(
  connection: Pick<Connection, 'url' | 'ca'>,
  http: RelayHttp,
  { ids, faults, interrupted, onState }: SimulationOptions,
  use: () => Promise<Result>,
): Promise<Result> {
  const made: MadeDevice[] = [];
  let running: readonly SimulatedDevice[] = [];

  async function run(): Promise<Result> {
    await inGroups(ids, async (id) => {
      if (!interrupted.aborted) made.push(await register(id, http));
    });
    running = made.map(({ id, token }) => {
      const device = createSimulatedDevice({ url: connection.url, deviceToken: token, ca: connection.ca, faults });
      device.client.on('state', (state) => onState(id, state));
      return device;
    });
    return await use();
  }

  const [end] = await Promise.allSettled([run()]);
  await Promise.all(running.map((device) => device.close()));
  const left = await unregister(made, http);
  // It matters more than how it ended: these are in the room until somebody removes them.
  if (left.length > 0) {
    throw new CommandError(
      exitCodes.failed,
      `the relay could not be asked to remove ${left.join(', ')}: do it with "relay device rm ID"`,
    );
  }
  if (end.status === 'rejected') throw end.reason;
  return end.value;
}
