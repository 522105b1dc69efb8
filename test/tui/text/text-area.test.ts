import { describe, expect, it } from 'vitest';
import { layOutText } from '../../../src/tui/text/text-area.ts';

describe('layOutText', () => {
  it('keeps a column free for the cursor behind the last character', () => {
    expect(layOutText('abcd', 4, 5, false)).toEqual({ lines: ['abcd'], cursor: { row: 0, column: 4 } });
    expect(layOutText('abcde', 5, 5, false)).toEqual({ lines: ['abcd', 'e'], cursor: { row: 1, column: 1 } });
  });

  it('places the cursor in columns, not in characters', () => {
    expect(layOutText('温度x', 2, 20, false).cursor).toEqual({ row: 0, column: 4 });
    expect(layOutText('a\u202eb', 2, 20, false)).toEqual({ lines: ['a\\u202eb'], cursor: { row: 0, column: 7 } });
  });

  it('starts a line after a line break', () => {
    expect(layOutText('{\n}', 2, 20, false)).toEqual({ lines: ['{', '}'], cursor: { row: 1, column: 0 } });
    expect(layOutText('{\n', 2, 20, false).cursor).toEqual({ row: 1, column: 0 });
  });
});
