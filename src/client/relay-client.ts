import { createAcks } from './acks.ts';
import { parseRelayUrl } from './address.ts';
import { systemClock } from './clock.ts';
import { createDeliveries } from './deliveries.ts';
import { createEvents } from './events.ts';
import { createLife, type RelayClientPorts } from './life.ts';
import { createMessaging } from './messaging.ts';
import { createRoomView, requireExtension } from './room-view.ts';
import { socketOpener } from './socket.ts';
import type { RelayClient, RelayClientEvents, RelayClientOptions } from './types.ts';

/**
 * Connects to a relay and stays connected (PROTOCOL A6): after every loss it waits, connects and authenticates again, as the
 * reconnect column of PROTOCOL D says.
 *
 * @throws RelayAddressError when `url` is no address of a relay, or `ca` holds no certificate.
 */
export function createRelayClient(options: RelayClientOptions): RelayClient {
  const openSocket = socketOpener(parseRelayUrl(options.url).ws, options.ca);
  return createRelayClientOn({ openSocket, clock: systemClock, random: Math.random }, options);
}

/** The same on other ports: tests bring their own time, chance and network. */
export function createRelayClientOn(ports: RelayClientPorts, options: Omit<RelayClientOptions, 'url'>): RelayClient {
  const events = createEvents<RelayClientEvents>({
    state: new Set(),
    message: new Set(),
    refused: new Set(),
    receipt: new Set(),
    presence: new Set(),
    tap: new Set(),
    roundTrip: new Set(),
  });
  const deliveries = createDeliveries();
  const life = createLife(ports, options, {
    authenticated: (online) => room.handleOnline(online),
    changed: (state) => events.emit('state', state),
    lost: deliveries.abandon,
    message: (message) => tellWhileOpen('message', message),
    tapped: (message) => tellWhileOpen('tap', message),
    refused(error) {
      deliveries.handleError(error);
      events.emit('refused', error);
    },
    receipt(receipt) {
      deliveries.handleReceipt(receipt);
      tellWhileOpen('receipt', receipt);
    },
    presence(presence) {
      room.handlePresence(presence);
      tellWhileOpen('presence', presence.devices);
    },
    roundTrip: (durationMs) => events.emit('roundTrip', durationMs),
  });
  const room = createRoomView(life);
  const acknowledge = createAcks(async (seq) => {
    const { connection, session } = life.online();
    requireExtension(session, 'acks');
    await connection.send(JSON.stringify({ action: 'ack', seq }));
  });

  function tellWhileOpen<Name extends keyof RelayClientEvents>(name: Name, event: RelayClientEvents[Name]): void {
    if (!life.isClosed) events.emit(name, event);
  }

  return {
    get state() {
      return life.state;
    },
    get session() {
      return life.current()?.session;
    },
    on: events.on,
    ready: () => life.ready(),
    ...createMessaging(life, deliveries),
    queryPresence: room.queryPresence,
    watchPresence: room.watchPresence,
    unwatchPresence: room.unwatchPresence,
    tap: room.tap,
    untap: room.untap,
    ack: acknowledge,
    ping: async () => life.online().connection.ping(),
    pause: () => life.pause(),
    resume: () => life.resume(),
    close: () => life.close(),
    [Symbol.asyncDispose]: () => life.close(),
  };
}
