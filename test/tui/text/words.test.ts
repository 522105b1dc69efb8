import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitWords } from '../../../src/tui/text/words.ts';

const texts = (line: string) => splitWords(line).map(({ text }) => text);

describe('splitting a line into words', () => {
  it('keeps together what stands in quotes, and leaves the quotes out', () => {
    expect(texts(`cmd=say text="hello  you" 'x y'=1 a"b c"d`)).toEqual([
      'cmd=say',
      'text=hello  you',
      'x y=1',
      'ab cd',
    ]);
  });

  it('leaves JSON in single quotes as it is', () => {
    expect(texts(`point:='{"x":1, "y":2}' s="a \\"b\\""`)).toEqual(['point:={"x":1, "y":2}', 's=a "b"']);
  });

  it('says where each word begins', () => {
    expect(splitWords('@a  b=1 c=2', 3)).toEqual([
      { text: 'b=1', index: 4 },
      { text: 'c=2', index: 8 },
    ]);
  });

  it('ends for every text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => splitWords(text).length <= text.length));
  });
});
