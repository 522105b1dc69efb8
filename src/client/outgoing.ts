import { Buffer } from 'node:buffer';
import type { UserLimits } from '../protocol/limits.ts';
import { formatSize } from '../protocol/units.ts';
import type { Clock } from './clock.ts';
import { RelaySendError } from './errors.ts';
import { createPacer, paceOf } from './pacer.ts';
import type { RelaySocket } from './socket.ts';

/** Not yet taken by the network: beyond it a send is refused, so that no caller fills the memory. */
const backlogBytesMax = 16 * 1024 * 1024;

interface OutgoingPorts {
  readonly socket: RelaySocket;
  readonly clock: Clock;
  /** Sends a ping and settles when it is answered, or will not be. */
  readonly probe: () => Promise<unknown>;
}

/** What leaves through one authenticated connection: in order, within the limits that the relay told (PROTOCOL B). */
export interface Outgoing {
  /** See `Connection.send`. */
  send(text: string, started?: () => void): Promise<void>;
  /** Sends before all that waits. */
  sendNow(text: string): Promise<void>;
  /** Does something when all that was sent before has gone to the network. */
  behind<Result>(action: () => Promise<Result>): Promise<Result>;
  /** The relay says that its rate was exceeded. */
  hold(): void;
  /** Gives up all that waits; `reason` says why in a sentence. */
  stop(reason: string): void;
}

/** `limits` are those that the relay told. Without them the pace is that of PROTOCOL D, and no size is checked. */
export function createOutgoing(ports: OutgoingPorts, limits: UserLimits | undefined): Outgoing {
  const { socket } = ports;
  const pacer = createPacer(ports, paceOf(limits));
  const messageBytesMax = limits?.message_bytes ?? Number.POSITIVE_INFINITY;

  function write(text: string): Promise<void> {
    const written = Promise.withResolvers<void>();
    socket.send(text, (error) => {
      if (error) written.reject(new RelaySendError('connection_lost', 'the connection was lost while sending'));
      else written.resolve();
    });
    return written.promise;
  }

  function inTurn<Result>(bytes: number, cost: 0 | 1, action: () => Promise<Result>): Promise<Result> {
    const done = Promise.withResolvers<Result>();
    pacer.schedule({
      bytes,
      cost,
      start: () => action().then(done.resolve, done.reject),
      drop: done.reject,
    });
    return done.promise;
  }

  return {
    async send(text, started) {
      const bytes = Buffer.byteLength(text);
      if (bytes > messageBytesMax) {
        const message = `the message has ${bytes} bytes, the relay takes ${formatSize(messageBytesMax)} (message_bytes)`;
        throw new RelaySendError('message_too_big', message);
      }
      if (socket.bufferedBytes() + pacer.waitingBytes > backlogBytesMax) {
        throw new RelaySendError('backlog', 'what was sent before has not left yet: wait for it');
      }
      await inTurn(bytes, 1, () => {
        started?.();
        return write(text);
      });
    },
    sendNow(text) {
      pacer.spend();
      return write(text);
    },
    behind: (action) => inTurn(0, 0, action),
    hold: pacer.hold,
    stop(reason) {
      pacer.stop(new RelaySendError('not_connected', `not sent: ${reason}`));
    },
  };
}
