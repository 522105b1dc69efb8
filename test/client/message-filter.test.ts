import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessageFilter } from '../../src/client/message-filter.ts';

const message = {
  from: 'sensor-014',
  text: '{"type":"temp.report","temp":21.4,"pos":{"x":5},"tags":["a","b"],"ok":true,"note":"Hello World"}',
};

function fits(filter: string): boolean | undefined {
  return parseMessageFilter(filter)?.matches(message);
}

describe('a message filter', () => {
  it.each([
    'temp',
    'TEMP.report',
    'sensor',
    'from=sensor-014',
    'from=sensor-*',
    'temp=21.4',
    'temp=21*',
    'pos.x=5',
    'ok=true',
    'tags=*a*',
    '"hello world"',
    'note="hello world"',
    '-from=pump-1',
    'from=sensor-* temp=* -error',
  ])('lets %s through', (filter) => {
    expect(fits(filter)).toBe(true);
  });

  it.each([
    'hum',
    'from=pump-1',
    'from=sensor',
    'to=sensor-014',
    'temp=21',
    'pos.y=5',
    '-temp',
    'temp hum',
    '__proto__=*',
  ])('keeps %s out', (filter) => {
    expect(fits(filter)).toBe(false);
  });

  it('is none when there is nothing to look for', () => {
    expect(parseMessageFilter('')).toBeUndefined();
    expect(parseMessageFilter('  ""  ')).toBeUndefined();
  });

  it('works on whatever is being typed, and on whatever came', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (filter, text) => {
        const matched = parseMessageFilter(filter)?.matches({ from: 'x', text });
        expect([true, false, undefined]).toContain(matched);
      }),
    );
  });
});
