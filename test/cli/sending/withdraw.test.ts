import { describe, expect, it } from 'vitest';
import { withdrawOver } from '../../../src/cli/sending/withdraw.ts';
import { RelayHttpError, RelayUnreachableError } from '../../../src/client/errors.ts';
import type { QueuedMessage } from '../../../src/client/http-types.ts';

const entry = (seq: number, id: string, more: Partial<QueuedMessage> = {}): QueuedMessage => ({
  seq,
  from: 'me',
  _id: id,
  queued_at: '2026-01-01T00:00:00.000Z',
  expires_at: null,
  attempts: 0,
  handed: false,
  payload: '{}',
  ...more,
});

/** A queue in which some numbers cannot be cancelled. */
function queueOf(
  messages: readonly QueuedMessage[],
  refusals: ReadonlyMap<number, Error> = new Map(),
  attemptsAtCancelling?: number,
) {
  const cancelled: number[] = [];
  return {
    cancelled,
    http: {
      queue: async (target: string) => ({ target, waiting: messages.length, bytes: 0, messages }),
      async cancelQueued(_target: string, seq: number) {
        const refusal = refusals.get(seq);
        if (refusal !== undefined) throw refusal;
        cancelled.push(seq);
        return { attempts: attemptsAtCancelling };
      },
    },
  };
}

const unanswered = { sender: 'me', target: 'gate', ids: new Set(['a', 'b', 'c']) };

describe('taking back what waits', () => {
  it('cancels its own messages and nobody else’s, and says which will not run', async () => {
    const others = [entry(3, 'z'), entry(4, 'a', { from: 'another' })];
    const { http, cancelled } = queueOf([entry(1, 'a'), entry(2, 'b'), ...others]);
    expect(await withdrawOver(http, unanswered)).toEqual(new Set(['a', 'b']));
    expect(cancelled).toEqual([1, 2]);
  });

  it('is not sure of one that was handed over before, but does not let it come again', async () => {
    const { http, cancelled } = queueOf([entry(1, 'a', { attempts: 1 })]);
    expect(await withdrawOver(http, unanswered)).toEqual(new Set());
    expect(cancelled).toEqual([1]);
  });

  it('is not sure of one that was handed over between the look and the cancelling', async () => {
    const { http, cancelled } = queueOf([entry(1, 'a', { attempts: 0 })], new Map(), 1);
    expect(await withdrawOver(http, unanswered)).toEqual(new Set());
    expect(cancelled).toEqual([1]);
  });

  it('is not sure of what cannot be cancelled', async () => {
    const conflict = new RelayHttpError(409, 'conflict', 'handed over');
    const { http } = queueOf([entry(1, 'a', { handed: true }), entry(2, 'b')], new Map([[1, conflict]]));
    expect(await withdrawOver(http, unanswered)).toEqual(new Set(['b']));
  });

  it('is sure of nothing where nobody answers', async () => {
    const http = {
      queue: () => Promise.reject(new RelayUnreachableError('timeout', 'no answer')),
      cancelQueued: () => Promise.resolve({ attempts: 0 }),
    };
    expect(await withdrawOver(http, unanswered)).toEqual(new Set());
  });
});
