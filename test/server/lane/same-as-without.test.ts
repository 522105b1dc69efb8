import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLaneShared } from '../../../src/server/lane/lane-shared.ts';
import { converse, Said, type Step, speakers } from './conversation.ts';
import { frameBytes } from './frame-arbitraries.ts';

const says = fc.oneof(
  { weight: 9, arbitrary: frameBytes.map((said) => new Said(said)) },
  { weight: 1, arbitrary: fc.constant('pong' as const) },
);

const step: fc.Arbitrary<Step> = fc.record({
  who: fc.constantFrom(...speakers),
  says,
  arrives: fc.oneof(fc.constant(100), fc.nat(100)),
  passesMs: fc.oneof(fc.constant(undefined), fc.constant(0), fc.constantFrom(1, 500, 3000)),
});

/** The target in a receipt, so that proofs of different targets are not compared in their order. */
const targetOf = (heard: string) => heard.slice(heard.lastIndexOf('"target"'));
const isProof = (heard: string) => heard.startsWith('1 {"status":"delivered"');

/**
 * The same. When a proof is asked for depends on how writes fall together, so that the receipts of deliveries to each target are an order of their own;
 * and of what comes in the very tick in which the library closes a connection, more or less may get out before.
 */
function expectSame(heard: string[], other: string[]): void {
  const [last, otherLast] = [heard.at(-1), other.at(-1)];
  expect(last?.startsWith('close')).toBe(otherLast?.startsWith('close'));
  const hasEnded = last?.startsWith('close') === true;
  if (hasEnded) expect(last).toBe(otherLast);
  for (const isCompared of [isProof, (text: string) => !isProof(text)]) {
    const [all, otherAll] = [heard, other].map((texts) => {
      const compared = texts.filter(isCompared);
      return isCompared === isProof ? compared.toSorted((a, b) => targetOf(a).localeCompare(targetOf(b))) : compared;
    });
    if (all === undefined || otherAll === undefined) continue;
    const length = hasEnded ? Math.min(all.length, otherAll.length) - 1 : otherAll.length;
    expect(hasEnded ? all.slice(0, length) : all).toEqual(otherAll.slice(0, length));
  }
}

it('every speaker hears the same with a lane as without one, wherever the reads are cut', {
  timeout: 900_000,
}, async () => {
  const lanes = createLaneShared();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const [withLane, without] = [await converse(lanes, steps), await converse(undefined, steps)];
      for (const [index, heard] of without.entries()) expectSame(withLane[index] ?? [], heard);
    }),
    { numRuns: Number(process.env.LANE_CONVERSATIONS ?? 500) },
  );
});
