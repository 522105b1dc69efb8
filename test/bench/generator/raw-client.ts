/** One connection of the generator: a bare socket that says the opening of its wire and then counts deliveries. */
import { connect } from 'node:net';
import type { DeliveryReader, Wire } from '../wires/wire.ts';
import type { ServerAddress } from './job.ts';
import { Opening } from './opening.ts';

/** Everything is read into this one piece of memory: what a chunk holds is counted before the next one comes. */
const readBufferBytes = 256 * 1024;

interface ClientSettings {
  readonly clientId: string;
  /** Size of the payloads that this client receives; 0 where it receives none. */
  readonly payloadBytes: number;
  readonly onDeliveries: (count: number) => void;
}

interface RawClient {
  write(bytes: Buffer): void;
}

/** Opens the connections of one generator. */
export interface ClientFactory {
  /** Resolves when the server has let the client in. */
  open(settings: ClientSettings): Promise<RawClient>;
  /** Opens so many that do nothing, a few at a time. */
  openIdle(count: number, idPrefix: string): Promise<void>;
}

/** Connections that log in at the same time; a server may bound those that have not logged in yet. */
const openingMax = 64;

/** `onFailure` hears of a connection that ended, or got what no client of the bench expects. */
export function createClientFactory(
  server: ServerAddress,
  wire: Wire,
  onFailure: (error: Error) => void,
): ClientFactory {
  const readBuffer = Buffer.alloc(readBufferBytes);

  function open(settings: ClientSettings): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        reject(error);
        onFailure(new Error(`client ${settings.clientId}: ${error.message}`));
      };
      const socket = connect({
        host: server.host,
        port: server.port,
        noDelay: true,
        onread: { buffer: readBuffer, callback: (bytes) => handleBytes(bytes) },
      });
      socket.on('error', fail);
      socket.on('close', () => fail(new Error('the server ended the connection')));
      const reader = wire.createReader({ to: settings.clientId, payloadBytes: settings.payloadBytes }, (answer) =>
        socket.write(answer),
      );
      const opening = new Opening(wire.opening(settings.clientId), socket, () => {
        resolve({ write: (bytes) => void socket.write(bytes) });
      });
      socket.once('connect', () => opening.begin());

      function handleBytes(bytes: number): boolean {
        try {
          if (opening.isDone) count(reader, readBuffer, bytes, settings);
          else
            opening.take(Buffer.from(readBuffer.subarray(0, bytes)), (rest) =>
              count(reader, rest, rest.length, settings),
            );
        } catch (error) {
          fail(error instanceof Error ? error : new Error(String(error)));
        }
        return true;
      }
    });
  }

  return {
    open,
    async openIdle(count, idPrefix) {
      let opened = 0;
      const openNext = async (): Promise<void> => {
        while (opened < count) {
          const clientId = `${idPrefix}${opened++}`;
          await open({ clientId, payloadBytes: 0, onDeliveries: () => {} });
        }
      };
      await Promise.all(Array.from({ length: openingMax }, openNext));
    },
  };
}

function count(reader: DeliveryReader, chunk: Buffer, end: number, { onDeliveries }: ClientSettings): void {
  const deliveries = reader.read(chunk, 0, end);
  if (deliveries > 0) onDeliveries(deliveries);
}
