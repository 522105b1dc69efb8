import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffDelayMs, slowDelayMs } from '../../src/client/backoff.ts';

const almostOne = (): number => 1 - Number.EPSILON;

describe('the wait before another try', () => {
  it('has a ceiling that doubles from half a second to half a minute', () => {
    const ceilings = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map((failures) => backoffDelayMs(failures, almostOne));
    expect(ceilings).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('is spread over the whole time below the ceiling', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (failures, chance) => {
        const delayMs = backoffDelayMs(failures, () => chance);
        const ceilingMs = backoffDelayMs(failures, almostOne);
        expect(delayMs).toBe(Math.round(chance * ceilingMs));
      }),
    );
    expect(backoffDelayMs(9, () => 0)).toBe(0);
  });

  it('is 5 to 15 minutes after refused credentials', () => {
    expect(slowDelayMs(() => 0)).toBe(5 * 60_000);
    expect(slowDelayMs(() => 0.5)).toBe(10 * 60_000);
    expect(slowDelayMs(almostOne)).toBe(15 * 60_000);
  });
});
