import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isField, jsonOfFields } from '../../src/client/message-fields.ts';

describe('fields as in HTTPie', () => {
  it('make strings with = and JSON with :=', () => {
    expect(jsonOfFields(['mode=fast', 'speed:=100', 'on:=true', 'empty='])).toBe(
      '{"mode":"fast","speed":100,"on":true,"empty":""}',
    );
  });

  it('keep every digit of a number', () => {
    expect(jsonOfFields(['n:=12345678901234567890', 'x:=1.0'])).toBe('{"n":12345678901234567890,"x":1.0}');
  });

  it('nest with brackets, in the order given', () => {
    expect(jsonOfFields(['deep[key]=x', 'deep[other][n]:=1', 'z=1', 'deep[last]=y'])).toBe(
      '{"deep":{"key":"x","other":{"n":1},"last":"y"},"z":"1"}',
    );
  });

  it('append to lists with empty brackets', () => {
    expect(jsonOfFields(['list[]=a', 'list[]:=2', 'list[][id]=c'])).toBe('{"list":["a",2,{"id":"c"}]}');
  });

  it('take the meaning from brackets, equal signs and backslashes with a backslash', () => {
    expect(jsonOfFields(['a\\[b\\]=1', 'c\\=d=2', 'e\\\\=3'])).toBe('{"a[b]":"1","c=d":"2","e\\\\":"3"}');
  });

  it('leave everything behind the first sign in the value', () => {
    expect(jsonOfFields(['url=https://x/?a=b', 'eq==', 'j:={"a":"b=c"}'])).toBe(
      '{"url":"https://x/?a=b","eq":"=","j":{"a":"b=c"}}',
    );
  });

  it('refuse a value that is not JSON, naming it', () => {
    expect(() => jsonOfFields(['speed:=fast'])).toThrow('"speed:=fast": what follows := is not JSON');
  });

  it('refuse a field that is given twice, or as two kinds of thing', () => {
    expect(() => jsonOfFields(['a=1', 'a=2'])).toThrow('"a=2": a is given already');
    expect(() => jsonOfFields(['a=1', 'a[b]=2'])).toThrow('already a value');
    expect(() => jsonOfFields(['a[]=1', 'a[b]=2'])).toThrow('already a list');
    expect(() => jsonOfFields(['a[b]=1', 'a[]=2'])).toThrow('already an object');
  });

  it('refuse names that are none', () => {
    for (const word of ['=x', 'a[b=x', 'a]b=x', '[a]=x']) expect(() => jsonOfFields([word])).toThrow(word);
  });

  it('are told apart from JSON, files and words', () => {
    expect(['a=1', 'a:=1', 'a[b]={"c":1}', 'a:={"b":2}'].every(isField)).toBe(true);
    expect(['{"a":"b=c"}', '["a=b"]', '"a=b"', '@a=b', '-', 'open', ' a=b'].some(isField)).toBe(false);
  });

  it('make JSON that holds exactly the strings that were given', () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/);
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, fc.string()), { selector: ([key]) => key, minLength: 1 }), (fields) => {
        const json = jsonOfFields(fields.map(([key, value]) => `${key}=${value}`));
        expect(Object.entries(JSON.parse(json)).sort()).toEqual([...fields].sort());
      }),
    );
  });
});
