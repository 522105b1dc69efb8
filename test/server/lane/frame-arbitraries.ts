import fc from 'fast-check';
import { opcodes, writeFrame } from '../../e2e/raw-frame.ts';
import { messageText, mutatedBytes } from '../../protocol/json-arbitraries.ts';

const target = fc.constantFrom('a', 'b', 'c', 't', 'offline', 'b,c', 'ünï');

function text(payload: string | Uint8Array): Buffer {
  return writeFrame({ opcode: opcodes.text, payload });
}

/** What our clients send: one target, fields of the protocol now and then, and much or little besides. */
const message = fc
  .record({
    target,
    fill: fc.oneof(
      { weight: 8, arbitrary: fc.nat(200) },
      { weight: 2, arbitrary: fc.nat(3000) },
      { weight: 1, arbitrary: fc.constantFrom(20_000, 65_522, 65_600, 100_000) },
    ),
    more: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('', ',"_id":"m1"', ',"_id":"m2","x":[1,{"target":"b"}]') },
      { weight: 2, arbitrary: fc.constantFrom(',"_ttl":5', ',"_ttl":0,"_id":"m3"', ',"_ttl":-1', ',"_id":"né"') },
      {
        weight: 1,
        arbitrary: fc.constantFrom(',"_id":7', ',"_id":""', ',"_id":"a\\u0062"', ',"_from":"me","_id":"m4"'),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(',"_seq":1', ',"_offline_queued":false', ',"target":"b"', ',"target":3'),
      },
    ),
  })
  .map(({ target: to, fill, more }) => `{"target":${JSON.stringify(to)}${more},"fill":"${'é'.repeat(fill / 2)}"}`);

const fragmented = fc
  .record({ whole: message, at: fc.nat(100), between: fc.constantFrom('', 'ping', 'text') })
  .map(({ whole, at, between }) => {
    const bytes = Buffer.from(whole);
    const first = bytes.subarray(0, at);
    const middle = { '': Buffer.alloc(0), ping: writeFrame({ opcode: opcodes.ping, payload: 'p' }), text: text('{}') };
    return Buffer.concat([
      writeFrame({ opcode: opcodes.text, payload: first, fin: false }),
      middle[between as keyof typeof middle],
      writeFrame({ opcode: opcodes.continuation, payload: bytes.subarray(at) }),
    ]);
  });

const control = fc.constantFrom(
  writeFrame({ opcode: opcodes.ping, payload: 'x' }),
  writeFrame({ opcode: opcodes.ping }),
  writeFrame({ opcode: opcodes.pong, payload: 'zz' }),
  text('{"action":"ping"}'),
  text('{"action":"ack","seq":3}'),
  text('{"action":"tap"}'),
  text('{"action":"untap"}'),
  writeFrame({ opcode: opcodes.binary, payload: 'binary' }),
);

const wrong = fc.constantFrom(
  writeFrame({ opcode: opcodes.text, payload: '{"target":"b"}', rsv: 4 }),
  writeFrame({ opcode: opcodes.text, payload: '{"target":"b"}', masked: false }),
  writeFrame({ opcode: 3, payload: '{"target":"b"}' }),
  writeFrame({ opcode: opcodes.continuation, payload: '{"target":"b"}' }),
  writeFrame({ opcode: opcodes.ping, payload: 'x'.repeat(126) }),
  writeFrame({ opcode: opcodes.ping, fin: false }),
  writeFrame({ opcode: opcodes.close, payload: Buffer.from([3, 0xe8]) }),
  writeFrame({ opcode: opcodes.close, payload: Buffer.from([3, 0xe7]) }),
  // The length in more bytes than it needs.
  Buffer.concat([Buffer.from([0x81, 0xfe, 0, 14, 0, 0, 0, 0]), Buffer.from('{"target":"b"}')]),
  text(Buffer.from('{"target":"b","x":"\xff"}', 'latin1')),
  text(Buffer.from('{"target":"b","x":"\xed\xa0\x80"}', 'latin1')),
);

/** What a peer may send in one go: whole frames, most of them in order. */
export const frameBytes: fc.Arbitrary<Buffer> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.array(message, { minLength: 1, maxLength: 6 }).map((all) => Buffer.concat(all.map(text))),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(message, fc.nat(30)).map(([one, times]) => Buffer.concat(Array(times).fill(text(one)))),
  },
  { weight: 4, arbitrary: messageText.map(text) },
  { weight: 1, arbitrary: mutatedBytes.map(text) },
  { weight: 4, arbitrary: fragmented },
  { weight: 4, arbitrary: control },
  { weight: 1, arbitrary: wrong },
);
