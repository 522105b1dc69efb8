import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { ReleaseTimes } from '../rates/release-times.ts';
import { refuseUpgrade } from '../sockets/upgrade.ts';

/**
 * Requests in what is read of a connection at once, at most. RFC 9112 §9.3.2 lets a client send some without waiting for answers, which
 * hardly one does; 64 KiB have room for 2,500, which Node takes up in one go, and all others wait for it.
 */
const requestsAtOnceMax = 16;
/** So long such a connection is kept before it is answered and ended, so that it does not come again at once, nor all of them together. */
const holdMs = { min: 500, max: 2000, apart: 20 } as const;
const refusal = {
  status: '429 Too Many Requests',
  code: 'rate_limited',
  message: `more than ${requestsAtOnceMax} requests at once on one connection: wait for answers before you send more`,
} as const;

const version = 'HTTP/1.';
const [carriageReturn, lineFeed] = [0x0d, 0x0a];

/** How many request lines end in these bytes, up to `max`. No JSON has one in it: its strings have no line ends (RFC 8259 §7). */
function countRequests(bytes: Buffer, max: number): number {
  let count = 0;
  for (let at = bytes.indexOf(version); at >= 0 && count < max; at = bytes.indexOf(version, at + version.length)) {
    const end = bytes[at + version.length + 1];
    if (end === carriageReturn || end === lineFeed) count += 1;
  }
  return count;
}

/** Ends connections that send more requests at once than are worth an answer, before any of them is looked at (FAULTS 19). */
export function limitPipelining(server: Server, event: 'connection' | 'secureConnection', clock: Clock): void {
  const releases = new ReleaseTimes(holdMs, clock());

  server.on(event, (socket: Socket) => {
    // The parser's own listener, which Node has attached in the same event.
    const [feed] = socket.listeners('data');
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => {
      if (countRequests(chunk, requestsAtOnceMax + 1) > requestsAtOnceMax) hold(socket);
      else feed?.call(socket, chunk);
    });
  });

  // From then on what comes is no HTTP, and nobody else listens yet.
  server.prependListener('upgrade', (_request, socket: Socket) => socket.removeAllListeners('data'));

  function hold(socket: Socket): void {
    socket.pause();
    // Nobody who is held keeps a relay from ending.
    setTimeout(() => refuseUpgrade(socket, refusal, () => {}), releases.nextDelayMs(clock())).unref();
  }
}
