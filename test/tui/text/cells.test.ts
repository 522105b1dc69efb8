import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { cellWidth, cutToCells, fitToCells, wrapToCells, wrapWords } from '../../../src/tui/text/cells.ts';
import { toVisible } from '../../../src/tui/text/visible.ts';

const visibleText = fc.string({ unit: 'binary' }).map((text) => toVisible(text));

describe('cells', () => {
  it('count wide characters as two columns and marks as none', () => {
    expect(cellWidth('abc')).toBe(3);
    expect(cellWidth('温度')).toBe(4);
    expect(cellWidth('e\u0301')).toBe(1);
  });

  it('are those of Ink for every single character', () => {
    for (let code = 0x20; code < 0x3000; code++) {
      const character = String.fromCharCode(code);
      if (toVisible(character) === character)
        expect([code, cellWidth(character)]).toEqual([code, stringWidth(character)]);
    }
  });

  it('cut in front of a wide character that would stick out', () => {
    expect(cutToCells('温度計', 4, '…')).toBe('温…');
    expect(fitToCells('温度計', 4, '…')).toBe('温… ');
    expect(cutToCells('温度', 4, '…')).toBe('温度');
  });

  it('wrap sentences at spaces, and break a word alone that is longer than a line', () => {
    expect(wrapWords('the relay is not there', 9)).toEqual(['the relay', 'is not', 'there']);
    expect(wrapWords('at wss://relay.example now', 8)).toEqual(['at', 'wss://re', 'lay.exam', 'ple now']);
    expect(wrapWords('', 5)).toEqual(['']);
  });

  it('wrap every sentence within its columns', () => {
    fc.assert(
      fc.property(visibleText, fc.integer({ min: 2, max: 40 }), (text, columns) => {
        const lines = wrapWords(text, columns);
        expect(lines.every((line) => cellWidth(line) <= columns)).toBe(true);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });

  it('leave nothing where there is no room', () => {
    expect(cutToCells('abc', 0, '…')).toBe('');
    expect(fitToCells('abc', 1, '…')).toBe('…');
  });

  it('fit every visible text to exactly the columns', () => {
    fc.assert(
      fc.property(visibleText, fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(cellWidth(fitToCells(text, columns, '…'))).toBe(columns);
      }),
    );
  });

  it('wrap without losing a character', () => {
    fc.assert(
      fc.property(visibleText, fc.integer({ min: 2, max: 20 }), (text, columns) => {
        const lines = wrapToCells(text, columns);
        expect(lines.join('')).toBe(text);
        expect(lines.every((line) => cellWidth(line) <= columns)).toBe(true);
      }),
    );
  });
});
