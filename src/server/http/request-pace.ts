import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { AddressBuckets } from '../rates/address-buckets.ts';
import { ReleaseTimes } from '../rates/release-times.ts';

/**
 * Requests of one address that are answered as fast as they come: so many at once, and so many a second. A request is ten times the work
 * of a message, and whoever asks without a pause takes that time from others' messages (FAULTS 19). Beyond that each waits for its answer,
 * which nobody is refused for: an address may be that of many.
 */
const requests = { burst: 1000, perSecond: 500 } as const;
const waitMs = { min: 100, max: 500, apart: 1 } as const;

/** Lets requests go on, one address's not faster than others can bear. */
export class RequestPace {
  readonly #clock: Clock;
  readonly #byAddress = new AddressBuckets();
  readonly #releases: ReleaseTimes;
  readonly #waiting = new WeakMap<Socket, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#releases = new ReleaseTimes(waitMs, clock());
  }

  /** Resolves when the request may go on: mostly at once. What comes behind it on its connection is not read before that. */
  async turn({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): Promise<void> {
    const nowMs = this.#clock();
    if (this.#byAddress.take(ip, requests.perSecond, requests.burst, nowMs)) return;
    this.#wait(socket, 1);
    // Nobody who waits keeps a relay from ending.
    await new Promise<void>((resolve) => void setTimeout(resolve, this.#releases.nextDelayMs(nowMs)).unref());
    this.#wait(socket, -1);
  }

  forgetQuiet(): void {
    this.#byAddress.forgetQuiet(requests.perSecond, requests.burst, this.#clock());
  }

  /** One request more or less of this connection waits. */
  #wait(socket: Socket, change: 1 | -1): void {
    const waiting = (this.#waiting.get(socket) ?? 0) + change;
    this.#waiting.set(socket, waiting);
    if (waiting === 0) socket.resume();
    else if (waiting === change) socket.pause();
  }
}
