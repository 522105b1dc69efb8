import { describe, expect, it } from 'vitest';
import { completeLine } from '../../../src/tui/plain/complete-line.ts';
import { createHarness, online } from '../harness.ts';

const { state } = createHarness({ devices: [online('pump-1'), online('pump 2'), online('gate')] });

describe('completing a line', () => {
  it.each([
    [':pro', [':profiles ']],
    [':look g', ['gate']],
    ['@g', ['@gate ']],
    ['@gate @pu', ['@pump-1 ']],
    ['@"', ['@"pump 2" ']],
    ['@gate {"cmd":"@p', []],
    ['gate', []],
  ])('%s', (line, candidates) => {
    expect(completeLine(state, line)[0]).toEqual(candidates);
  });

  it('offers nothing for an answer', () => {
    const asked = createHarness({ devices: [online('gate')] });
    asked.press('a');
    expect(completeLine(asked.state, ':')[0]).toEqual([]);
  });
});
