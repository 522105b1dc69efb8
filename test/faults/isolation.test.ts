/**
 * FAULTS 28: nothing that one user does changes anything another can observe. Two properties over random scripts: an observer hears
 * and sees nothing of what another user does, and who aims at the device of another sees what a name that does not exist shows.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { openRoom } from '../e2e/contract/test-room.ts';
import { createActor } from './isolation/actor.ts';
import { nextNumber } from './isolation/numbered-device.ts';
import { createObserver } from './isolation/observer.ts';
import { liveOneDay, residentLimits } from './isolation/resident.ts';

let relay: ServedRelay;
beforeAll(async () => {
  relay = await startServe({ limits: { auth_failures: 'unlimited' } });
});
afterAll(() => relay[Symbol.asyncDispose]());

/** Deeds in random order, each with one of these ids. */
function script(ids: readonly string[], deeds: readonly string[]) {
  const step = fc.record({ id: fc.constantFrom(...ids), deed: fc.constantFrom(...deeds) });
  return fc.array(step, { minLength: 5, maxLength: 25 });
}

describe('FAULTS 28: two users', { timeout: 120_000 }, () => {
  it('with the same names: whatever one does, the other hears nothing, and nothing that it can ask for changes', async () => {
    await using observer = await createObserver(await openRoom(relay));
    await using actor = createActor(await openRoom(relay));
    const numberedRoom = await openRoom(relay);
    let number = 0;
    const before = await observer.look();
    const ids = ['gate-1', 'gate-2', 'gate-3', 'watcher', 'own-1'];
    await fc.assert(
      fc.asyncProperty(script(ids, actor.deeds), async (steps) => {
        for (const { id, deed } of steps) await actor.act(id, deed);
        expect(await observer.heard()).toEqual([]);
        expect(await observer.look()).toEqual(before);
        number += 1;
        expect(await nextNumber(numberedRoom)).toBe(number);
      }),
      { numRuns: 40 },
    );
  });

  it('one of which does the same every day: it is told the same every day, whatever the other has done since', async () => {
    const residence = await openRoom(relay, residentLimits);
    await using actor = createActor(await openRoom(relay));
    // The first day is the first of everything.
    await liveOneDay(residence);
    const usual = await liveOneDay(residence);
    const ids = ['gate-1', 'gate-2', 'gate-3', 'watcher', 'own-1'];
    await fc.assert(
      fc.asyncProperty(script(ids, actor.deeds), async (steps) => {
        for (const { id, deed } of steps) await actor.act(id, deed);
        expect(await liveOneDay(residence)).toEqual(usual);
      }),
      { numRuns: 20 },
    );
  });

  it('one of which aims at the devices of the other: it sees exactly what a name that does not exist shows', async () => {
    await using observer = await createObserver(await openRoom(relay));
    // A name as long as that of the other's device, so that the two differ in nothing else.
    const [existing, absent] = ['gate-1', 'gate-0'];
    await using anyActor = createActor(await openRoom(relay));
    await fc.assert(
      fc.asyncProperty(script([existing], anyActor.deeds), async (steps) => {
        const seen: string[][] = [];
        for (const name of [existing, absent]) {
          await using actor = createActor(await openRoom(relay));
          const answers: string[] = [];
          for (const { deed } of steps) answers.push(...(await actor.act(name, deed)));
          seen.push(answers.map((answer) => answer.replaceAll(name, 'NAME')));
        }
        expect(seen[0]).toEqual(seen[1]);
      }),
      { numRuns: 25 },
    );
    expect(await observer.heard()).toEqual([]);
  });
});
