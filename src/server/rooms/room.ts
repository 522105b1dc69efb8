import type { UserLimits } from '../../protocol/limits.ts';
import { Outcomes } from '../messages/outcomes.ts';
import { Taps } from '../messages/taps.ts';
import type { TargetQueue } from '../queues/target-queue.ts';
import { TokenBucket } from '../rates/token-bucket.ts';
import { PresenceWatch } from './presence-watch.ts';
import { RecentIds } from './recent-ids.ts';
import type { Session } from './session.ts';

/** All that belongs to one user: nothing in it is ever looked up from another room (PROTOCOL A2). */
export class Room {
  readonly userId: string;
  /** Replaced as a whole when an administrator changes a limit, so that it applies to live sessions at once. */
  limits: UserLimits;
  /** One session a client id at most. */
  readonly sessions = new Map<string, Session>();
  /** Queues that hold something or have something under way. */
  readonly queues = new Map<string, TargetQueue>();
  /** Messages and their payload bytes in all queues together: waiting, under way into the store, handed but unconfirmed. */
  queuedMessages = 0;
  queuedBytes = 0;
  readonly outcomes = new Outcomes();
  readonly watch = new PresenceWatch();
  readonly taps = new Taps();
  /** Ids that were for one connection alone and are gone: nothing is queued for them (PROTOCOL B `ephemeral`). */
  readonly goneEphemerals = new RecentIds();
  /** `user_message_rate`, over all connections. */
  readonly rate: TokenBucket;
  /** The same for pings of all connections, which are no messages. */
  readonly controls: TokenBucket;

  constructor(userId: string, limits: UserLimits, nowMs: number) {
    this.userId = userId;
    this.limits = limits;
    this.rate = new TokenBucket(limits.user_message_rate, nowMs);
    this.controls = new TokenBucket(limits.user_message_rate, nowMs);
  }
}
