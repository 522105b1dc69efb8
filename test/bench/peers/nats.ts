import { createConfiguredPeer } from './configured-peer.ts';

const shared = { program: 'nats-server', debianPackage: 'nats-server' } as const;
/** A slow consumer is none of the bench's business: what is under way at a time is bounded by the generator. */
const common = 'ping_interval: "10m"\nmax_payload: 1048576\n';

export const natsWebSocket = createConfiguredPeer({
  ...shared,
  name: 'nats-websocket',
  about: 'nats-server, its WebSocket listener, a subject a client',
  wire: { name: 'nats', carrier: 'websocket' },
  // The listener for TCP cannot be left out; it takes any free port.
  configure: (port) =>
    `${common}host: 127.0.0.1\nport: -1\nwebsocket { host: 127.0.0.1, port: ${port}, no_tls: true }\n`,
});

export const natsTcp = createConfiguredPeer({
  ...shared,
  name: 'nats-tcp',
  about: 'nats-server, its own protocol on TCP, a subject a client',
  wire: { name: 'nats', carrier: 'tcp' },
  configure: (port) => `${common}host: 127.0.0.1\nport: ${port}\n`,
});
