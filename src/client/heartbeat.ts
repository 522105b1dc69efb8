import type { Clock } from './clock.ts';
import { RelaySendError } from './errors.ts';

/** The sign of life that a client asks for every 30 to 60 seconds (PROTOCOL A6). */
export const pingText = '{"action":"ping"}';

/** More pings than this do not wait for their answers at one time. */
const waitingMax = 64;
/**
 * Silence is believed only when the event loop has looked at the network once more: after a long computation the timer
 * would otherwise speak before the bytes that have long been there.
 */
const graceMs = 1_000;

interface HeartbeatPorts {
  readonly clock: Clock;
  /** Sends a ping; rejects when it could not. */
  readonly sendPing: () => Promise<void>;
  readonly receivedBytes: () => number;
  /** Not one byte came in time: the connection is dead, whatever the system thinks. */
  readonly onDead: () => void;
  readonly onRoundTrip: (durationMs: number) => void;
}

interface HeartbeatOptions {
  readonly everyMs: number;
  readonly timeoutMs: number;
}

export interface Heartbeat {
  /** Resolves with the milliseconds until the answer; rejects with `RelaySendError`. */
  ping(): Promise<number>;
  /** The relay has answered the oldest ping. */
  handlePong(): void;
  /** While nothing is read nothing can be heard: no pings, and no verdict. */
  rest(resting: boolean): void;
  /** Ends all waiting with the reason. */
  stop(reason: RelaySendError): void;
}

interface Waiting {
  readonly sentAtMs: number;
  readonly answer: PromiseWithResolvers<number>;
  cancelDeadline: () => void;
  /** Nobody waits any more, but the answer may still come and must not be taken for that of a later ping. */
  abandoned: boolean;
}

/** Pings every `everyMs`, and calls a connection dead that shows no byte for `timeoutMs` after one. */
export function createHeartbeat(ports: HeartbeatPorts, options: HeartbeatOptions): Heartbeat {
  const { clock } = ports;
  let waiting: Waiting[] = [];
  let resting = false;

  function giveUp(entry: Waiting, reason: RelaySendError): void {
    entry.cancelDeadline();
    entry.abandoned = true;
    entry.answer.reject(reason);
  }

  function watch(entry: Waiting, bytesBefore: number, delayMs: number, isGrace: boolean): void {
    entry.cancelDeadline = clock.after(delayMs, () => {
      const heard = resting || ports.receivedBytes() !== bytesBefore;
      if (!heard && !isGrace) return watch(entry, bytesBefore, graceMs, true);
      giveUp(entry, new RelaySendError('no_answer', `the relay did not answer a ping within ${options.timeoutMs} ms`));
      if (!heard) ports.onDead();
    });
  }

  function ping(): Promise<number> {
    if (waiting.length >= waitingMax) {
      return Promise.reject(new RelaySendError('backlog', `${waitingMax} pings wait for their answer already`));
    }
    const entry: Waiting = {
      sentAtMs: clock.uptimeMs(),
      answer: Promise.withResolvers<number>(),
      cancelDeadline: () => undefined,
      abandoned: false,
    };
    waiting.push(entry);
    watch(entry, ports.receivedBytes(), options.timeoutMs, false);
    ports.sendPing().catch((error: RelaySendError) => giveUp(entry, error));
    return entry.answer.promise;
  }

  function beat(): void {
    cancelBeat = clock.after(options.everyMs, beat);
    // A ping that the relay did not take, because of a rate for example, must not shift the answers for ever.
    waiting = waiting.filter((entry) => !entry.abandoned);
    if (!resting) ping().then(ports.onRoundTrip, () => undefined);
  }
  let cancelBeat = clock.after(options.everyMs, beat);

  return {
    ping,
    handlePong() {
      const entry = waiting.shift();
      entry?.cancelDeadline();
      entry?.answer.resolve(clock.uptimeMs() - entry.sentAtMs);
    },
    rest(now) {
      resting = now;
    },
    stop(reason) {
      cancelBeat();
      for (const entry of waiting) giveUp(entry, reason);
      waiting = [];
    },
  };
}
