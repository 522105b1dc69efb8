import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onOneLine, printable } from '../../src/cli/printable.ts';

describe('text from outside on a terminal', () => {
  it('is shown and not obeyed', () => {
    expect(printable('a\u001b[2Jb')).toBe('a\\u001b[2Jb');
    expect(printable('\u009b31m')).toBe('\\u009b31m');
    expect(printable('abc\u202edef')).toBe('abc\\u202edef');
    expect(printable('line\r\n\ttab')).toBe('line\\u000d\n\ttab');
  });

  it('stays as it is when it is harmless', () => {
    expect(printable('grüß {"a":"日本 🚀"}')).toBe('grüß {"a":"日本 🚀"}');
  });

  it('stays the same message inside JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(printable(JSON.stringify({ text })))).toEqual({ text });
      }),
    );
  });
});

describe('a message on one line', () => {
  it('is untouched when it is on one line already', () => {
    const json = '{ "a" : 1,\t"b":"x\\ny" }';
    expect(onOneLine(json)).toBe(json);
  });

  it('loses line breaks between its tokens, and nothing else', () => {
    expect(onOneLine('{\r\n  "n": 12345678901234567890,\n\n\t"s": "a  b\\n"\r}')).toBe(
      '{"n": 12345678901234567890,"s": "a  b\\n"}',
    );
  });

  it('means the same, however it was spread', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 4 }), (value, indent) => {
        const line = onOneLine(JSON.stringify(value, null, indent));
        expect(line).not.toMatch(/[\r\n]/);
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
