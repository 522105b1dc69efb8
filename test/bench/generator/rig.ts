/** What every job of a generator works with. */
import { createWire } from '../wires/create-wire.ts';
import type { Wire } from '../wires/wire.ts';
import { Flow, type FlowSettings, type OnArrival } from './flow.ts';
import type { ServerAddress } from './job.ts';
import { type ClientFactory, createClientFactory } from './raw-client.ts';

export interface Rig {
  readonly server: ServerAddress;
  readonly wire: Wire;
  readonly clients: ClientFactory;
  readonly flow: Flow;
  /** Logs in the idle connections and the pairs. */
  openPairs(settings: FlowSettings & { readonly idleConnections: number }, onArrival: OnArrival): Promise<void>;
}

/** `onFailure` hears why the run is worth nothing. */
export function createRig(server: ServerAddress, onFailure: (error: Error) => void): Rig {
  const wire = createWire(server.wire);
  const clients = createClientFactory(server, wire, onFailure);
  const flow = new Flow();
  return {
    server,
    wire,
    clients,
    flow,
    async openPairs(settings, onArrival) {
      await clients.openIdle(settings.idleConnections, 'idle');
      await flow.open(clients, wire, settings, onArrival);
    },
  };
}
