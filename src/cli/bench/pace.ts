import { defaultUserLimits, type UserLimits } from '../../protocol/limits.ts';

/** The limits that a bench keeps to: those that the relay told, or those of PROTOCOL D. */
export type RateLimits = Pick<UserLimits, 'message_rate' | 'message_burst' | 'user_message_rate'>;

export function rateLimitsOf(told: UserLimits | undefined): RateLimits {
  const { message_rate, message_burst, user_message_rate } = told ?? defaultUserLimits();
  return { message_rate, message_burst, user_message_rate };
}

const intervalMsMin = 2;

/** Between two single messages: half of the rate is left for others, and nothing ever waits for its turn. */
export function probeIntervalMs({ message_rate, user_message_rate }: RateLimits): number {
  const perSecond = Math.min(message_rate, user_message_rate);
  return Math.max(intervalMsMin, 2_000 / Math.max(perSecond, 0.1));
}

const underWayMin = 1;
const underWayMost = 256;

/**
 * So many messages of a pair are under way at most: enough that nobody waits, no reason for a queue, and no more than the limits
 * let go within a tenth of a second, so that the end does not have to be waited for.
 */
export function underWayMax({ message_rate }: RateLimits): number {
  return Math.max(underWayMin, Math.min(underWayMost, Math.floor(message_rate / 10)));
}

/** Of what the user may send with all connections so much is used: the client keeps to the limits of each one by itself. */
const userShare = 0.8;

/** How many messages all pairs together may have sent after so long a time. */
export function sentMax({ user_message_rate }: RateLimits, elapsedMs: number): number {
  return user_message_rate * userShare * (0.5 + elapsedMs / 1000);
}

/** From this part of what is allowed on it was a limit that held the messages back, and not the relay. */
const pacedShare = 0.8;

/** Whether so many messages in so long a time are about all that the limits allow. */
export function isPaced(limits: RateLimits, pairs: number, messages: number, elapsedMs: number): boolean {
  const ofConnections = pairs * (limits.message_burst + (limits.message_rate * elapsedMs) / 1000);
  return messages >= pacedShare * Math.min(ofConnections, sentMax(limits, elapsedMs));
}
