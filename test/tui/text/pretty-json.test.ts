import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareJson, prettyJson } from '../../../src/tui/text/pretty-json.ts';

function written(text: string): string[] {
  return prettyJson(text, 10_000).map(({ depth, label, value }) => `${'  '.repeat(depth)}${label}${value}`);
}

describe('prettyJson', () => {
  it('lays out an object as people write it', () => {
    expect(written('{"a":1.0,"b":{"c":[true,{"d":null}],"e":{}},"f":[]}')).toEqual([
      '{',
      '  "a": 1.0,',
      '  "b": {',
      '    "c": [',
      '      true,',
      '      {',
      '        "d": null',
      '      }',
      '    ],',
      '    "e": {}',
      '  },',
      '  "f": []',
      '}',
    ]);
  });

  it('is what JSON.stringify would write, for what has no digits to lose', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        expect(written(text).join('\n')).toBe(JSON.stringify(JSON.parse(text), null, 2));
      }),
    );
  });

  it('keeps numbers and duplicate keys as they came', () => {
    expect(written('{"n":12345678901234567890,"n":1e400}')).toEqual([
      '{',
      '  "n": 12345678901234567890,',
      '  "n": 1e400',
      '}',
    ]);
  });

  it('stops after the lines that were asked for, however deep the text is', () => {
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(prettyJson(deep, 100)).toHaveLength(100);
  });
});

describe('compareJson', () => {
  it('finds what is new, what has changed and what is gone', () => {
    const now = prettyJson('{"temp":21.4,"motor":{"speed":2},"list":[1,2]}', 100);
    const before = prettyJson('{"temp":21.4,"motor":{"speed":1},"list":[1],"hum":40}', 100);
    const { changes, gone } = compareJson(now, before);
    expect(
      now.flatMap((line, index) => (changes[index]?.kind === 'same' ? [] : [[line.path, changes[index]]])),
    ).toEqual([
      ['/motor/speed', { kind: 'changed', before: '1' }],
      ['/list/1', { kind: 'new' }],
    ]);
    expect(gone).toEqual([['/hum', '40']]);
  });
});
