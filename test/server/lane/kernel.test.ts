import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileKernel as compileSource } from '../../../src/build/compile-kernel.ts';
import { Arena, compileKernel, frameFlags, stops } from '../../../src/server/lane/arena.ts';
import { kernelWasm } from '../../../src/server/lane/kernel-wasm.ts';
import { opcodes, writeFrame } from '../../e2e/raw-frame.ts';
import { parsedEnvelope } from '../../protocol/envelope-oracle.ts';
import { messageText, mutatedBytes, objectText } from '../../protocol/json-arbitraries.ts';
import { unframe } from '../unframe.ts';

const arena = new Arena(compileKernel(), () => {});
const payloadBytesMax = 256 * 1024;

/** What the kernel makes of these bytes. */
function take(bytes: Buffer) {
  const start = arena.top;
  arena.copyIn(bytes, start);
  arena.takeFrames(start, start + bytes.length, start, payloadBytesMax);
  const runs = Array.from({ length: arena.runs }, (_, run) => ({
    target: arena.view(arena.runField(run, 4), arena.runField(run, 5)).toString(),
    messages: arena.runField(run, 1),
    flags: arena.runField(run, 2),
  }));
  return {
    consumed: arena.consumed - start,
    stop: arena.stop,
    runs,
    payloads: unframe(arena.view(start, arena.outputEnd)).map((payload) => Buffer.from(payload)),
  };
}

function text(payload: string | Uint8Array): Buffer {
  return writeFrame({ opcode: opcodes.text, payload });
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** What it takes is what `JSON.parse` accepts, with the same target and the same fields of the protocol. */
function expectAgreement(payload: Uint8Array): void {
  const taken = take(text(payload));
  const oracle = isUtf8(payload) ? parsedEnvelope(payload) : { kind: 'invalid' as const };
  if (taken.runs.length === 0) {
    expect(taken).toMatchObject({ stop: stops.atOther, consumed: 0 });
    return;
  }
  const [run] = taken.runs;
  expect(oracle).toMatchObject({ kind: 'object', target: run?.target });
  if (oracle.kind !== 'object' || run === undefined) return;
  const { flags } = run;
  expect((flags & (frameFlags.id | frameFlags.oddId)) !== 0).toBe(oracle.hasId);
  expect((flags & frameFlags.ttl) !== 0).toBe(oracle.hasTtl);
  expect((flags & frameFlags.relayField) !== 0).toBe(oracle.relayFields.length > 0);
  if ((flags & frameFlags.id) !== 0) {
    expect(arena.view(arena.frameField(0, 2), arena.frameField(0, 3)).toString()).toBe(oracle.id);
  }
  expect(taken.payloads[0]?.equals(payload)).toBe(true);
}

describe('the kernel', () => {
  it('is what its source compiles to', async () => {
    expect((await compileSource()).toString('base64')).toBe(kernelWasm);
  });

  it('takes no message that JSON.parse refuses, and finds the same target, id and fields', () => {
    fc.assert(
      fc.property(fc.oneof(messageText, objectText), (message) => expectAgreement(Buffer.from(message))),
      { numRuns: 20_000 },
    );
    fc.assert(
      fc.property(mutatedBytes, (bytes) => expectAgreement(bytes)),
      { numRuns: 20_000 },
    );
  });

  it('takes every message with a plain target that JSON.parse accepts', () => {
    const value = fc.jsonValue({ maxDepth: 6 });
    fc.assert(
      fc.property(value, fc.string({ unit: 'binary', maxLength: 80 }), fc.nat(3), (data, note, indent) => {
        const message = JSON.stringify({ data, target: 'pump-1', note, more: [note, { data }] }, undefined, indent);
        // A key with an escape, or a depth beyond its own, is for the other way.
        expect(take(text(message)).runs).toMatchObject([{ target: 'pump-1', messages: 1 }]);
      }),
      { numRuns: 5000 },
    );
  });

  it('checks UTF-8 as the platform does', () => {
    const odd = fc.array(
      fc.oneof(
        fc
          .constantFrom('é', '漢', '😀', '\u07ff', '\u0800', '\uffff', '\u{10ffff}', 'abc')
          .map((part) => Buffer.from(part)),
        fc.uint8Array({ maxLength: 3 }).map((part) => Buffer.from(part).map((byte) => byte | 0x80)),
        fc
          .constantFrom('eda080', 'c080', 'f4908080', 'e08080', 'f0808080', 'f8', 'c3')
          .map((hex) => Buffer.from(hex, 'hex')),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(odd, (parts) => {
        const payload = Buffer.concat([Buffer.from('{"target":"b","x":"'), ...parts, Buffer.from('"}')]);
        expect(take(text(payload)).runs.length).toBe(isUtf8(payload) ? 1 : 0);
      }),
      { numRuns: 20_000 },
    );
  });

  it('keeps to its bounds: what stands behind a read changes nothing', () => {
    fc.assert(
      fc.property(messageText, fc.constantFrom('"', '}', ',"x":1}', '1', '\\'), (message, behind) => {
        const bytes = text(message);
        const alone = take(bytes);
        arena.copyIn(Buffer.from(behind.repeat(40)), arena.top + bytes.length);
        expect(take(bytes)).toEqual(alone);
      }),
      { numRuns: 3000 },
    );
  });

  it('moves frames together, in runs of one target, and stops where it must', () => {
    const messages = ['{"target":"a"}', '{"target":"a","n":1}', '{"target":"b"}', '{"target":"a"}'];
    const half = text('{"target":"a"}').subarray(0, 9);
    const taken = take(Buffer.concat([...messages.map(text), half]));
    expect(taken.payloads.map(String)).toEqual(messages);
    expect(taken.runs.map(({ target, messages: count }) => [target, count])).toEqual([
      ['a', 2],
      ['b', 1],
      ['a', 1],
    ]);
    expect(taken.stop).toBe(stops.atEnd);

    const stopped = take(Buffer.concat([text('{"target":"a"}'), writeFrame({ opcode: opcodes.ping }), text('{}')]));
    expect(stopped).toMatchObject({ stop: stops.atOther, consumed: text('{"target":"a"}').length });
  });

  it.each([
    ['not masked', writeFrame({ opcode: opcodes.text, payload: '{"target":"a"}', masked: false })],
    ['a fragment', writeFrame({ opcode: opcodes.text, payload: '{"target":"a"}', fin: false })],
    ['with a reserved bit', writeFrame({ opcode: opcodes.text, payload: '{"target":"a"}', rsv: 2 })],
    ['binary', writeFrame({ opcode: opcodes.binary, payload: '{"target":"a"}' })],
    ['longer than allowed', text(`{"target":"a","x":"${'x'.repeat(payloadBytesMax)}"}`)],
    ['with a length of 2^63', writeFrame({ opcode: opcodes.text, payload: '{}', declaredLength: 2n ** 63n })],
    ['with 16 bits for a short length', Buffer.from('81fe000e000000007b22746172676574223a2261227d', 'hex')],
    ['with a target that is too long', text(`{"target":"${'a'.repeat(129)}"}`)],
    ['without a target', text('{"action":"ping"}')],
    ['deeper than its levels', text(`{"target":"a","x":${'['.repeat(100)}${']'.repeat(100)}}`)],
  ])('leaves alone what is %s', (_what, frame) => {
    expect(take(frame)).toMatchObject({ stop: stops.atOther, consumed: 0, runs: [] });
  });

  it('takes no more frames at once than its table holds, and goes on from there', () => {
    const frame = text('{"target":"a"}');
    const taken = take(Buffer.concat(Array(5000).fill(frame)));
    expect(taken).toMatchObject({ stop: stops.atFull, consumed: 4096 * frame.length });
  });
});
