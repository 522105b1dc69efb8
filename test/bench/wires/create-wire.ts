import { createMqttWire } from './mqtt-wire.ts';
import { createNatsWire } from './nats-wire.ts';
import { overWebSocket } from './over-websocket.ts';
import { createRelayWire, type RelayWireSettings } from './relay-wire.ts';
import { createSocketIoWire } from './socket-io-wire.ts';
import type { Wire } from './wire.ts';

/** What a peer tells the generator, which is another process, of how to talk to it. */
export type WireSettings =
  | RelayWireSettings
  | { readonly name: 'nats' | 'mqtt'; readonly carrier: 'tcp' | 'websocket' }
  | { readonly name: 'socket-io' };

export function createWire(settings: WireSettings): Wire {
  switch (settings.name) {
    case 'relay':
      return createRelayWire(settings);
    case 'nats':
      return settings.carrier === 'tcp' ? createNatsWire() : overWebSocket(createNatsWire(), { path: '/' });
    case 'mqtt':
      return settings.carrier === 'tcp'
        ? createMqttWire()
        : overWebSocket(createMqttWire(), { path: '/mqtt', subprotocol: 'mqtt' });
    case 'socket-io':
      return createSocketIoWire();
    default:
      return settings satisfies never;
  }
}
