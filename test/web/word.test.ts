import { describe, expect, it } from 'vitest';
import { actionOf } from '../../src/web/app/model/word.ts';

describe('what the relay says of itself', () => {
  it('is the outcome of a message where it names one', () => {
    expect(actionOf({ status: 'queued', _id: 'm1', target: 'pump' })).toEqual({
      type: 'outcome',
      messageId: 'm1',
      target: 'pump',
      outcome: 'queued',
    });
    const refused = { status: 'error', code: 'queue_full', message: 'no room', _id: 'm1', target: 'pump' } as const;
    expect(actionOf(refused)).toMatchObject({ type: 'outcome', outcome: 'refused: no room' });
    expect(actionOf({ ...refused, code: 'unconfirmed' })).toMatchObject({
      outcome: 'unconfirmed: it may have arrived',
    });
  });

  it('is told to everybody where it names none', () => {
    const said = actionOf({ status: 'error', code: 'rate_limited', message: 'send slower' });
    expect(said).toEqual({ type: 'noticed', text: 'the relay says: send slower', isProblem: true });
  });

  it('is who is there, and otherwise nothing that shows', () => {
    expect(actionOf({ status: 'presence', devices: { pump: 'online' } })).toMatchObject({ type: 'presence' });
    expect(actionOf({ status: 'pong' })).toBeUndefined();
  });
});
