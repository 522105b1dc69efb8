import { describe, expect, it } from 'vitest';
import type { Device } from '../../src/web/app/model/device.ts';
import { reduce } from '../../src/web/app/model/reduce.ts';
import { type Action, initialState, type State } from '../../src/web/app/model/state.ts';

const device = (id: string, state: Device['state'] = 'online'): Device => ({
  id,
  state,
  onlineSince: null,
  lastSeen: null,
  waiting: 0,
  registered: true,
});

function stateAfter(...actions: readonly Action[]): State {
  return actions.reduce(reduce, initialState);
}

const authenticated: Action = {
  type: 'connection',
  connection: { phase: 'authenticated', clientId: 'me', limits: {} },
};
const lost: Action = { type: 'connection', connection: { phase: 'connecting' } };
const sent = (messageId: string, target = 'gate'): Action => ({
  type: 'sent',
  messages: [{ target, text: '{}', messageId }],
  timeMs: 0,
});
const outcome = (messageId: string, told: string, target = 'gate'): Action => ({
  type: 'outcome',
  messageId,
  target,
  outcome: told,
});
const outcomes = (state: State) => state.log.map((entry) => entry.outcome);

describe('the state of the dashboard', () => {
  it('addresses nobody after sending', () => {
    expect(stateAfter({ type: 'marked', id: 'gate', isMarked: true }, sent('a')).marks.size).toBe(0);
  });

  it('does not address a device that is gone, and keeps the other marks', () => {
    const marks = stateAfter(
      { type: 'devices', devices: [device('gate'), device('pump')] },
      { type: 'marked', id: 'gate', isMarked: true },
      { type: 'marked', id: 'pump', isMarked: true },
      { type: 'devices', devices: [device('pump')] },
    ).marks;
    expect([...marks]).toEqual(['pump']);
  });

  it('changes the state of a message in place, and of no other', () => {
    expect(outcomes(stateAfter(sent('a'), sent('b'), outcome('a', 'delivered')))).toEqual(['delivered', 'sent']);
    expect(outcomes(stateAfter(sent('a', 'gate'), sent('a', 'pump'), outcome('a', 'queued', 'pump')))).toEqual([
      'sent',
      'queued',
    ]);
  });

  it('does not let a late proof hide the reply', () => {
    const reply: Action = { type: 'received', peer: 'gate', text: '{}', timeMs: 1, re: 'a' };
    expect(outcomes(stateAfter(sent('a'), reply, outcome('a', 'delivered')))).toEqual(['replied', undefined]);
  });

  it('does not take the reply of somebody else for one', () => {
    const reply: Action = { type: 'received', peer: 'stranger', text: '{}', timeMs: 1, re: 'a' };
    expect(outcomes(stateAfter(sent('a'), reply))).toEqual(['sent', undefined]);
  });

  it('says that nobody knows what became of what was under way when the connection was lost', () => {
    const state = stateAfter(authenticated, sent('a'), sent('b'), outcome('b', 'queued'), lost);
    expect(outcomes(state)).toEqual(['unknown: it may have arrived', 'queued']);
  });

  it('keeps the newest messages and forgets the oldest', () => {
    const many = Array.from({ length: 501 }, (_, n): Action => sent(`m-${n}`));
    const { log } = stateAfter(...many);
    expect(log).toHaveLength(500);
    expect(log.at(0)?.messageId).toBe('m-1');
    expect(new Set(log.map(({ number }) => number)).size).toBe(500);
  });

  it('changes presence by what is pushed, of known devices only', () => {
    const states = { gate: 'offline', constructor: 'online', stranger: 'online' } as const;
    const { devices } = stateAfter({ type: 'devices', devices: [device('gate')] }, { type: 'presence', states });
    expect(devices).toEqual([device('gate', 'offline')]);
  });

  it('stays the same where a list of devices says nothing new', () => {
    const listed = stateAfter({ type: 'devices', devices: [device('gate'), device('pump')] });
    expect(reduce(listed, { type: 'devices', devices: [device('gate'), device('pump')] })).toBe(listed);
    const changed = reduce(listed, { type: 'devices', devices: [device('gate', 'offline'), device('pump')] });
    expect(changed.devices?.[0]?.state).toBe('offline');
    expect(changed.devices?.[1]).toBe(listed.devices?.[1]);
    const longer = reduce(listed, { type: 'devices', devices: [device('gate'), { ...device('pump'), waiting: 2 }] });
    expect(longer.devices?.[1]?.waiting).toBe(2);
  });

  it('holds nothing of anybody after the logout, but the reason for it', () => {
    const state = stateAfter(
      { type: 'logged-in', keys: { master: 'key' } },
      authenticated,
      { type: 'devices', devices: [device('gate')] },
      sent('a'),
      { type: 'noticed', text: 'the key is not valid any more', isProblem: true },
      { type: 'logged-out' },
    );
    expect(state).toEqual({ ...initialState, notice: state.notice, nextNumber: state.nextNumber });
    expect(state.notice?.text).toBe('the key is not valid any more');
  });
});
