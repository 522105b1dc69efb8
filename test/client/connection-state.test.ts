import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  firstLifecycle,
  type Lifecycle,
  type LifecycleEvent,
  provenAfterMs,
  type ReconnectPolicy,
} from '../../src/client/connection-state.ts';
import type { Ending } from '../../src/client/types.ts';

const unattended: ReconnectPolicy = { mode: 'unattended', reconnect: true };
const interactive: ReconnectPolicy = { mode: 'interactive', reconnect: true };
const random = (): number => 0.5;

function lost(closeCode = 1006): LifecycleEvent {
  const ending: Ending = { kind: 'lost', closeCode, reason: 'the line was cut' };
  return { type: 'ended', ending };
}

const login: LifecycleEvent = { type: 'authenticated', clientId: 'commander' };
const retry: LifecycleEvent = { type: 'retry' };

function play(events: readonly (readonly [number, LifecycleEvent])[], policy = unattended): Lifecycle {
  return events.reduce((life, [nowMs, event]) => advance(life, event, { policy, nowMs, random }), firstLifecycle);
}

describe('the life of a client', () => {
  it('begins with a first try, authenticates, and waits after a loss', () => {
    expect(firstLifecycle.state).toEqual({ phase: 'connecting', attempt: 1 });
    expect(play([[5, login]]).state).toEqual({ phase: 'authenticated', clientId: 'commander', sinceMs: 5 });
    const waiting = play([
      [5, login],
      [10, lost()],
    ]).state;
    expect(waiting).toMatchObject({ phase: 'waiting', attempt: 2, retryAtMs: 10 + 250, ending: { closeCode: 1006 } });
    expect(
      play([
        [5, login],
        [10, lost()],
        [260, retry],
      ]).state,
    ).toEqual({ phase: 'connecting', attempt: 2 });
  });

  it('waits longer when a connection is dropped soon after it was accepted', () => {
    const events: [number, LifecycleEvent][] = [];
    for (let round = 0; round < 4; round++) events.push([0, login], [provenAfterMs - 1, lost()], [0, retry]);
    expect(play([...events, [0, login], [provenAfterMs - 1, lost()]]).state).toMatchObject({
      retryAtMs: provenAfterMs - 1 + 4000,
      attempt: 6,
    });
  });

  it('starts the backoff anew after a connection that lasted', () => {
    const many = [0, 1, 2, 3, 4].flatMap((): [number, LifecycleEvent][] => [
      [0, lost()],
      [0, retry],
    ]);
    const { state } = play([...many, [0, login], [provenAfterMs, lost()]]);
    expect(state).toMatchObject({ attempt: 2, retryAtMs: provenAfterMs + 250 });
  });

  it.each([4000, 4001, 4004, 4009, 4011])('never comes back after %i, in either mode', (closeCode) => {
    for (const policy of [interactive, unattended]) {
      expect(play([[0, lost(closeCode)]], policy).state).toMatchObject({ phase: 'closed', ending: { closeCode } });
    }
  });

  it.each([4003, 4010, 4130])(
    'after %i gives up with a person before it, and waits 5 to 15 minutes without',
    (code) => {
      expect(play([[0, lost(code)]], interactive).state.phase).toBe('closed');
      expect(play([[0, lost(code)]]).state).toMatchObject({ phase: 'waiting', retryAtMs: 10 * 60_000 });
    },
  );

  it.each([1000, 1001, 1002, 1005, 1006, 1007, 1008, 1009, 1011, 1013, 4100, 4108, 4113, 4129, 4999])(
    'comes back with backoff after %i, in either mode',
    (closeCode) => {
      for (const policy of [interactive, unattended]) {
        expect(play([[0, lost(closeCode)]], policy).state).toMatchObject({ phase: 'waiting', retryAtMs: 250 });
      }
    },
  );

  it('is over with the first end when it was told not to reconnect', () => {
    expect(play([[0, lost()]], { mode: 'unattended', reconnect: false }).state.phase).toBe('closed');
  });

  it('stays closed, and takes no event that does not fit', () => {
    const anyEvent = fc.oneof(
      fc.constant(login),
      fc.constant(retry),
      fc.constantFrom(1001, 1006, 4003, 4009).map(lost),
      fc.constant<LifecycleEvent>({ type: 'stop', ending: { kind: 'closed', closeCode: 1000, reason: 'stopped' } }),
    );
    const follows: Readonly<Record<string, readonly string[]>> = {
      connecting: ['connecting', 'authenticated', 'waiting', 'closed'],
      authenticated: ['authenticated', 'waiting', 'closed'],
      waiting: ['waiting', 'connecting', 'closed'],
      closed: ['closed'],
    };
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        let life = firstLifecycle;
        for (const event of events) {
          const next = advance(life, event, { policy: unattended, nowMs: 0, random });
          expect(follows[life.state.phase]).toContain(next.state.phase);
          if (life.state.phase === 'closed') expect(next).toBe(life);
          life = next;
        }
      }),
    );
  });
});
