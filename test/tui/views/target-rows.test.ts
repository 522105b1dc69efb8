import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/tui/model/targets.ts';
import { layoutOf } from '../../../src/tui/state/layout.ts';
import { createLook } from '../../../src/tui/text/look.ts';
import { targetRows } from '../../../src/tui/views/target-rows.ts';
import { createHarness } from '../harness.ts';

const { state } = createHarness({ size: { columns: 40, rows: 12 } });
const view = { state, look: createLook({ isAscii: false, hasColor: false }), layout: layoutOf(state) };

function rowsFor(count: number, room: number): readonly string[] {
  const targets = Array.from(
    { length: count },
    (_, n): Target => ({ id: `pump-${n}`, state: 'online', isHidden: false }),
  );
  return targetRows(targets, room, view).map((spans) => spans.map(({ text }) => text).join(''));
}

describe('those to whom a command would go', () => {
  it('are all named where each has a row, and where they share rows', () => {
    expect(rowsFor(2, 2)).toEqual(['  pump-0 ●', '  pump-1 ●']);
    expect(rowsFor(4, 2)).toEqual(['pump-0 ●, pump-1 ●, pump-2 ●, ', 'pump-3 ●']);
  });

  it('are counted where there is no room for all, and the count is right', () => {
    expect(rowsFor(9, 2)).toEqual(['pump-0 ●, pump-1 ●, pump-2 ●, ', 'and 6 more']);
    expect(rowsFor(1000, 3).at(-1)).toBe('and 994 more');
    expect(rowsFor(9, 1)).toEqual(['and 9 more']);
  });
});
