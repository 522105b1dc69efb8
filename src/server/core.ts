import type { Logger } from 'pino';
import { defaultServerLimits, type ServerLimits } from '../protocol/limits.ts';
import { createClock } from './clock.ts';
import { Directory } from './directory/directory.ts';
import { RequestPace } from './http/request-pace.ts';
import { Incoming } from './messages/incoming.ts';
import type { Metrics } from './metrics.ts';
import { createAuthThrottle } from './rates/auth-throttle.ts';
import { tellRateLimited } from './rates/over-rate.ts';
import type { RelayOptions, ReloadOptions } from './relay-options.ts';
import { restoreQueues } from './restore-queues.ts';
import { createRevocation } from './revocation.ts';
import { Switchboard } from './rooms/switchboard.ts';
import type { RelayStore } from './store/store.ts';

export type Core = Awaited<ReturnType<typeof createCore>>;

/** The parts of the relay that do no network I/O, wired to each other. */
export async function createCore(options: RelayOptions, store: RelayStore, log: Logger, metrics: Metrics) {
  const clock = createClock();
  let serverLimits: ServerLimits = { ...defaultServerLimits(), ...options.serverLimits };
  const limits = () => serverLimits;

  const directory = new Directory({
    store: store.directory,
    snapshot: await store.directory.load(),
    clock,
    limitDefaults: options.userLimits ?? {},
    listener: createRevocation(() => switchboard.rooms),
  });

  const switchboard: Switchboard = new Switchboard({
    store: store.queue,
    clock,
    limitsOf: (userId) => directory.limits.ofId(userId),
    limits,
    onJoined({ room, clientId, link }) {
      metrics.noteLogin();
      log.info({ user: room.userId, client: clientId, address: link.address }, 'joined');
    },
    onLeft({ room, clientId }) {
      directory.devices.noteSeen(room.userId, clientId);
      log.info({ user: room.userId, client: clientId }, 'left');
    },
    onSwept: tellRateLimited,
  });
  const depths = await store.queue.depths();
  restoreQueues({ rooms: switchboard.rooms, depths, users: directory.users.all(), log });

  return {
    clock,
    limits,
    directory,
    switchboard,
    incoming: new Incoming({
      switchboard,
      clock,
      after: (delayMs, callback) => void setTimeout(callback, delayMs).unref(),
      silentAfterMs: () => serverLimits.silent_after,
      registered: (userId) => directory.devices.ofUser(userId).map((device) => device.clientId),
    }),
    throttle: createAuthThrottle({ clock, failuresPerMinute: () => serverLimits.auth_failures }),
    pace: new RequestPace(clock),
    setLimits(changed: ReloadOptions): void {
      if (changed.serverLimits !== undefined) serverLimits = { ...defaultServerLimits(), ...changed.serverLimits };
      if (changed.userLimits !== undefined) directory.limits.setDefaults(changed.userLimits);
    },
  };
}
