import { createConfiguredPeer } from './configured-peer.ts';

const shared = { program: 'mosquitto', debianPackage: 'mosquitto' } as const;
/** It stays the user that started it; nothing is kept on the disk, and no message is dropped because a subscriber has many under way. */
const common =
  'user root\nallow_anonymous true\npersistence false\nmax_queued_messages 0\nset_tcp_nodelay true\nlog_type error\n';

export const mosquittoWebSocket = createConfiguredPeer({
  ...shared,
  name: 'mosquitto-websocket',
  about: 'mosquitto, its WebSocket listener, MQTT 3.1.1 at quality of service 0, a topic a client',
  wire: { name: 'mqtt', carrier: 'websocket' },
  // mosquitto 2.0.11 does not start with a WebSocket listener alone: the first one is there for its sake.
  configure: (port, folder) =>
    `${common}listener 0 ${folder}/mosquitto.sock\nlistener ${port} 127.0.0.1\nprotocol websockets\n`,
});

export const mosquittoTcp = createConfiguredPeer({
  ...shared,
  name: 'mosquitto-tcp',
  about: 'mosquitto on TCP, MQTT 3.1.1 at quality of service 0, a topic a client',
  wire: { name: 'mqtt', carrier: 'tcp' },
  configure: (port) => `${common}listener ${port} 127.0.0.1\n`,
});
