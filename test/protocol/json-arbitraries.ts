import fc from 'fast-check';

/**
 * JSON as text rather than as values, because what matters here is how it is written: escapes, duplicates, white space,
 * numbers with many digits, and what is almost JSON.
 */

const whitespace = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 3 }) },
);

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A string in one of its spellings: any of its characters may be written as an escape. */
export function spelled(text: string): fc.Arbitrary<string> {
  const flags = fc.array(fc.constantFrom('plain', 'plain', 'plain', 'escape', 'ESCAPE'), {
    minLength: text.length,
    maxLength: text.length,
  });
  const plain = JSON.stringify(text);
  const mixed = flags.map((choices) => {
    const characters = Array.from({ length: text.length }, (_, index) => text.charAt(index));
    const written = characters.map((character, index) => {
      if (choices[index] === 'escape') return escaped(character);
      if (choices[index] === 'ESCAPE') return escaped(character).toUpperCase().replace('\\U', '\\u');
      return JSON.stringify(character).slice(1, -1);
    });
    return `"${written.join('')}"`;
  });
  return fc.oneof(fc.constant(plain), mixed);
}

const oddStringParts = [
  '\\ud800',
  '\\udc00\\ud800',
  '\\ud83d\\ude00',
  '\\u0000',
  '\\"',
  '\\\\',
  '\\/',
  '\\b\\f\\n\\r\\t',
  'é',
  '漢字',
  '😀',
  '\u2028',
  '\ufeff',
  '\u007f',
  '\u0080',
];

export const jsonString = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => JSON.stringify(text)),
  fc.string({ unit: 'grapheme-ascii', minLength: 50, maxLength: 200 }).map((text) => JSON.stringify(text)),
  fc.array(fc.constantFrom(...oddStringParts), { maxLength: 4 }).map((parts) => `"${parts.join('')}"`),
);

const oddNumbers = ['0', '-0', '1e400', '-1E+400', '1.0', '0.1e-7', '12345678901234567890', '5e0', '1E5', '-0.0'];

const jsonNumber = fc.oneof(
  fc.constantFrom(...oddNumbers),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.integer().map(String),
);

/** What somebody may take for JSON. */
const almostJson = fc.constantFrom(
  ...['01', '1.', '.5', '+1', '1e', '1e+', '-', '0x1', 'NaN', 'Infinity', '1_0', 'tru', 'True', 'nulll', 'undefined'],
  ...["'a'", '"a', '"\\x41"', '"\\u00g0"', '"\\u00"', '"\t"', '"\n"', '"\u0000"', '{a:1}', '{"a"}', '{"a":}', '{,}'],
  ...['[1,]', '{"a":1,}', '[,1]', '[1 2]', '{"a" 1}', '[}', '{]', '/**/1', '', '\u00a01', '\ufeff1'],
);

const { jsonValue } = fc.letrec<{ jsonValue: string }>((tie) => ({
  jsonValue: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('true', 'false', 'null', '{}', '[]', '""', '{ }', '[\n]'),
    jsonString,
    jsonNumber,
    fc
      .array(fc.tuple(whitespace, tie('jsonValue'), whitespace), { maxLength: 4 })
      .map((items) => `[${items.map((item) => item.join('')).join(',')}]`),
    fc
      .array(fc.tuple(whitespace, jsonString, whitespace, tie('jsonValue')), { maxLength: 4 })
      .map((members) => `{${members.map(([space, key, gap, value]) => `${space}${key}${gap}:${value}`).join(',')}}`),
  ),
}));

const envelopeKeys = ['target', 'action', '_id', '_ttl', '_from', '_seq', '_age_ms', '_offline_queued'];
const nearlyEnvelopeKeys = [
  'Target',
  'targe',
  'targets',
  'tarGet',
  'actio',
  '_',
  '_i',
  '_idx',
  '_offline_queue',
  '__seq',
];

/** A key in JSON: one that the relay knows, in some spelling, one that looks like it, or any. */
const memberKey = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...envelopeKeys).chain(spelled) },
  { weight: 2, arbitrary: fc.constantFrom(...nearlyEnvelopeKeys).chain(spelled) },
  { weight: 2, arbitrary: fc.constantFrom('"__proto__"', '""', '"constructor"', '"a"') },
  { weight: 2, arbitrary: jsonString },
);

/** A value as it may stand at the top level of a message, often one that the relay reads. */
export const memberValue = fc.oneof(
  fc.constantFrom('"sensor-001"', '"ping"', '"b\\u00e9é"', '5', 'null', '{"target":"nested"}'),
  jsonValue,
);

export interface Member {
  readonly key: string;
  readonly value: string;
}

const member: fc.Arbitrary<Member> = fc.record({ key: memberKey, value: memberValue });

/** A JSON object in text, with all sorts of keys, duplicates among them. */
export const objectText = fc
  .tuple(fc.array(fc.tuple(member, whitespace), { maxLength: 6 }), whitespace, whitespace, whitespace)
  .map(([members, before, inside, after]) => {
    const written = members.map(([{ key, value }, space]) => `${space}${key}${space}:${space}${value}${space}`);
    return `${before}{${written.length === 0 ? inside : written.join(',')}}${after}`;
  });

/** Text that may be a message: an object, another value, or nearly one of them. */
export const messageText = fc.oneof(
  { weight: 6, arbitrary: objectText },
  { weight: 2, arbitrary: jsonValue },
  { weight: 1, arbitrary: almostJson },
  {
    weight: 2,
    arbitrary: fc.tuple(memberKey, almostJson, memberValue).map(([key, odd, value]) => `{${key}:${odd},"z":${value}}`),
  },
  { weight: 1, arbitrary: fc.tuple(objectText, almostJson).map(([text, odd]) => text + odd) },
  { weight: 1, arbitrary: objectText.map((text) => `\ufeff${text}`) },
);

const mutation = fc.record({
  position: fc.nat(),
  kind: fc.constantFrom('insert', 'delete', 'replace', 'flip', 'truncate'),
  byte: fc.oneof(
    fc.constantFrom(...[...'{}[]",:\\ 019.eE+-tfnu/'].map((character) => character.charCodeAt(0))),
    fc.integer({ min: 0, max: 255 }),
  ),
});

function mutate(bytes: readonly number[], change: { position: number; kind: string; byte: number }): number[] {
  const at = bytes.length === 0 ? 0 : change.position % bytes.length;
  if (change.kind === 'insert') return [...bytes.slice(0, at), change.byte, ...bytes.slice(at)];
  if (change.kind === 'delete') return [...bytes.slice(0, at), ...bytes.slice(at + 1)];
  if (change.kind === 'truncate') return bytes.slice(0, at);
  const byte = change.kind === 'replace' ? change.byte : (bytes[at] ?? 0) ^ (1 << (change.byte & 7));
  return [...bytes.slice(0, at), byte, ...bytes.slice(at + 1)];
}

/** The bytes of a message after up to three accidents; they need not be UTF-8 any more. */
export const mutatedBytes = fc
  .tuple(messageText, fc.array(mutation, { minLength: 1, maxLength: 3 }))
  .map(([text, changes]) => Uint8Array.from(changes.reduce(mutate, [...new TextEncoder().encode(text)])));
