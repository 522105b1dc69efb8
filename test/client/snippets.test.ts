import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fillSnippet,
  isSnippetName,
  readSnippets,
  snippetProblem,
  snippetVariables,
} from '../../src/client/snippets.ts';

const fill = (payload: string, values: Readonly<Record<string, string>>) =>
  fillSnippet(payload, new Map(Object.entries(values)));

describe('a snippet', () => {
  it('has the variables of its text, each once, in order', () => {
    expect(snippetVariables('{"a":"{{ b }} {{a}}","c":{{b}},"d":"{{1}} {{}} {x}"}')).toEqual(['b', 'a']);
    expect(snippetVariables('{"a":{"b":{}}}')).toEqual([]);
  });

  it('takes text inside of quotes, and JSON outside of them', () => {
    const payload = '{"text":"say \\"{{text}}\\"","n":{{n}},"k{{n}}":1.0}';
    expect(fill(payload, { text: 'a "quote"\n', n: '12345678901234567890' })).toEqual({
      json: '{"text":"say \\"a \\"quote\\"\\n\\"","n":12345678901234567890,"k12345678901234567890":1.0}',
    });
    expect(fill('{"a":{{a}}}', { a: ' {"b":[1]} ' })).toEqual({ json: '{"a":{"b":[1]}}' });
  });

  it('does not look for variables in values, nor for patterns of replacement', () => {
    expect(fill('{"a":"{{a}}","b":{{b}}}', { a: '{{b}} $& $1', b: '"{{a}}"' })).toEqual({
      json: '{"a":"{{b}} $& $1","b":"{{a}}"}',
    });
  });

  it('lets no value out of its quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const filled = fill('{"cmd":"say {{text}}","safe":true}', { text });
        expect('json' in filled && JSON.parse(filled.json)).toEqual({ cmd: `say ${text}`, safe: true });
      }),
    );
  });

  it('says what is missing and what is wrong', () => {
    expect(fill('{"a":{{a}},"b":"{{b}}"}', { a: '1' })).toEqual({ problem: 'there is no value for b' });
    expect(fill('{"a":{{a}}}', { a: 'fast' })).toEqual({
      problem: expect.stringMatching(/^a stands outside of quotes/),
    });
    expect(fill('{"a":{{a}}}', { a: '1,"b":2' })).toEqual({ problem: expect.stringMatching(/is not JSON/) });
    expect(fill('[{{a}}]', { a: '1' })).toEqual({ problem: expect.stringMatching(/not a JSON object/) });
  });

  it('is none when it cannot become a JSON object', () => {
    expect(snippetProblem('{"cmd":"{{cmd}}","x":{{x}}}')).toBeUndefined();
    for (const payload of ['', '{{all}}', '[1]', '{"a":{{1}}}', '{"a":1'])
      expect(snippetProblem(payload)).toBeDefined();
  });

  it('has a name that can be typed', () => {
    expect(['open', 'a.b-c_1'].every(isSnippetName)).toBe(true);
    expect(['', '-a', 'a b', 'a/b', 'x'.repeat(65)].some(isSnippetName)).toBe(false);
  });
});

describe('saved snippets', () => {
  it('are read from what somebody wrote by hand, without what is none', () => {
    const saved = {
      good: { payload: '{}', targets: ['gate', 'a,b', 5] },
      'bad name': { payload: '{}' },
      bad: { payload: '{' },
      worse: 5,
    };
    expect(readSnippets({ snippets: saved })).toEqual(new Map([['good', { payload: '{}', targets: ['gate'] }]]));
    for (const value of [undefined, null, 5, [], {}, { snippets: [] }]) expect(readSnippets(value)).toBeUndefined();
  });
});
