import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addClientFields, addFields } from '../../src/protocol/address.ts';
import { messageText, objectText } from './json-arbitraries.ts';

const fields = { target: 'pump-2', sender: 'desk' };

function jsonOf(text: string): string {
  const added = addClientFields(text, fields);
  if ('problem' in added) throw new Error(added.problem);
  return added.json;
}

function problemOf(text: string): string {
  const added = addClientFields(text, fields);
  return 'problem' in added ? added.problem : '';
}

describe('the fields that a client adds (PROTOCOL A6)', () => {
  it('are target and sender', () => {
    expect(jsonOf('{"cmd":"reboot"}')).toBe('{"cmd":"reboot","target":"pump-2","sender":"desk"}');
    expect(jsonOf('{}')).toBe('{"target":"pump-2","sender":"desk"}');
  });

  it('leave every digit and all white space', () => {
    expect(jsonOf('\n{ "n": 12345678901234567890, "x": 1.0 } ')).toBe(
      '\n{ "n": 12345678901234567890, "x": 1.0 ,"target":"pump-2","sender":"desk"} ',
    );
  });

  it('do not replace a sender that the payload has, whatever it is', () => {
    expect(jsonOf('{"sender":null}')).toBe('{"sender":null,"target":"pump-2"}');
    expect(jsonOf('{"\\u0073ender":"me"}')).toBe('{"\\u0073ender":"me","target":"pump-2"}');
  });

  it('leave the same target as it is', () => {
    expect(jsonOf('{"t\\u0061rget":"pump-2","a":1}')).toBe('{"t\\u0061rget":"pump-2","a":1,"sender":"desk"}');
    expect(jsonOf('{"target":"pump-2","sender":"x"} ')).toBe('{"target":"pump-2","sender":"x"} ');
    expect(jsonOf('{"target":"gate","target":"pump-2","sender":1}')).toBe(
      '{"target":"gate","target":"pump-2","sender":1}',
    );
  });

  it('write ids as JSON', () => {
    expect(addClientFields('{}', { target: 'a"b\\', sender: 'é' })).toEqual({
      json: '{"target":"a\\"b\\\\","sender":"é"}',
    });
  });

  it('are refused beside another target, with both names', () => {
    expect(problemOf('{"target":"gate"}')).toBe(
      'the payload already has the target "gate", not "pump-2": remove it or send there',
    );
    expect(problemOf('{"target":null}')).toContain('the target null');
    expect(problemOf(`{"target":"${'x'.repeat(1000)}"}`).length).toBeLessThan(300);
  });

  it('are refused to what is no JSON object', () => {
    expect(problemOf('[1]')).toBe('the payload is not a JSON object: send {…}');
    expect(problemOf('"a"')).toContain('not a JSON object');
    expect(problemOf('{"a":01}')).toContain('the payload is not JSON');
    expect(problemOf('\ufeff{}')).toContain('the payload is not JSON');
  });

  it('are refused to text that has no UTF-8', () => {
    expect(problemOf('{"a":"\ud800"}')).toContain('half of a surrogate pair');
    expect(jsonOf('{"a":"\\ud800"}')).toContain('\\ud800');
  });

  it('are what JSON.parse sees, and nothing else changes', () => {
    fc.assert(
      fc.property(objectText, (text) => {
        const payload: Record<string, unknown> = JSON.parse(text);
        const added = addClientFields(text, fields);
        if (Object.hasOwn(payload, 'target') && payload.target !== fields.target) {
          expect(added).toHaveProperty('problem');
          return;
        }
        const json = jsonOf(text);
        expect(JSON.stringify(JSON.parse(json))).toBe(
          JSON.stringify({ ...payload, target: fields.target, sender: fields.sender, ...payload }),
        );
        const end = text.lastIndexOf('}');
        expect(json.startsWith(text.slice(0, end))).toBe(true);
        expect(json.endsWith(text.slice(end))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('are added to JSON objects alone, and the rest has a reason', () => {
    fc.assert(
      fc.property(messageText, (text) => {
        const added = addClientFields(text, fields);
        if ('json' in added) expect(JSON.parse(added.json)).toMatchObject({ target: 'pump-2' });
        else expect(added.problem).toContain('the payload');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('fields that are required, and defaults', () => {
  const wanted = { required: { target: 'gate', _ttl: 5 }, defaults: { _id: 'c-1' } };

  it('are added behind the payload, which is given as it was', () => {
    expect(addFields('{"n":1.0}', wanted)).toEqual({
      json: '{"n":1.0,"target":"gate","_ttl":5,"_id":"c-1"}',
      payload: { n: 1 },
    });
  });

  it('are the required ones where both have the name', () => {
    expect(addFields('{}', { required: { _id: 'a' }, defaults: { _id: 'b' } })).toMatchObject({ json: '{"_id":"a"}' });
  });

  it('leave defaults to the payload, and refuse what is required otherwise', () => {
    expect(addFields('{"_id":7,"_ttl":5}', wanted)).toMatchObject({ json: '{"_id":7,"_ttl":5,"target":"gate"}' });
    expect(addFields('{"_ttl":6}', wanted)).toEqual({
      problem: 'the payload already has the _ttl 6, not 5: remove it there, or do not ask for another',
    });
  });
});
