import type { ClaimRequest, DeviceRecord, QueuedMessage } from '../../src/server/store/store.ts';

/** A message to a pump, unless said otherwise. */
export function message(over: Partial<QueuedMessage> & { text?: string } = {}): QueuedMessage {
  const { text = 'hello', ...rest } = over;
  return {
    userId: 'user-1',
    target: 'pump',
    sender: 'controller',
    payload: Buffer.from(text),
    queuedAtMs: 1000,
    expiresAtMs: Number.POSITIVE_INFINITY,
    ...rest,
  };
}

export const text = (payload: Uint8Array): string => Buffer.from(payload).toString();

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

/** That pump, registered. */
export const device: DeviceRecord = { userId: 'user-1', clientId: 'pump', createdAtMs: 4 };
