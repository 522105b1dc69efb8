import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeptBytes } from '../../../src/server/lane/kept-bytes.ts';

it('gives back what was added, in order, whatever the pieces', () => {
  const piece = fc.oneof(
    { weight: 8, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1000, max: 40_000 }).map((bytes) => new Uint8Array(bytes).fill(bytes)) },
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const kept = new KeptBytes();
      for (const bytes of pieces) kept.add(Buffer.from(bytes));
      const all = Buffer.concat(pieces);
      expect(kept.bytes).toBe(all.length);
      expect(Buffer.concat([...kept.take()]).equals(all)).toBe(true);
      expect(kept.bytes).toBe(0);
    }),
  );
});

it('keeps few pieces of a frame that comes byte by byte', () => {
  const kept = new KeptBytes();
  for (let index = 0; index < 256 * 1024; index++) kept.add(Buffer.from([index & 0xff]));
  expect(kept.take().length).toBeLessThan(20);
});
