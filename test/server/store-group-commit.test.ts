import { beforeEach, describe, expect, it } from 'vitest';
import { GroupCommit } from '../../src/server/store/group-commit.ts';
import type { Batch, Operation } from '../../src/server/store/operations.ts';

/** A worker that answers when it is told to. */
let sent: Batch[];
let relieved: number;
let commits: GroupCommit;
let onSent: () => void;
beforeEach(() => {
  sent = [];
  relieved = 0;
  onSent = () => {};
  commits = new GroupCommit({
    send: (batch) => {
      sent.push(batch);
      onSent();
    },
    onRelieved: () => {
      relieved += 1;
    },
  });
});

const nextBatch = () =>
  new Promise<void>((resolve) => {
    onSent = resolve;
  });

function enqueue(payload: Uint8Array, settled: (refusal: string | undefined) => void = () => {}): void {
  const { byteLength: payloadBytes } = payload;
  const at = (payloadStart: number): Operation => ({
    name: 'enqueue',
    userId: 'u',
    target: 't',
    sender: 's',
    queuedAtMs: 0,
    expiresAtMs: 0,
    payloadStart,
    payloadBytes,
  });
  commits.submitPayload(payload, at, settled);
}

function payloadsIn(batch: Batch | undefined): string[] {
  if (batch === undefined) return [];
  return batch.operations.map((operation) =>
    operation.name === 'enqueue'
      ? Buffer.from(batch.payloads, operation.payloadStart, operation.payloadBytes).toString()
      : operation.name,
  );
}

const answer = (count: number) => ({ results: Array.from({ length: count }, (_, i) => i), refusals: new Map() });

describe('group commit', () => {
  it('sends together what came in one tick, in its order, and then what came meanwhile', async () => {
    enqueue(Buffer.from('a'));
    commits.submit({ name: 'flush' }, () => {});
    enqueue(Buffer.from('b'));
    expect(sent).toEqual([]);
    await nextBatch();
    expect(sent.map(payloadsIn)).toEqual([['a', 'flush', 'b']]);
    enqueue(Buffer.from('c'));
    enqueue(Buffer.from('d'));
    expect(sent).toHaveLength(1);
    commits.settle(answer(3));
    expect(payloadsIn(sent[1])).toEqual(['c', 'd']);
  });

  it('settles each operation with its own answer', async () => {
    const answers: unknown[] = [];
    for (let i = 0; i < 3; i += 1) {
      commits.submit({ name: 'flush' }, (refusal, result) => answers.push(refusal ?? result));
    }
    await nextBatch();
    commits.settle({ results: [7, undefined, 9], refusals: new Map([[1, 'no']]) });
    expect(answers).toEqual([7, 'no', 9]);
  });

  it('keeps batches small, and a payload that is larger alone', async () => {
    const mebibyte = 1024 * 1024;
    for (const size of [1, 0.75, 0.5, 5, 0.1]) enqueue(Buffer.alloc(size * mebibyte));
    for (let i = 0; i < 1200; i += 1) commits.submit({ name: 'flush' }, () => {});
    await nextBatch();
    const sizes: number[] = [];
    for (let i = 0; i < sent.length; i += 1) {
      sizes.push(sent[i]?.operations.length ?? 0);
      commits.settle(answer(sizes[i] ?? 0));
    }
    expect(sizes).toEqual([2, 1, 1, 1024, 177]);
  });

  it('is congested above its bytes, and relieved at half of them, once', async () => {
    const mebibyte = Buffer.alloc(1024 * 1024);
    for (let i = 0; i < 8; i += 1) enqueue(mebibyte);
    expect(commits.isCongested).toBe(false);
    enqueue(mebibyte);
    expect(commits.isCongested).toBe(true);
    await nextBatch();
    const states: [boolean, number][] = [];
    for (let i = 0; i < 5; i += 1) {
      commits.settle(answer(2));
      states.push([commits.isCongested, relieved]);
    }
    expect(states).toEqual([
      [true, 0],
      [true, 0],
      [false, 1],
      [false, 1],
      [false, 1],
    ]);
  });

  it('is congested above its number of operations', async () => {
    for (let i = 0; i < 20_000; i += 1) commits.submit({ name: 'flush' }, () => {});
    expect(commits.isCongested).toBe(false);
    commits.submit({ name: 'flush' }, () => {});
    expect(commits.isCongested).toBe(true);
    await nextBatch();
    while (relieved === 0) commits.settle(answer(1024));
    expect(commits.isCongested).toBe(false);
  });

  it('refuses all that is under way or waits when the worker is gone', async () => {
    const refusals: (string | undefined)[] = [];
    enqueue(Buffer.from('under way'), (refusal) => refusals.push(refusal));
    await nextBatch();
    enqueue(Buffer.from('waiting'), (refusal) => refusals.push(refusal));
    commits.refuseAll('gone');
    expect(refusals).toEqual(['gone', 'gone']);
    commits.settle(answer(1));
    expect(refusals).toHaveLength(2);
  });
});
