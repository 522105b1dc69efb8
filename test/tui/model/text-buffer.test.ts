import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CursorMove,
  deleteTo,
  insertText,
  moveCursor,
  type TextBuffer,
} from '../../../src/tui/model/text-buffer.ts';

const moves: readonly CursorMove[] = ['left', 'right', 'home', 'end', 'up', 'down', 'word-left', 'word-right'];

/** A buffer from a text in which `|` stands for the cursor. */
function buffer(marked: string): TextBuffer {
  return { text: marked.replace('|', ''), cursor: marked.indexOf('|') };
}

function marked({ text, cursor }: TextBuffer): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

describe('a text buffer', () => {
  it.each([
    ['ab|c', 'left', 'a|bc'],
    ['|abc', 'left', '|abc'],
    ['a|😀b', 'right', 'a😀|b'],
    ['ae\u0301|', 'left', 'a|e\u0301'],
    ['ab\nc|d', 'home', 'ab\n|cd'],
    ['a|b\ncd', 'end', 'ab|\ncd'],
    ['ab\nc|d', 'up', 'a|b\ncd'],
    ['a\nbcd|', 'up', 'a|\nbcd'],
    ['a|b\nc', 'down', 'ab\nc|'],
    ['😀x\nab|', 'up', '😀x|\nab'],
    ['one two|', 'word-left', 'one |two'],
    ['|one two', 'word-right', 'one| two'],
  ] as const)('%s moves %s to %s', (from, move, to) => {
    expect(marked(moveCursor(buffer(from), move))).toBe(to);
  });

  it('deletes as far as the cursor would move', () => {
    expect(marked(deleteTo(buffer('one two|'), 'word-left'))).toBe('one |');
    expect(marked(deleteTo(buffer('a😀|b'), 'left'))).toBe('a|b');
    expect(marked(deleteTo(buffer('a|😀b'), 'right'))).toBe('a|b');
  });

  it('never leaves the cursor outside of the text or inside of a pair', () => {
    const edit = fc.oneof(fc.constantFrom(...moves), fc.string({ unit: 'grapheme', maxLength: 3 }), fc.constant('\n'));
    fc.assert(
      fc.property(fc.array(edit), (edits) => {
        let current: TextBuffer = { text: '', cursor: 0 };
        for (const step of edits) {
          const move = moves.find((known) => known === step);
          current = move === undefined ? insertText(current, step) : moveCursor(current, move);
          expect(current.cursor).toBeGreaterThanOrEqual(0);
          expect(current.cursor).toBeLessThanOrEqual(current.text.length);
          expect(current.text.slice(0, current.cursor).isWellFormed()).toBe(true);
        }
      }),
    );
  });
});
