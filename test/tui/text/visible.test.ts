import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellWidth } from '../../../src/tui/text/cells.ts';
import { toVisible } from '../../../src/tui/text/visible.ts';

/** Everything that a terminal obeys instead of printing, or that takes no column of its own and is not a mark. */
const obeyed = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

describe('toVisible', () => {
  it.each([
    ['an escape sequence that clears the screen', '\u001b[2J', '\\u001b[2J'],
    ['an eight-bit control sequence', '\u009b2J', '\\u009b2J'],
    ['a hyperlink', '\u001b]8;;http://x\u0007', '\\u001b]8;;http://x\\u0007'],
    ['a bidirectional override', 'a\u202egnp.exe', 'a\\u202egnp.exe'],
    ['a zero-width space', 'pump\u200b-1', 'pump\\u200b-1'],
    ['a no-break space', 'a\u00a0b', 'a\\u00a0b'],
    ['a carriage return', 'a\rb', 'a\\u000db'],
    ['half of a surrogate pair', 'a\ud800b', 'a\\ud800b'],
    ['a tag character', '\u{e0041}', '\\u{e0041}'],
    ['a flag, about whose width terminals disagree', '\u{1f1e9}', '\\u{1f1e9}'],
    ['a mark that has nothing to stand on', '\u0301a', '\\u0301a'],
  ])('escapes %s', (_what, text, expected) => {
    expect(toVisible(text)).toBe(expected);
  });

  it.each(['{"a":1.5}', 'Tür', 'Ω±µ', '温度センサー', '한국어', 'e\u0301', 'Привет', '😀', 'ก็'])(
    'leaves %s as it is',
    (text) => {
      expect(toVisible(text)).toBe(text);
    },
  );

  it('drops the request for a coloured picture behind an emoji', () => {
    expect(toVisible('❤\ufe0f')).toBe('❤');
    expect(toVisible('x\ufe0f')).toBe('x\\ufe0f');
  });

  it('writes the vowel am as terminals measure it, and escapes letters that join the next one', () => {
    expect(cellWidth(toVisible('น้ำ'))).toBe(2);
    expect(toVisible('\u0d4ea')).toBe('\\u0d4ea');
  });

  it('keeps three marks on a letter and escapes the tower above them', () => {
    expect(toVisible(`e${'\u0301'.repeat(5)}`)).toBe(`e${'\u0301'.repeat(3)}\\u0301\\u0301`);
  });

  it('escapes everything beyond ASCII on a terminal that has nothing else', () => {
    expect(toVisible('Tür 温', true)).toBe('T\\u00fcr \\u6e29');
  });

  it('lets nothing through that a terminal would obey, and gives every text a width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const visible = toVisible(text);
        expect(visible).not.toMatch(obeyed);
        expect(toVisible(text, true)).toMatch(/^[\x20-\x7e]*$/);
        expect(cellWidth(visible)).toBe([...visible].reduce((sum, character) => sum + cellWidth(character), 0));
      }),
      { numRuns: 1000 },
    );
  });
});
