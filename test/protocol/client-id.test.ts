import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientIdBytesMax, isClientId } from '../../src/protocol/client-id.ts';

describe('a client id (PROTOCOL A2)', () => {
  it.each(['a', 'my_controller_id', 'mouse pi', 'Gerät 7', '漢字', '😀', '..', '*', '"', '\u00a0', '__proto__'])(
    'may be %j',
    (id) => expect(isClientId(id)).toBe(true),
  );

  it.each([
    ['nothing at all', ''],
    ['a space at its start', ' a'],
    ['a space at its end', 'a '],
    ['a space alone', ' '],
    ['a comma', 'a,b'],
    ['a line feed', 'a\nb'],
    ['a null', 'a\u0000'],
    ['an escape', '\u001b[31m'],
    ['a delete', 'a\u007f'],
    ['a control character of C1', 'a\u009b'],
    ['half of a surrogate pair', 'a\ud800'],
    ['the other half', '\udc00a'],
  ])('may not have %s', (_, id) => expect(isClientId(id)).toBe(false));

  it.each([undefined, null, 7, true, {}, ['a']])('is a string, not %j', (value) => {
    expect(isClientId(value)).toBe(false);
  });

  it('has at most 128 bytes of UTF-8, however many characters they are', () => {
    for (const [character, bytes] of [
      ['a', 1],
      ['é', 2],
      ['漢', 3],
      ['😀', 4],
    ] as const) {
      const longest = character.repeat(Math.floor(clientIdBytesMax / bytes));
      const fill = 'a'.repeat(clientIdBytesMax % bytes);
      expect(isClientId(longest + fill)).toBe(true);
      expect(isClientId(`${longest + fill}a`)).toBe(false);
    }
  });

  it('is counted in bytes as an encoder counts', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 25, maxLength: 130 }).map((part) => `x${part}x`);
    fc.assert(
      fc.property(text, (id) => {
        fc.pre(!/[\u0000-\u001f\u007f-\u009f,]/.test(id));
        expect(isClientId(id)).toBe(new TextEncoder().encode(id).length <= clientIdBytesMax);
      }),
      { numRuns: 500 },
    );
  });
});
