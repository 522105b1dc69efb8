import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relayFields } from '../../src/protocol/envelope-fields.ts';
import { spliceFields } from '../../src/protocol/splice.ts';
import { jsonString, memberValue, objectText, spelled } from './json-arbitraries.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function flagged(text: string): string {
  return decoder.decode(spliceFields(encoder.encode(text), { _offline_queued: true }));
}

describe('the flag of a message that was queued (PROTOCOL A4)', () => {
  it('stands before the final brace', () => {
    expect(flagged('{"target":"a","n":1.0}')).toBe('{"target":"a","n":1.0,"_offline_queued":true}');
    expect(flagged('{"a":{"b":{}}}')).toBe('{"a":{"b":{}},"_offline_queued":true}');
  });

  it('has no comma in an empty object', () => {
    expect(flagged('{}')).toBe('{"_offline_queued":true}');
    expect(flagged(' { \n} ')).toBe(' { \n"_offline_queued":true} ');
  });

  it('leaves white space where it is, also behind the object', () => {
    expect(flagged('\r\n{ "a" : 1 }\t\n')).toBe('\r\n{ "a" : 1 ,"_offline_queued":true}\t\n');
  });

  it('replaces the value of every such key that the sender wrote, in any spelling', () => {
    expect(flagged('{"_offline_queued":false}')).toBe('{"_offline_queued":true}');
    expect(flagged('{"_offline_queued": {"a":[1]} ,"b":2}')).toBe('{"_offline_queued": true ,"b":2}');
    expect(flagged('{"_\\u006fffline_queued":0,"a":1,"_offline_queued":"}"}')).toBe(
      '{"_\\u006fffline_queued":true,"a":1,"_offline_queued":true}',
    );
  });

  it('is added beside a nested key of that name, and beside one that only looks like it', () => {
    expect(flagged('{"a":{"_offline_queued":false}}')).toBe('{"a":{"_offline_queued":false},"_offline_queued":true}');
    expect(flagged('{"_offline_queue":1,"_OFFLINE_QUEUED":2}')).toBe(
      '{"_offline_queue":1,"_OFFLINE_QUEUED":2,"_offline_queued":true}',
    );
  });

  it('changes nothing else of any message, and JSON.parse sees it', () => {
    fc.assert(
      fc.property(objectText, (text) => {
        const parsed: object = JSON.parse(text);
        const result = flagged(text);
        expect(JSON.stringify(JSON.parse(result))).toBe(JSON.stringify({ ...parsed, _offline_queued: true }));
        if (Object.hasOwn(parsed, '_offline_queued')) return;
        const end = text.lastIndexOf('}');
        const comma = Object.keys(parsed).length > 0 ? ',' : '';
        expect(result).toBe(`${text.slice(0, end)}${comma}"_offline_queued":true${text.slice(end)}`);
      }),
      { numRuns: 2000 },
    );
  });

  it('replaces in place whatever stands around', () => {
    const ownMember = fc.record({
      key: spelled('_offline_queued'),
      value: memberValue,
      isOwn: fc.constant(true),
    });
    const otherMember = fc.record({
      key: jsonString.filter((key) => JSON.parse(key) !== '_offline_queued'),
      value: memberValue,
      isOwn: fc.constant(false),
    });
    const members = fc
      .tuple(fc.array(otherMember, { maxLength: 3 }), fc.array(ownMember, { minLength: 1, maxLength: 3 }))
      .chain(([others, own]) => fc.shuffledSubarray([...others, ...own], { minLength: others.length + own.length }));
    fc.assert(
      fc.property(members, fc.constantFrom('', ' ', '\n\t'), (written, space) => {
        const textWith = (flag: (value: string) => string) =>
          `{${written.map(({ key, value, isOwn }) => `${key}${space}:${space}${isOwn ? flag(value) : value}${space}`).join(',')}}`;
        expect(flagged(textWith((value) => value))).toBe(textWith(() => 'true'));
      }),
      { numRuns: 500 },
    );
  });

  it('can be added to a message that is part of a larger buffer, and leaves it alone', () => {
    const buffer = encoder.encode('xx{"a":1}yy');
    expect(decoder.decode(spliceFields(buffer.subarray(2, 9), { _offline_queued: true }))).toBe(
      '{"a":1,"_offline_queued":true}',
    );
    expect(decoder.decode(buffer)).toBe('xx{"a":1}yy');
  });

  it('is refused to what is no JSON object', () => {
    for (const text of ['', '[]', '1', '{', '{"a":1', '{"a"}']) {
      expect(() => flagged(text)).toThrow(TypeError);
    }
  });
});

describe('all fields that the relay adds (PROTOCOL B)', () => {
  const fields = { _offline_queued: true, _age_ms: 1500, _seq: 7, _from: 'gär"tner' } as const;

  it('stand in their order, whatever the order they were given in', () => {
    expect(decoder.decode(spliceFields(encoder.encode('{"a":1}'), fields))).toBe(
      '{"a":1,"_from":"gär\\"tner","_seq":7,"_age_ms":1500,"_offline_queued":true}',
    );
    expect(decoder.decode(spliceFields(encoder.encode('{}'), { _seq: 1, _from: 'a' }))).toBe('{"_from":"a","_seq":1}');
    expect(decoder.decode(spliceFields(encoder.encode('{} '), {}))).toBe('{} ');
  });

  it('are replaced where the sender wrote them and added where not; others are let through', () => {
    const text = '{"_age_ms":0,"_from":"liar","_seq":-1}';
    expect(decoder.decode(spliceFields(encoder.encode(text), { _from: 'a', _offline_queued: true }))).toBe(
      '{"_age_ms":0,"_from":"a","_seq":-1,"_offline_queued":true}',
    );
  });

  it('are what JSON.parse sees, on any message', () => {
    const some = fc.record(
      {
        _from: fc.string({ unit: 'grapheme' }),
        _seq: fc.nat(),
        _age_ms: fc.nat(),
        _offline_queued: fc.constant(true as const),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(objectText, some, (text, added) => {
        const result = decoder.decode(spliceFields(encoder.encode(text), added));
        const inOrder = Object.fromEntries(
          relayFields.filter((field) => Object.hasOwn(added, field)).map((field) => [field, added[field]]),
        );
        expect(JSON.stringify(JSON.parse(result))).toBe(JSON.stringify({ ...JSON.parse(text), ...inOrder }));
      }),
      { numRuns: 1000 },
    );
  });
});
