import { describe, expect, it } from 'vitest';
import { worstExitCode } from '../../../src/cli/sending/send-results.ts';
import { createTally } from '../../../src/cli/sending/tally.ts';

const error = (code: string) => ({ status: 'error', code, message: `because of ${code}` }) as const;

describe('the count of what became of messages', () => {
  it('says for each target the least of what its messages reached, and when the last word came', () => {
    let nowMs = 100;
    const tally = createTally(['one', 'two', 'three', 'none'], () => nowMs);
    nowMs = 107;
    tally.note('two', { status: 'delivered' });
    tally.note('two', { status: 'queued' });
    tally.note('one', { status: 'delivered' });
    nowMs = 120;
    tally.note('three', { status: 'sent' });
    expect(tally.results()).toEqual([
      { target: 'one', status: 'delivered', messages: 1, delivered: 1, queued: 0, failed: 0, durationMs: 7 },
      { target: 'two', status: 'queued', messages: 2, delivered: 1, queued: 1, failed: 0, durationMs: 7 },
      { target: 'three', status: 'sent', messages: 1, delivered: 0, queued: 0, failed: 0, durationMs: 20 },
    ]);
  });

  it('shows the first failure, unless a later message may still run', () => {
    const tally = createTally(['gate']);
    tally.note('gate', { status: 'delivered' });
    tally.note('gate', { ...error('timeout'), fate: 'cancelled' });
    tally.note('gate', error('queue_full'));
    expect(tally.results()).toMatchObject([{ status: 'error', code: 'timeout', fate: 'cancelled', failed: 2 }]);
    tally.note('gate', { ...error('timeout'), fate: 'may still run' });
    expect(tally.results()).toMatchObject([{ fate: 'may still run', messages: 4, failed: 3 }]);
  });

  it('comes to the exit code of the worst', () => {
    const codes = (...failures: readonly string[]) => {
      const tally = createTally(['well', ...failures]);
      tally.note('well', { status: 'queued' });
      for (const code of failures) tally.note(code, error(code));
      return worstExitCode(tally.results());
    };
    expect(codes()).toBe(0);
    expect(codes('connection_lost')).toBe(4);
    expect(codes('connection_lost', 'queue_full')).toBe(5);
    expect(codes('timeout', 'target_offline')).toBe(6);
    expect(codes('expired')).toBe(6);
  });
});
