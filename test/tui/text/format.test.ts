import { describe, expect, it } from 'vitest';
import { countOf, formatAge, formatCount, formatRate } from '../../../src/tui/text/format.ts';

describe('numbers and times', () => {
  it('say an age in its largest unit', () => {
    expect([0, 59_000, 60_000, 3_600_000, 90_000_000, -5].map(formatAge)).toEqual([
      '0s',
      '59s',
      '1m',
      '1h',
      '1d',
      '0s',
    ]);
  });

  it('group thousands', () => {
    expect([0, 999, 1000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
  });

  it('count one thing as one', () => {
    expect([0, 1, 2, 1000].map((count) => countOf(count, 'message'))).toEqual([
      '0 messages',
      '1 message',
      '2 messages',
      '1,000 messages',
    ]);
  });

  it('say a rate in four characters', () => {
    expect([0, 999, 1000, 9940, 9960, 35_000].map(formatRate)).toEqual(['0', '999', '1.0k', '9.9k', '10k', '35k']);
  });
});
