import { expect, it } from 'vitest';
import { Handed } from '../../src/server/queues/handed.ts';

function barrier(seq: number) {
  return { pingNumber: seq, throughSeq: seq, messages: [{ seq, sender: 'pc', queuedAtMs: 0, payloadBytes: 10 }] };
}

it('what was handed out is taken back from the front as far as it is proven, and counted', () => {
  const handed = new Handed();
  for (const seq of [1, 2, 3]) handed.add(barrier(seq));
  expect(handed).toMatchObject({ messages: 3, payloadBytes: 30 });
  const proven = handed.takeProven(({ pingNumber }) => pingNumber <= 2);
  expect(proven).toMatchObject({ throughSeq: 2, pingNumber: 2 });
  expect(proven?.messages.map(({ seq }) => seq)).toEqual([1, 2]);
  expect(handed).toMatchObject({ messages: 1, payloadBytes: 10, isEmpty: false });
  expect(handed.takeProven(() => false)).toBeUndefined();
  handed.takeProven(() => true);
  expect(handed).toMatchObject({ messages: 0, payloadBytes: 0, isEmpty: true });
});
