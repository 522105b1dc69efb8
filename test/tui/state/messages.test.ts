import { describe, expect, it } from 'vitest';
import { countNew, messageWindow, selectedEntry, shownEntries } from '../../../src/tui/model/message-pane.ts';
import type { Action } from '../../../src/tui/state/action.ts';
import type { Fate } from '../../../src/tui/state/fates.ts';
import { createLook } from '../../../src/tui/text/look.ts';
import { outcomeWords } from '../../../src/tui/text/outcome-words.ts';
import { outcomeSpan } from '../../../src/tui/views/message-row.ts';
import { createHarness, online, received, startMs } from '../harness.ts';

const devices = [online('mouse_pi')];

function commanderWithSent() {
  const commander = createHarness({ devices });
  commander.type('@mouse_pi {"cmd":"x"}');
  commander.press('enter');
  const outcome = () => {
    const entry = commander.state.messages.log.entries[0];
    return entry?.direction === 'out' ? entry.outcome : undefined;
  };
  return { commander, outcome };
}

describe('a sent message', () => {
  it('is sent when it has left', () => {
    const { commander, outcome } = commanderWithSent();
    expect(outcome()).toEqual({ state: 'sending' });
    commander.act({ type: 'send-told', seq: 1, fate: { status: 'sent' } });
    expect(outcome()).toEqual({ state: 'sent' });
  });

  it('is replied when a message answers its _id, with the time it took', () => {
    const { commander, outcome } = commanderWithSent();
    commander.act(received({ sender: 'mouse_pi', _re: 'c-test-1', ok: true }, startMs + 38));
    const reply = '{"sender":"mouse_pi","_re":"c-test-1","ok":true}';
    expect(outcome()).toEqual({ state: 'replied', afterMs: 38, reply, isFailure: false });
    commander.act({ type: 'send-told', seq: 1, fate: { status: 'sent' } });
    expect(outcome()).toEqual({ state: 'replied', afterMs: 38, reply, isFailure: false });
  });

  it('says so when its reply reports that the command failed', () => {
    const { commander, outcome } = commanderWithSent();
    commander.act(received({ sender: 'mouse_pi', _re: 'c-test-1', ok: false }, startMs + 38));
    const failed = outcome();
    if (failed === undefined) throw new Error('nothing was sent');
    expect(outcomeWords(failed)).toBe('replied: error 38 ms');
    expect(outcomeSpan(failed, createLook({ isAscii: false, hasColor: false })).tone).toBe('bad');
  });

  it('is not replied by somebody to whom it was not sent, nor by another _re', () => {
    const { commander, outcome } = commanderWithSent();
    commander.act(received({ sender: 'eve', _re: 'c-test-1' }), received({ sender: 'mouse_pi', _re: 'c-test-9' }));
    expect(outcome()).toEqual({ state: 'sending' });
  });

  it('is refused with the code of the relay, by its _id or else by its target', () => {
    const { commander, outcome } = commanderWithSent();
    commander.act({ type: 'send-told', seq: 1, fate: { status: 'sent' } });
    const error = { status: 'error', code: 'queue_full', message: 'the queue of mouse_pi is full' } as const;
    commander.act({ type: 'refused', error: { ...error, target: 'other' } });
    expect(outcome()).toEqual({ state: 'sent' });
    commander.act({ type: 'refused', error: { ...error, target: 'mouse_pi' } });
    expect(outcome()).toEqual({ state: 'refused', code: 'queue_full', reason: error.message });
    expect(commander.state.unseenProblems).toBe(2);
  });

  it('says why it did not leave', () => {
    const { commander, outcome } = commanderWithSent();
    const fate = { status: 'error', code: 'not_connected', message: 'the connection broke off' } as const;
    commander.act({ type: 'send-told', seq: 1, fate });
    expect(outcome()).toEqual({ state: 'not-sent', reason: 'the connection broke off' });
  });
});

describe('a sent message with receipts', () => {
  const told = (...fates: readonly Fate[]) => {
    const { commander, outcome } = commanderWithSent();
    for (const fate of fates) commander.act({ type: 'send-told', seq: 1, fate });
    return { commander, outcome };
  };

  it.each([
    ['queued', [{ status: 'queued' }], { state: 'queued' }],
    ['delivered', [{ status: 'queued' }, { status: 'delivered' }], { state: 'delivered' }],
    ['expired', [{ status: 'queued' }, { status: 'expired' }], { state: 'expired' }],
    ['cancelled', [{ status: 'queued' }, { status: 'cancelled' }], { state: 'cancelled' }],
    [
      'unconfirmed',
      [{ status: 'error', code: 'unconfirmed', message: 'it may have arrived' }],
      { state: 'unconfirmed', reason: 'it may have arrived' },
    ],
    [
      'refused',
      [{ status: 'error', code: 'queue_full', message: 'full' }],
      { state: 'refused', code: 'queue_full', reason: 'full' },
    ],
  ] as const)('is %s when the relay says so', (_state, fates, expected) => {
    expect(told(...fates).outcome()).toEqual(expected);
  });

  it('goes back to no earlier state, whatever is told late', () => {
    const { commander, outcome } = told({ status: 'delivered' }, { status: 'queued' });
    expect(outcome()).toEqual({ state: 'delivered' });
    commander.act(received({ sender: 'mouse_pi', _re: 'c-test-1' }, startMs + 5));
    commander.act({ type: 'send-told', seq: 1, fate: { status: 'delivered' } });
    const reply = '{"sender":"mouse_pi","_re":"c-test-1"}';
    expect(outcome()).toEqual({ state: 'replied', afterMs: 5, reply, isFailure: false });
  });

  it('says that no more will be known when the connection is lost', () => {
    const message = 'the connection broke off';
    const { outcome } = told({ status: 'queued' }, { status: 'unknown', last: 'queued', message });
    expect(outcome()).toEqual({ state: 'queued', note: message });
  });

  it('is one error, however often its end is told', () => {
    const error = { status: 'error', code: 'queue_full', message: 'full' } as const;
    const { commander } = told(error, error);
    commander.act({ type: 'refused', error: { ...error, target: 'mouse_pi', _id: 'c-test-1' } });
    expect(commander.state.problems).toHaveLength(1);
  });
});

describe('the room tap', () => {
  const tapped = (from: string, target: string, dropped = 0): Action => {
    const payload = { n: 1 };
    const message = { from, target, outcome: 'delivered', text: '{"n":1}', payload, dropped, receivedAtMs: startMs };
    return { type: 'tapped', messages: [{ ...message, outcome: 'delivered' }] };
  };

  it('adds what others say to each other, and nothing that stands in the log already', () => {
    const commander = createHarness({ devices });
    commander.act(tapped('gate', 'mouse_pi'), tapped('me', 'mouse_pi'), tapped('mouse_pi', 'me'));
    expect(commander.state.messages.log.entries).toMatchObject([{ direction: 'tap', from: 'gate', peer: 'mouse_pi' }]);
  });

  it('is filtered by both sides, and says what the relay left out', () => {
    const commander = createHarness({ devices });
    commander.act(tapped('gate', 'mouse_pi', 3), tapped('pump', 'gate'));
    commander.press('2', '/');
    commander.type('from=gate to=mouse_pi');
    expect(shownEntries(commander.state.messages)).toHaveLength(1);
    expect(commander.state.problems[0]?.text).toContain('3 copies');
  });
});

function commanderWithReceived(count: number) {
  const commander = createHarness({ devices });
  for (let n = 1; n <= count; n++) commander.act(received({ sender: 'mouse_pi', n }));
  commander.press('2');
  return commander;
}

describe('the message list', () => {
  it('follows what comes', () => {
    const commander = commanderWithReceived(3);
    commander.act(received({ sender: 'mouse_pi', n: 4 }));
    expect(selectedEntry(commander.state.messages)?.text).toContain('"n":4');
  });

  it('stands still while it is paused, and counts what comes', () => {
    const commander = commanderWithReceived(3);
    commander.press('space');
    const before = messageWindow(commander.state.messages, 10);
    for (let n = 4; n <= 6; n++) commander.act(received({ sender: 'mouse_pi', n }));
    expect(messageWindow(commander.state.messages, 10)).toEqual(before);
    expect(countNew(commander.state.messages)).toBe(3);
    commander.press('space');
    expect(shownEntries(commander.state.messages)).toHaveLength(6);
    expect(countNew(commander.state.messages)).toBe(0);
  });

  it('stands still even when everything that is seen has left the log', () => {
    const commander = commanderWithReceived(3);
    commander.press('space');
    const before = shownEntries(commander.state.messages);
    const message = { text: '{"n":0}', payload: { n: 0 }, offlineQueued: false, receivedAtMs: startMs };
    commander.act({ type: 'received', messages: Array.from({ length: 10_001 }, () => message) });
    expect(shownEntries(commander.state.messages)).toBe(before);
  });

  it('pauses when the cursor moves, and f follows again', () => {
    const commander = commanderWithReceived(3);
    commander.press('k');
    expect(selectedEntry(commander.state.messages)?.seq).toBe(2);
    commander.act(received({ sender: 'mouse_pi', n: 4 }));
    expect(selectedEntry(commander.state.messages)?.seq).toBe(2);
    commander.press('f');
    expect(selectedEntry(commander.state.messages)?.seq).toBe(4);
  });

  it('follows again when a command is sent, unless it was paused with Space', () => {
    const send = (commander: ReturnType<typeof commanderWithReceived>) => {
      commander.press('escape', 'i');
      commander.type('@mouse_pi {"n":9}');
      commander.press('enter');
      return commander.state.messages.pause;
    };
    const moved = commanderWithReceived(3);
    moved.press('k');
    expect(send(moved)).toBeUndefined();
    const held = commanderWithReceived(3);
    held.press('space', 'k');
    expect(send(held)).toBeDefined();
  });

  it('shows a reply to a sent message in its place while it is paused', () => {
    const { commander } = commanderWithSent();
    commander.press('escape', '2', 'space');
    commander.act(received({ sender: 'mouse_pi', _re: 'c-test-1' }, startMs + 5));
    expect(selectedEntry(commander.state.messages)).toMatchObject({ outcome: { state: 'replied', afterMs: 5 } });
  });

  it('shows what fits the filter while it is typed, and everything again after Esc', () => {
    const commander = commanderWithReceived(12);
    commander.press('/');
    commander.type('n=1*');
    expect(shownEntries(commander.state.messages)).toHaveLength(4);
    commander.press('enter');
    commander.act(received({ sender: 'mouse_pi', n: 13 }), received({ sender: 'mouse_pi', n: 2 }));
    expect(shownEntries(commander.state.messages)).toHaveLength(5);
    commander.press('escape');
    expect(shownEntries(commander.state.messages)).toHaveLength(14);
  });

  it('opens the detail with Enter, goes through messages with j and k, and closes it with Esc', () => {
    const commander = commanderWithReceived(3);
    commander.press('enter', 'k', 'k');
    expect(selectedEntry(commander.state.messages)?.seq).toBe(1);
    expect(commander.state.messages.detailTop).toBe(0);
    commander.press('escape');
    expect(commander.state.messages.detailTop).toBeUndefined();
  });

  it('copies the message under the cursor, every character as it came', () => {
    const commander = commanderWithReceived(0);
    const text = '{ "n": 1.0 }';
    const message = { text, payload: { n: 1 }, offlineQueued: false, receivedAtMs: startMs };
    commander.act({ type: 'received', messages: [message] });
    commander.press('y');
    expect(commander.effects).toEqual([{ effect: 'copy', text }]);
  });

  it('saves what is shown', () => {
    const commander = commanderWithReceived(3);
    commander.press('/');
    commander.type('n=2');
    commander.press('enter', 's');
    expect(commander.effects).toMatchObject([{ effect: 'save', entries: [{ seq: 2 }] }]);
  });

  it('goes through what fits with n and N: within a filter, and among its neighbours when it is gone', () => {
    const commander = commanderWithReceived(9);
    commander.press('n');
    expect(commander.state.notice?.text).toContain('set one with /');
    commander.press('/');
    commander.type('n=[');
    commander.press('ctrl+u');
    commander.type('n=5');
    commander.press('enter', 'escape');
    expect(shownEntries(commander.state.messages)).toHaveLength(9);
    commander.press('N');
    expect(selectedEntry(commander.state.messages)?.seq).toBe(5);
    commander.press('N');
    expect(commander.state.notice?.text).toBe('Nothing before this fits n=5');
    commander.press('g', 'n');
    expect(selectedEntry(commander.state.messages)?.seq).toBe(5);
  });
});

describe('cancelling a sent message', () => {
  it('asks the relay for one that is queued, and for no other', () => {
    const { commander } = commanderWithSent();
    commander.press('escape', '2', 'x');
    expect(commander.effects.some(({ effect }) => effect === 'cancel-sent')).toBe(false);
    commander.act({ type: 'send-told', seq: 1, fate: { status: 'queued' } });
    commander.press('x');
    expect(commander.effects.at(-1)).toEqual({ effect: 'cancel-sent', target: 'mouse_pi', messageId: 'c-test-1' });
  });
});
