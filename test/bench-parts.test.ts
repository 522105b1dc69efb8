import { describe, expect, it } from 'vitest';
import { MessageRing } from './bench/generator/message-ring.ts';
import { makePayload, payloadStyles } from './bench/generator/payload.ts';
import { BenchUsageError, parseOptions } from './bench/options.ts';
import { median, percentile } from './bench/statistics.ts';
import { tableOf } from './bench/table.ts';
import { createWire, type WireSettings } from './bench/wires/create-wire.ts';
import { receiptBytes } from './bench/wires/relay-wire.ts';
import { encodeClientFrame, opcodes } from './bench/wires/websocket.ts';
import { createFrameReader, type Frame, writeFrame } from './e2e/raw-frame.ts';

describe('the statistics of the bench', () => {
  it('take percentiles by nearest rank', () => {
    const sorted = Array.from({ length: 1000 }, (_, index) => index + 1);
    expect([0.5, 0.99, 0.999, 1].map((share) => percentile(sorted, share))).toEqual([500, 990, 999, 1000]);
    expect(percentile([7], 0.5)).toBe(7);
  });

  it('take the middle of the rounds', () => {
    expect(median([30, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});

describe('a table of the bench', () => {
  it('says ratios to each reference that was measured', () => {
    const columns = [{ key: 'speed', title: 'msgs/s', digits: 0, hasRatio: true }];
    const row = (peer: string, speed: number) => ({ case: '200B', peer, median: { speed }, rounds: [{ speed }] });
    const lines = tableOf(columns, [row('this', 3000), row('other', 1000)], ['other', 'absent']).split('\n');
    expect(lines[0]).toBe('| case | server | msgs/s | × other |');
    expect(lines[2]).toBe('| 200B | this   |  3,000 |    3.00 |');
  });
});

describe('the payloads of the bench', () => {
  it('are JSON with exactly the bytes asked for', () => {
    for (const style of payloadStyles) {
      for (const bytes of [64, 200, 4096, 65_536]) {
        const payload = makePayload('a0', 'b0', bytes, style);
        expect(payload).toHaveLength(bytes);
        expect(JSON.parse(payload.toString())).toMatchObject({ target: 'b0', sender: 'a0' });
        const numbered = makePayload('a0', 'b0', bytes, style, '0000007');
        expect(numbered).toHaveLength(bytes);
        expect(JSON.parse(numbered.toString())).toMatchObject({ _id: '0000007', target: 'b0' });
      }
    }
  });
});

describe('the messages of a sender', () => {
  it('go out in turn, however many at a time', () => {
    const ring = new MessageRing(['ab', 'cd', 'ef'].map((text) => Buffer.from(text)));
    const sent = [1, 3, 2, 0, 3].map((count) => Buffer.concat(ring.take(count)).toString());
    expect(sent).toEqual(['ab', 'cdefab', 'cdef', '', 'abcdef']);
  });
});

describe('the receipts that the bench waits for', () => {
  it('have the length of those that the relay sends', () => {
    const said = '{"status":"delivered","_id":"0000001","target":"b0"}';
    expect(receiptBytes('delivered', '0000001', 'b0')).toBe(said.length);
  });
});

/** Feeds a stream to the reader of a wire, cut into pieces of so many bytes, and counts. */
function countInPieces(settings: WireSettings, stream: Buffer, payloadBytes: number, pieceBytes: number) {
  const answers: Buffer[] = [];
  const reader = createWire(settings).createReader({ to: 'b0', payloadBytes }, (bytes) => answers.push(bytes));
  let deliveries = 0;
  for (let at = 0; at < stream.length; at += pieceBytes) {
    deliveries += reader.read(stream, at, Math.min(at + pieceBytes, stream.length));
  }
  return { deliveries, answers };
}

describe('the wires of the bench', () => {
  it('mask what they send', () => {
    const frames: Frame[] = [];
    const frame = encodeClientFrame(opcodes.text, Buffer.from('hello'));
    const key = frame.subarray(2, 6);
    const unmasked = frame.subarray(6).map((byte, index) => byte ^ (key[index & 3] ?? 0));
    createFrameReader((read) => frames.push(read))(writeFrame({ opcode: 1, payload: unmasked, masked: false }));
    expect(frames[0]?.payload.toString()).toBe('hello');
    expect(frame[1]).toBe(0x80 | 5);
    expect(frame.subarray(6).toString()).not.toBe('hello');
  });

  it('count deliveries and answer pings wherever the stream is cut', () => {
    const payload = makePayload('a0', 'b0', 200, 'records');
    const delivery = writeFrame({ opcode: 1, payload, masked: false });
    const ping = writeFrame({ opcode: 9, payload: 'beat', masked: false });
    const stream = Buffer.concat([delivery, ping, delivery, delivery]);
    for (const pieceBytes of [1, 3, 7, 205, stream.length]) {
      const { deliveries, answers } = countInPieces({ name: 'relay', authKey: 'k' }, stream, 200, pieceBytes);
      expect(deliveries).toBe(3);
      expect(answers).toEqual([encodeClientFrame(opcodes.pong, Buffer.from('beat'))]);
    }
  });

  it('count the messages of NATS in frames of any size', () => {
    const text = `MSG b0 1 64\r\n${'x'.repeat(64)}\r\n`.repeat(3);
    const stream = Buffer.concat([
      writeFrame({ opcode: 2, payload: text.slice(0, 100), masked: false }),
      writeFrame({ opcode: 2, payload: `${text.slice(100)}PING\r\n`, masked: false }),
    ]);
    const { deliveries, answers } = countInPieces({ name: 'nats', carrier: 'websocket' }, stream, 64, 11);
    expect(deliveries).toBe(3);
    expect(answers).toEqual([encodeClientFrame(opcodes.binary, Buffer.from('PONG\r\n'))]);
  });

  it('stop at whatever is no delivery', () => {
    const error = writeFrame({ opcode: 1, payload: '{"status":"error"}', masked: false });
    expect(() => countInPieces({ name: 'relay', authKey: 'k' }, error, 200, 100)).toThrow('"status');
    expect(() => countInPieces({ name: 'nats', carrier: 'tcp' }, Buffer.from("-ERR 'x'\r\n"), 64, 100)).toThrow('-ERR');
  });
});

describe('the flags of the bench', () => {
  it('take lists with units and say what they do not understand', () => {
    const { plan, measures } = parseOptions(['--sizes', '200B,4KiB', '--pairs', '1,10', '--only', 'latency']);
    expect(plan.sizesBytes).toEqual([200, 4096]);
    expect(plan.pairs).toEqual([1, 10]);
    expect(measures).toEqual(['latency']);
    expect(parseOptions(['--only', 'receipts,durable,flood']).measures).toEqual(['receipts', 'durable', 'flood']);
    expect(() => parseOptions(['--sizes', '200'])).toThrow(BenchUsageError);
    expect(() => parseOptions(['--only', 'speed'])).toThrow('speed');
    expect(() => parseOptions(['--unknown'])).toThrow(BenchUsageError);
  });
});
