/** Servers of this folder, each a TypeScript file that Node runs as it is. */
import { fileURLToPath } from 'node:url';
import type { WireSettings } from '../wires/create-wire.ts';
import type { Peer } from './peer.ts';
import { loopback, startProcess } from './server-process.ts';

interface ScriptedServer {
  readonly name: string;
  readonly about: string;
  /** The file, which prints the port on which it listens. */
  readonly script: string;
  readonly wire: WireSettings;
}

function createScriptedPeer({ name, about, script, wire }: ScriptedServer): Peer {
  return {
    name,
    about,
    whyNot: () => undefined,
    async start() {
      const server = startProcess(process.execPath, [fileURLToPath(script)]);
      const port = await server.waitForLine((line) => (/^\d+$/.test(line) ? Number(line) : undefined));
      return {
        peerName: name,
        host: loopback,
        port,
        pid: server.pid,
        isAlive: server.isAlive,
        wire,
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    },
  };
}

export const afternoonRelay = createScriptedPeer({
  name: 'afternoon',
  about: 'the afternoon relay: ws, JSON.parse, a Map, send; it checks no key and queues nothing',
  script: import.meta.resolve('./afternoon-server.ts'),
  wire: { name: 'relay', authKey: 'any' },
});

export const socketIo = createScriptedPeer({
  name: 'socket.io',
  about: 'socket.io, WebSocket from the start, a room a client',
  script: import.meta.resolve('./socket-io-server.ts'),
  wire: { name: 'socket-io' },
});

export const aedes = createScriptedPeer({
  name: 'aedes',
  about: 'aedes on TCP, MQTT 3.1.1 at quality of service 0, a topic a client',
  script: import.meta.resolve('./aedes-server.ts'),
  wire: { name: 'mqtt', carrier: 'tcp' },
});
