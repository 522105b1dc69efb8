import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactJson } from '../../../src/tui/text/compact-json.ts';

const object = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('target', 'sender', 'x')), fc.jsonValue());

describe('compactJson', () => {
  it('leaves out what the row says already, wherever it stands', () => {
    const text = '{ "target": "a",\n "cmd": "x", "sender": {"deep":[1,2]}, "n": 1.0 }';
    expect(compactJson(text, ['target', 'sender'], 1000)).toBe('{"cmd":"x","n":1.0}');
    expect(compactJson('{"cmd":"x","target":"a"}', ['target'], 1000)).toBe('{"cmd":"x"}');
    expect(compactJson('{"target":"a"}', ['target'], 1000)).toBe('{}');
  });

  it('leaves out members of the object itself alone', () => {
    expect(compactJson('{"a":{"target":1},"b":["target"]}', ['target'], 1000)).toBe(
      '{"a":{"target":1},"b":["target"]}',
    );
  });

  it('keeps every digit and every space inside of texts', () => {
    const text = '{"n":12345678901234567890,"t":"a  b, c: {"}';
    expect(compactJson(text, [], 1000)).toBe(text);
  });

  it('stops when it has enough', () => {
    const text = JSON.stringify({ list: Array.from({ length: 100_000 }, (_, index) => index) });
    expect(compactJson(text, [], 50).length).toBeLessThan(60);
  });

  it('means the same object without those members', () => {
    fc.assert(
      fc.property(object, fc.nat(4), (value, indent) => {
        const { target: _target, sender: _sender, ...rest } = value;
        const compact = compactJson(
          JSON.stringify(value, null, indent),
          ['target', 'sender'],
          Number.POSITIVE_INFINITY,
        );
        expect(JSON.parse(compact)).toEqual(JSON.parse(JSON.stringify(rest)));
      }),
    );
  });
});
