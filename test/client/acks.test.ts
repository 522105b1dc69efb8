import { describe, expect, it } from 'vitest';
import { createAcks } from '../../src/client/acks.ts';

/** Acknowledgements that leave when the test says so. */
function createScene() {
  const sent: number[] = [];
  const leaving: PromiseWithResolvers<void>[] = [];
  const acknowledge = createAcks((seq) => {
    sent.push(seq);
    const left = Promise.withResolvers<void>();
    leaving.push(left);
    return left.promise;
  });
  return { sent, leaving, acknowledge };
}

describe('acknowledgements', () => {
  it('leave at once', () => {
    const { sent, acknowledge } = createScene();
    void acknowledge(1);
    expect(sent).toEqual([1]);
  });

  it('are the highest of those that came while one was leaving', async () => {
    const { sent, leaving, acknowledge } = createScene();
    const first = acknowledge(1);
    const rest = [acknowledge(2), acknowledge(4), acknowledge(3)];
    leaving[0]?.resolve();
    await first;
    await Promise.resolve();
    expect(sent).toEqual([1, 4]);
    leaving[1]?.resolve();
    await Promise.all(rest);
    const later = acknowledge(2);
    expect(sent).toEqual([1, 4, 2]);
    leaving[2]?.resolve();
    await later;
  });

  it('fail for those who wait for it, and the next one tries again', async () => {
    const { sent, leaving, acknowledge } = createScene();
    const first = acknowledge(1);
    const second = acknowledge(2);
    leaving[0]?.reject(new Error('lost'));
    await expect(first).rejects.toThrow('lost');
    leaving[1]?.resolve();
    await second;
    expect(sent).toEqual([1, 2]);
  });
});
