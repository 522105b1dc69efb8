import { mosquittoTcp, mosquittoWebSocket } from './mosquitto.ts';
import { natsTcp, natsWebSocket } from './nats.ts';
import type { Peer } from './peer.ts';
import { aedes, afternoonRelay, socketIo } from './scripted-peers.ts';
import { createThisRelay } from './this-relay.ts';

/** Every server that the bench knows, in the order of its tables. */
export function allPeers(nodeArgsOfThisRelay: readonly string[]): readonly Peer[] {
  return [
    createThisRelay(nodeArgsOfThisRelay),
    afternoonRelay,
    natsWebSocket,
    natsTcp,
    mosquittoWebSocket,
    mosquittoTcp,
    socketIo,
    aedes,
  ];
}
