import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { skipValue } from '../../src/protocol/json-scan.ts';
import { invalid } from '../../src/protocol/json-string.ts';
import { createCachedStringReader } from '../../src/protocol/string-cache.ts';
import { parsedEnvelope, scannedEnvelope } from './envelope-oracle.ts';
import { messageText, mutatedBytes } from './json-arbitraries.ts';

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The scanner and `JSON.parse`, asked about the same bytes. */
function expectAgreement(bytes: Uint8Array): void {
  expect(scannedEnvelope(bytes)).toEqual(parsedEnvelope(bytes));
}

/** The same for very many inputs, where the assertion library would cost more than the work. */
function disagreements(inputs: Iterable<Uint8Array>): string[] {
  const found: string[] = [];
  for (const bytes of inputs) {
    if (JSON.stringify(scannedEnvelope(bytes)) === JSON.stringify(parsedEnvelope(bytes))) continue;
    found.push(Buffer.from(bytes).toString('latin1'));
  }
  return found;
}

function targetOf(text: string): string | undefined {
  const envelope = scannedEnvelope(bytesOf(text));
  return envelope.kind === 'object' ? envelope.target : undefined;
}

describe('what the target of a message is (PROTOCOL A3)', () => {
  it('is the last of duplicate keys at the top level', () => {
    expect(targetOf('{"target":"a","target":"b"}')).toBe('b');
  });

  it('counts a key that is written with escapes', () => {
    expect(targetOf('{"\\u0074arget":"a"}')).toBe('a');
    expect(targetOf('{"target":"a","t\\u0061rge\\u0074":"b"}')).toBe('b');
    expect(targetOf('{"\\u0054arget":"a"}')).toBeUndefined();
  });

  it('reads escapes in the value', () => {
    expect(targetOf('{"target":"s\\u00e9nsor\\/1"}')).toBe('sénsor/1');
    expect(targetOf('{"target":"\\ud83d\\ude00 😀"}')).toBe('😀 😀');
    expect(targetOf('{"target":"\\ud800"}')).toBe('\ud800');
    expect(targetOf('{"target":"\ufeffa"}')).toBe('\ufeffa');
  });

  it('is not a nested one', () => {
    expect(targetOf('{"a":{"target":"b"},"c":[{"target":"d"}]}')).toBeUndefined();
    expect(targetOf('{"target":"a","b":{"target":"c"}}')).toBe('a');
  });

  it('is told apart from none when it is no string, also when a string came before', () => {
    for (const value of ['null', '7', 'true', '{}', '["a"]']) {
      expect(scannedEnvelope(bytesOf(`{"target":"a","target":${value}}`))).toMatchObject({
        kind: 'object',
        hasTarget: true,
        target: undefined,
      });
    }
    expect(scannedEnvelope(bytesOf('{}'))).toMatchObject({ kind: 'object', hasTarget: false, target: undefined });
  });
});

describe('what is a message', () => {
  it('is neither a byte order mark before an object nor garbage behind it', () => {
    for (const text of ['\ufeff{"target":"a"}', '{"target":"a"}x', '{"target":"a"}{}', '{"target":"a"}\u0000', '']) {
      expect(scannedEnvelope(bytesOf(text))).toEqual({ kind: 'invalid' });
    }
  });

  it('is an object and no other value', () => {
    for (const text of ['[{"target":"a"}]', '"target"', ' 1e400 ', '-0', 'true', 'null', '[]']) {
      expect(scannedEnvelope(bytesOf(text))).toEqual({ kind: 'not-object' });
    }
  });

  it('may be surrounded by white space, of JSON alone', () => {
    expect(targetOf(' \t\r\n{ "target" : "a" } \n')).toBe('a');
    expect(scannedEnvelope(bytesOf('\u00a0{}'))).toEqual({ kind: 'invalid' });
    expect(scannedEnvelope(bytesOf('{}\f'))).toEqual({ kind: 'invalid' });
  });

  it('names its action, which matters without a target only', () => {
    expect(scannedEnvelope(bytesOf('{"action":"ping"}'))).toMatchObject({ hasTarget: false, action: 'ping' });
    expect(scannedEnvelope(bytesOf('{"action":"ping","target":"a"}'))).toMatchObject({ action: undefined });
    expect(scannedEnvelope(bytesOf('{"action":7}'))).toMatchObject({ hasTarget: false, action: undefined });
  });

  it('carries fields of part B', () => {
    const text = '{"target":"a","_id":"c-91","_ttl":3e1,"_seq":1,"_\\u0073eq":2,"_from":null}';
    expect(scannedEnvelope(bytesOf(text))).toMatchObject({
      id: 'c-91',
      ttlSeconds: 30,
      relayFields: ['_seq', '_from'],
    });
    expect(scannedEnvelope(bytesOf('{"_id":7,"_ttl":"30"}'))).toMatchObject({
      hasId: true,
      id: undefined,
      hasTtl: true,
      ttlSeconds: undefined,
    });
  });
});

describe('any depth', () => {
  const levels = 100_000;
  const shapes = [
    ['[', '1', ']'],
    ['{"a":', '1', '}'],
    ['[{"a":', '[]', '}]'],
    [' [ { "target" : ', '"nested"', ' } ] '],
  ] as const;

  it.each(shapes)('is scanned without recursion: %s', (open, leaf, close) => {
    const nested = open.repeat(levels) + leaf + close.repeat(levels);
    expectAgreement(bytesOf(`{"before":${nested},"target":"a"}`));
    expectAgreement(bytesOf(nested));
    expect(targetOf(`{"target":"a","b":${nested}}`)).toBe('a');
    expect(scannedEnvelope(bytesOf(open.repeat(levels)))).toEqual({ kind: 'invalid' });
    expect(scannedEnvelope(bytesOf(`{"b":${nested}`))).toEqual({ kind: 'invalid' });
    expect(scannedEnvelope(bytesOf(`{"b":${nested}]}`))).toEqual({ kind: 'invalid' });
  });

  it('remembers at every level what has to be closed', () => {
    const nesting = fc.array(fc.boolean(), { minLength: 1, maxLength: 130 });
    fc.assert(
      fc.property(nesting, fc.nat(), fc.boolean(), (isObjects, position, isBroken) => {
        let text = '1';
        isObjects.forEach((isObject, level) => {
          const isWrong = isBroken && level === position % isObjects.length;
          text = isObject ? `{"a":${text},"c":2${isWrong ? ']' : '}'}` : `[${text},2${isWrong ? '}' : ']'}`;
        });
        expect(scannedEnvelope(bytesOf(text)).kind === 'invalid').toBe(isBroken);
        expectAgreement(bytesOf(text));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the scanner and JSON.parse agree', () => {
  it('on messages and on what looks like them', () => {
    fc.assert(
      fc.property(messageText, (text) => expectAgreement(bytesOf(text))),
      { numRuns: 2000 },
    );
  });

  it('on messages that were damaged', () => {
    fc.assert(fc.property(mutatedBytes, expectAgreement), { numRuns: 3000 });
  });

  it('on random bytes', () => {
    const alphabet = fc.constantFrom(
      ...bytesOf('{}[]":,\\ \n0123456789.-+eEtruefalsn'),
      0,
      0x1f,
      0x7f,
      0x80,
      0xc3,
      0xff,
    );
    const bytes = fc.array(alphabet, { maxLength: 12 }).map((values) => Uint8Array.from(values));
    fc.assert(fc.property(bytes, expectAgreement), { numRuns: 2000 });
  });

  it('on every sequence of up to four tokens, alone and as a value', () => {
    const tokens = ['{', '}', '[', ']', ',', ':', '"target"', '"\\u0074arget"', '-1e2', 'true'];
    function* sequences(length: number): Iterable<string> {
      if (length === 0) yield '';
      else for (const rest of sequences(length - 1)) for (const token of tokens) yield rest + token;
    }
    function* inputs(): Iterable<Uint8Array> {
      for (let length = 0; length <= 4; length++) {
        for (const text of sequences(length)) {
          yield bytesOf(text);
          yield bytesOf(`{"target":${text}}`);
        }
      }
    }
    expect(disagreements(inputs())).toEqual([]);
  });

  it('on every number of up to five characters', () => {
    function* numbers(length: number): Iterable<string> {
      if (length === 0) yield '';
      else for (const rest of numbers(length - 1)) for (const character of '01-+.eE') yield rest + character;
    }
    function* inputs(): Iterable<Uint8Array> {
      for (let length = 0; length <= 5; length++) for (const text of numbers(length)) yield bytesOf(`{"_ttl":${text}}`);
    }
    expect(disagreements(inputs())).toEqual([]);
  });

  const rich =
    ' {"t\\u0061rget":"b\\ud83dé😀","_id":"c",\t"_ttl":-1.5e+2, "x":[true,false,null,{"":[]},{ }],"action":"\\n\\u00AF"} ';

  it('on a message cut off at every byte', () => {
    const bytes = bytesOf(rich);
    expect(disagreements(Array.from(bytes, (_, length) => bytes.slice(0, length)))).toEqual([]);
  });

  it('on a message with any byte in the place of any of its bytes', () => {
    function* inputs(): Iterable<Uint8Array> {
      const bytes = bytesOf(rich);
      for (let at = 0; at < bytes.length; at++) {
        for (let value = 0; value < 256; value++) yield bytes.with(at, value);
      }
    }
    expect(disagreements(inputs())).toEqual([]);
  });

  it('on long strings with any ending, any escape and any control character at any place', () => {
    const odd = ['\\"', '\\u12aF', '\\u12x', '"', '\\', '\u0000', '\u001f', '\u007f', 'é', '漢', ' !#[]'];
    function* inputs(): Iterable<Uint8Array> {
      for (let length = 0; length < 220; length++) {
        const long = 'x'.repeat(length);
        for (const part of odd) {
          yield bytesOf(`{"a":"${long}${part}","target":"b"}`);
          yield bytesOf(`{"a":"${long}${part}${'y'.repeat(210)}","target":"${long}"}`);
        }
        yield bytesOf(`{"${long}":"${long}`);
      }
    }
    expect(disagreements(inputs())).toEqual([]);
  });
});

describe('the bytes around a message', () => {
  it('are not read', () => {
    const whole = bytesOf(`{"target":"a"}${' '.repeat(70)}"}]},"target":"b"}`);
    for (let start = 0; start < 4; start++) {
      const around = new Uint8Array(start + whole.length);
      around.set(whole, start);
      for (let length = 0; length <= 13; length++) {
        expect(scannedEnvelope(around.subarray(start, start + length))).toEqual({ kind: 'invalid' });
      }
      expect(scannedEnvelope(around.subarray(start, start + 14))).toMatchObject({ kind: 'object', target: 'a' });
    }
    const long = bytesOf(`{"a":"${'x'.repeat(300)}"}`);
    for (let length = 0; length < long.length; length++) {
      expect(scannedEnvelope(long.subarray(0, length))).toEqual({ kind: 'invalid' });
    }
  });
});

describe('a value within more bytes', () => {
  it('ends where it is told to, whatever follows', () => {
    const whole = bytesOf(`[true,{"k\\u00e9y":"\\n${'x'.repeat(200)}\\"","${'y'.repeat(70)}":-1.5e+20},[]]`);
    expect(skipValue(whole, 0, whole.length)).toBe(whole.length);
    for (let end = 0; end < whole.length; end++) expect(skipValue(whole, 0, end)).toBe(invalid);
    const digits = bytesOf('12345');
    for (let end = 1; end <= digits.length; end++) expect(skipValue(digits, 0, end)).toBe(end);
  });
});

describe('a reader that remembers', () => {
  it('reads every target as one that does not', () => {
    const readTarget = createCachedStringReader();
    const names = fc.oneof(
      fc.constantFrom('a', 'b', 'é', 'sensor-001', 'x'.repeat(128), 'x'.repeat(129), 'y'.repeat(400), '', '\\', '"'),
      // Aa and BB, and all that is made of them, fall into the same bucket.
      fc.string({ unit: fc.constantFrom('Aa', 'BB'), minLength: 1, maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(names, { maxLength: 30 }), (targets) => {
        for (const target of targets) {
          const bytes = bytesOf(JSON.stringify({ target }));
          expect(scannedEnvelope(bytes, readTarget)).toEqual(parsedEnvelope(bytes));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('does not take the bytes of one target for the text of another in the same bucket', () => {
    const readTarget = createCachedStringReader();
    const wrong: string[] = [];
    for (let number = 0; number < 20_000; number++) {
      // The bytes of the second of each pair are the characters of the first one's text; a few pairs share a bucket.
      for (const json of [`"${number}\\\\\\\\"`, `"${number}\\\\"`, `"${number}Ã©"`, `"${number}é"`]) {
        const bytes = bytesOf(json);
        if (readTarget(bytes, 0, bytes.length) !== JSON.parse(json)) wrong.push(json);
      }
    }
    expect(wrong).toEqual([]);
  });
});
