import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutMembers } from '../../src/protocol/without-members.ts';

describe('a JSON object without some of its members', () => {
  it('keeps every character of the others', () => {
    const text = '{ "a" : 1.0, "target":"x", "n":12345678901234567890, "s":"}{,\\u0041" }';
    expect(withoutMembers(text, ['target'])).toBe('{"a" : 1.0,"n":12345678901234567890,"s":"}{,\\u0041"}');
  });

  it('finds a name in whatever spelling, and however often it is there', () => {
    expect(withoutMembers('{"target":1,"a":2,"\\u0074arget":3}', ['target'])).toBe('{"a":2}');
    expect(withoutMembers('{"_seq":1,"_from":"x"}', ['_seq', '_from'])).toBe('{}');
  });

  it('leaves what is inside alone', () => {
    expect(withoutMembers('{"a":{"target":1}}', ['target'])).toBe('{"a":{"target":1}}');
  });

  it('knows what is no JSON object', () => {
    for (const text of ['', '[]', '1', '{"a":1', '{"a":1}x', '{"a":}', '{"a":1} {}']) {
      expect(withoutMembers(text, ['a'])).toBeUndefined();
    }
  });

  it('agrees with JSON.parse and delete', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(fc.constantFrom('target', '_seq'), fc.string()), fc.jsonValue()), (object) => {
        const parsed: unknown = JSON.parse(JSON.stringify(object));
        const without = withoutMembers(JSON.stringify(object), ['target', '_seq']);
        const { target: _target, _seq, ...expected } = parsed as Record<string, unknown>;
        expect(JSON.parse(without ?? '')).toEqual(expected);
      }),
    );
  });
});
