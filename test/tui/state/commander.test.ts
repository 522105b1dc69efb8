import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../src/tui/state/place.ts';
import { createHarness, offline, online, received, startMs } from '../harness.ts';

const devices = [online('mouse_pi'), offline('pump-1'), offline('pump-2')];

describe('the panes', () => {
  it('are reached by Tab in a circle, and by number', () => {
    const commander = createHarness({ devices });
    const places = ['tab', 'tab', 'tab', 'shift+tab', '1', '2', '3'].map((key) => {
      commander.press(key);
      const place = placeOf(commander.state);
      if (key === '3') commander.press('escape');
      return place;
    });
    expect(places).toEqual(['messages', 'composer', 'devices', 'composer', 'composer', 'composer', 'composer']);
  });

  it('take no character in the composer for a number', () => {
    const commander = createHarness({ devices });
    commander.press('i', '1');
    expect(commander.state.composer.buffer.text).toBe('1');
  });

  it('write the name of a device in front of the command from its sheet, once', () => {
    const commander = createHarness({ devices });
    commander.press('enter', 'enter');
    expect(commander.state.composer.buffer.text).toBe('@mouse_pi ');
    commander.press('escape', 'enter', 'enter');
    expect(commander.state.composer.buffer.text).toBe('@mouse_pi ');
    expect(commander.sent).toEqual([]);
  });

  it('filter the devices, and Esc takes marks away before the filter', () => {
    const commander = createHarness({ devices });
    commander.press('/');
    commander.type('pump');
    commander.press('enter', 'space');
    expect(commander.state.devices.shown).toHaveLength(2);
    expect(commander.state.devices.marks).toEqual(['pump-1']);
    commander.press('escape');
    expect(commander.state.devices.marks).toEqual([]);
    expect(commander.state.devices.shown).toHaveLength(2);
    commander.press('escape');
    expect(commander.state.devices.shown).toHaveLength(3);
  });

  it('take a pasted command, and no other paste', () => {
    const commander = createHarness({ devices });
    commander.act({ type: 'pasted', text: 'qqq\r' });
    expect(commander.effects).toEqual([]);
    expect(commander.state.focus).toBe('devices');
    commander.act({ type: 'pasted', text: '{"cmd":"x"}' });
    expect(commander.state.composer.buffer.text).toBe('{"cmd":"x"}');
  });
});

describe('a key with Alt that means nothing', () => {
  it('is Esc and the key, which terminals send alike when they are typed quickly', () => {
    const commander = createHarness({ devices });
    commander.type('{"a"');
    commander.press('alt+q');
    expect(commander.effects).toEqual([{ effect: 'exit' }]);
  });

  it('keeps a capital: Esc and G go to the last row', () => {
    const commander = createHarness({ devices });
    commander.press('alt+G');
    expect(commander.state.devices.cursorId).toBe('pump-2');
  });
});

describe('typing at random in the lists', () => {
  /** Every key of a keyboard but those that quit, which would end the run, and those that begin a command. */
  const keys = [
    ...'abcdefghjklmnoprstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0124567890?/ -=*',
    ...['enter', 'tab', 'escape', 'up', 'down', 'pageup', 'pagedown', 'home', 'end', 'backspace', 'ctrl+l', 'ctrl+u'],
  ];

  it('sends nothing to anyone', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...keys), { maxLength: 400 }), (struck) => {
        const commander = createHarness({ devices });
        commander.act(received({ sender: 'mouse_pi', ok: true }));
        commander.press(...struck);
        expect(commander.sent).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('breaks nothing, whatever the keys and the size', () => {
    const size = fc.record({ columns: fc.integer({ min: 1, max: 200 }), rows: fc.integer({ min: 1, max: 60 }) });
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...keys, 'i', '{', '@', '"', '}'), size)), (struck) => {
        const commander = createHarness({ devices });
        commander.act(received({ sender: 'mouse_pi', ok: true }));
        for (const one of struck) {
          if (typeof one === 'string') commander.press(one);
          else commander.act({ type: 'resized', size: one });
        }
        const { cursor, text } = commander.state.composer.buffer;
        expect(cursor).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('quitting', () => {
  it('is at once while the relay is elsewhere', () => {
    const commander = createHarness({ devices });
    commander.press('q');
    expect(commander.effects).toEqual([{ effect: 'exit' }]);
  });

  it('asks while the relay runs inside and others are connected', () => {
    const commander = createHarness();
    const local = { ownIds: ['simulated_mouse'] };
    commander.act({ type: 'relay-chosen', label: 'local', url: 'ws://127.0.0.1:8787/ws/connect/', local });
    commander.act({ type: 'devices-polled', devices: [online('simulated_mouse'), online('arm')], isComplete: true });
    commander.press('q');
    expect(commander.effects).toEqual([]);
    expect(commander.state.overlay).toEqual({ kind: 'confirm-quit', others: ['arm'] });
    commander.press('escape', 'q', 's');
    expect(commander.effects).toEqual([{ effect: 'exit' }]);
  });

  it('can leave the relay running', () => {
    const commander = createHarness();
    const local = { ownIds: [] };
    commander.act({ type: 'relay-chosen', label: 'local', url: 'ws://127.0.0.1:8787/ws/connect/', local });
    commander.act({ type: 'devices-polled', devices: [online('arm')], isComplete: true });
    commander.press('q', 'k');
    expect(commander.effects).toEqual([{ effect: 'exit', keepsRelay: true }]);
  });

  it('asks while the relay inside runs and another one is looked at', () => {
    const commander = createHarness({ devices });
    const local = { ownIds: [] };
    commander.act({ type: 'relay-chosen', label: 'local', url: 'ws://127.0.0.1:8787/ws/connect/', local });
    commander.act({ type: 'relay-chosen', label: 'prod', url: 'wss://relay.example' });
    commander.press('q');
    expect(commander.state.overlay).toEqual({ kind: 'confirm-quit', others: undefined });
  });

  it('does not ask for the sake of its own simulated device', () => {
    const commander = createHarness();
    const local = { ownIds: ['simulated_mouse'] };
    commander.act({ type: 'relay-chosen', label: 'local', url: 'ws://127.0.0.1:8787/ws/connect/', local });
    commander.act({ type: 'devices-polled', devices: [online('simulated_mouse'), offline('arm')], isComplete: true });
    commander.press('q');
    expect(commander.effects).toEqual([{ effect: 'exit' }]);
  });
});

describe('the connection', () => {
  const ending = { kind: 'lost', closeCode: 1006, reason: 'connection refused at relay.example' } as const;
  const waiting = { phase: 'waiting', attempt: 2, retryAtMs: startMs + 5000, ending } as const;

  it('keeps the log when it is lost, and says the reason once however often it is tried', () => {
    const commander = createHarness({ devices });
    commander.act(received({ sender: 'mouse_pi', ok: true }));
    for (let attempt = 0; attempt < 5; attempt++) {
      commander.act({ type: 'connection-changed', connection: waiting });
      commander.act({ type: 'connection-changed', connection: { phase: 'connecting', attempt: 3 } });
    }
    expect(commander.state.messages.log.entries).toHaveLength(1);
    expect(commander.state.problems.map(({ text }) => text)).toEqual([ending.reason]);
  });

  it('is taken up again by c when it was given up, and not before', () => {
    const commander = createHarness({ devices });
    commander.press('c');
    expect(commander.effects).toEqual([]);
    const replaced = { kind: 'replaced', closeCode: 4009, reason: 'taken over from 10.0.0.7 at 12:03:11' } as const;
    commander.act({ type: 'connection-changed', connection: { phase: 'closed', ending: replaced } });
    commander.press('c');
    expect(commander.effects).toEqual([{ effect: 'reconnect' }]);
  });
});

describe('the errors behind e', () => {
  it('are counted until somebody has looked', () => {
    const commander = createHarness({ devices });
    commander.act({ type: 'poll-failed', reason: 'no answer' }, { type: 'poll-failed', reason: 'no answer' });
    expect(commander.state.unseenProblems).toBe(1);
    commander.press('e');
    expect(commander.state.unseenProblems).toBe(0);
    commander.press('escape');
    expect(commander.state.overlay).toBeUndefined();
  });
});

describe('a notice', () => {
  it('goes with the next key or after a while', () => {
    const commander = createHarness({ devices });
    commander.act({ type: 'told', tone: 'good', text: 'saved' });
    commander.wait(3000);
    expect(commander.state.notice?.text).toBe('saved');
    commander.wait(4000);
    expect(commander.state.notice).toBeUndefined();
    commander.act({ type: 'told', tone: 'good', text: 'saved' });
    commander.press('j');
    expect(commander.state.notice).toBeUndefined();
  });
});

describe('the rates', () => {
  it('are those of the last second', () => {
    const commander = createHarness({ devices });
    commander.wait(1000);
    for (let n = 0; n < 10; n++) commander.act(received({ n }));
    commander.wait(1000);
    expect(commander.state.relay.rates).toEqual({ in: 10, out: 0 });
    commander.wait(1000);
    expect(commander.state.relay.rates).toEqual({ in: 0, out: 0 });
  });
});
