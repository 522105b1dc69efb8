import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonMistake, placeOf } from '../../../src/tui/text/json-mistake.ts';

function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const jsonObject = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value));
const damagedObject = fc
  .tuple(
    jsonObject,
    fc.nat(),
    fc.constantFrom('', '"', '{', '}', ',', ':', '[', ']', '\\', '0', '-', 't', "'", '\n', '.'),
  )
  .map(([text, place, inserted]) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + inserted + text.slice(at + (place % 2));
  });

describe('findJsonMistake', () => {
  it.each([
    ['{"a":}', 5, /value is missing/],
    ['{"a":1,}', 7, /no comma before }/],
    ['{"a":[1,]}', 8, /no comma before ]/],
    ['{"a" 1}', 5, /: is missing/],
    ['{a:1}', 1, /key stands in double quotes/],
    ['{"a":1', 6, /comma or } is missing/],
    ['{"a":on}', 5, /double quotes/],
    ["{'a':1}", 1, /double quotes/],
    ['{"a":\'x\'}', 5, /double quotes/],
    ['{"a":"x\ny"}', 7, /line break/],
    ['{"a":"x}', 5, /closing "/],
    ['{} x', 3, /nothing may follow/],
    ['{"a":01}', 6, /number is written/],
    ['{"a":"\\q"}', 6, /after \\ comes/],
    ['[1]', 0, /JSON object/],
    ['', 0, /JSON object/],
  ])('says of %s what is wrong and where', (text, index, expected) => {
    expect(findJsonMistake(text)).toEqual({ index, expected: expect.stringMatching(expected) });
  });

  it('agrees with JSON.parse about every text', () => {
    fc.assert(
      fc.property(fc.oneof(jsonObject, damagedObject, fc.string()), (text) => {
        expect(findJsonMistake(text) === undefined).toBe(isObjectText(text));
      }),
      { numRuns: 500 },
    );
  });

  it('reads any depth', () => {
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(findJsonMistake(deep)).toBeUndefined();
    expect(findJsonMistake(deep.slice(0, -2))?.index).toBe(deep.length - 2);
  });

  it('gives line and column from 1', () => {
    expect(placeOf('{"ä":\n 😀x', 9)).toEqual({ line: 2, column: 3 });
  });
});
