import type { ClaimRequest } from '../../src/server/store/store.ts';

/** A claim of all that waits for one target, unless said otherwise. */
export function claimAll(over: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    userId: 'user-1',
    target: 'pump',
    afterSeq: 0,
    payloadBytesMax: 1_000_000,
    messagesMax: 1000,
    attemptsMax: 3,
    takesOne: true,
    nowMs: 2000,
    ...over,
  };
}
