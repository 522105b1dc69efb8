import type { Logger } from 'pino';
import type { ServerLimits } from '../protocol/limits.ts';
import type { Clock } from './clock.ts';
import type { Directory } from './directory/directory.ts';
import type { RequestPace } from './http/request-pace.ts';
import type { AuthThrottle } from './rates/auth-throttle.ts';
import type { Switchboard } from './rooms/switchboard.ts';
import type { PendingConnections } from './sockets/pending.ts';

/** Time between two sweeps: a twentieth of the shortest limit of time, within these bounds, in milliseconds. */
const sweepMs = { min: 20, max: 500, partOfLimit: 20 } as const;
/** A sweep that is so late was not late for work, but because the relay did not run, in milliseconds. */
const pausedMs = 1000;
/** Time between two writings of when devices were last seen, in milliseconds. */
const lastSeenMs = 30_000;

export interface SweeperOptions {
  readonly clock: Clock;
  readonly limits: () => ServerLimits;
  readonly switchboard: Switchboard;
  readonly directory: Directory;
  readonly pending: PendingConnections;
  readonly throttle: AuthThrottle;
  readonly pace: RequestPace;
  readonly log: Logger;
}

/** Does what time asks for, for all connections together: no connection has a timer of its own. */
export function startSweeper(options: SweeperOptions): { close(): void } {
  const { clock, limits, switchboard, directory, pending, throttle, pace, log } = options;
  const warn = (what: string) => (error: Error) => log.warn({ reason: error.message }, what);

  let sweptAtMs = clock();

  function sweep(): void {
    const nowMs = clock();
    const lateMs = nowMs - sweptAtMs - intervalMs;
    sweptAtMs = nowMs;
    if (lateMs > pausedMs) {
      // What came meanwhile is read before the next sweep, which judges who is silent.
      log.warn({ ms: Math.round(lateMs) }, 'the relay did not run for a while');
      switchboard.excuse(lateMs, nowMs);
      return;
    }
    const message = 'no credentials came in time: send them as the first message';
    for (const late of pending.openedBefore(nowMs - limits().auth_deadline))
      late.refuse({ code: 'auth_timeout', message });
    switchboard.sweep(nowMs).catch(warn('queues could not be swept'));
    directory.devices.removeExpiredTokens().catch(warn('expired tokens could not be removed'));
  }

  function tidy(): void {
    throttle.forgetQuiet();
    pace.forgetQuiet();
    directory.devices.saveLastSeen().catch(warn('last-seen times could not be written'));
  }

  const { ping_after, silent_after, auth_deadline } = limits();
  const shortestMs = Math.min(ping_after, silent_after, auth_deadline, directory.limits.idleTimeoutMsMin);
  const intervalMs = Math.min(sweepMs.max, Math.max(sweepMs.min, Math.round(shortestMs / sweepMs.partOfLimit)));
  const timers = [setInterval(sweep, intervalMs), setInterval(tidy, lastSeenMs)];
  return {
    close() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
