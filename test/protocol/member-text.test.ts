import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memberText } from '../../src/protocol/member-text.ts';
import { messageText } from './json-arbitraries.ts';

describe('the text of a member', () => {
  it('is every character as it came', () => {
    const payload = '{ "n": 12345678901234567890, "x": 1.0, "ü": "\\ud83d" }';
    expect(memberText(`{"status":"tap","payload":${payload}}`, 'payload')).toBe(payload);
    expect(memberText(` { "p\\u0061yload" : ${payload} , "a":1 } `, 'payload')).toBe(payload);
  });

  it('is that of the last one, at the top alone', () => {
    expect(memberText('{"payload":1,"inner":{"payload":2},"payload":[3]}', 'payload')).toBe('[3]');
    expect(memberText('{"inner":{"payload":2}}', 'payload')).toBeUndefined();
  });

  it.each(['', '[]', '"payload"', '{"payload":1', '{"payload":1,}', '{"payload":01}'])('is none in %j', (text) =>
    expect(memberText(text, 'payload')).toBeUndefined(),
  );

  it('means what JSON.parse reads', () => {
    fc.assert(
      fc.property(messageText, (inner) => {
        const text = memberText(`{"payload":${inner}}`, 'payload');
        if (text !== undefined) expect(text).toBe(inner.trim());
        expect(text !== undefined).toBe(isOneMember(`{"payload":${inner}}`));
      }),
      { numRuns: 500 },
    );
  });
});

function isOneMember(json: string): boolean {
  try {
    return Object.hasOwn(JSON.parse(json), 'payload');
  } catch {
    return false;
  }
}
