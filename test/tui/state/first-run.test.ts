import { describe, expect, it } from 'vitest';
import type { Action } from '../../../src/tui/state/action.ts';
import { reduce } from '../../../src/tui/state/reduce.ts';
import { type CommanderState, initialState } from '../../../src/tui/state/state.ts';
import type { Effect } from '../../../src/tui/state/step.ts';
import { startMs } from '../harness.ts';

function firstRun() {
  const screen = { name: 'first-run', choice: 'start', problem: undefined } as const;
  let state: CommanderState = initialState({
    size: { columns: 80, rows: 24 },
    nowMs: startMs,
    messageIdPrefix: 'c',
    screen,
  });
  const effects: Effect[] = [];
  const act = (action: Action): void => {
    const step = reduce(state, action, startMs);
    state = step.state;
    effects.push(...step.effects);
  };
  return {
    effects,
    act,
    get state() {
      return state;
    },
    press: (...keys: readonly string[]) => act({ type: 'strokes', strokes: keys.map((key) => ({ key })) }),
    type: (text: string) => act({ type: 'strokes', strokes: [{ text }] }),
  };
}

describe('the first run', () => {
  it('starts a relay here on Enter, and the next Enter sends a command to the simulated device', () => {
    const commander = firstRun();
    commander.press('enter');
    expect(commander.effects).toEqual([{ effect: 'start-local-relay' }]);
    commander.press('enter');
    expect(commander.effects).toHaveLength(1);
    const connection = { phase: 'authenticated', clientId: 'me', sinceMs: startMs } as const;
    commander.act({ type: 'connection-changed', connection });
    commander.act({ type: 'begun', command: '@simulated_mouse {"cmd":"status"}' });
    commander.press('enter');
    expect(commander.effects[1]).toMatchObject({ effect: 'send', target: 'simulated_mouse' });
  });

  it('says why no relay could be started, and offers both ways again', () => {
    const commander = firstRun();
    commander.press('enter');
    commander.act({ type: 'beginning-failed', reason: 'the folder cannot be written' });
    expect(commander.state.screen).toEqual({
      name: 'first-run',
      choice: 'start',
      problem: 'the folder cannot be written',
    });
  });

  it('connects with an address and a key', () => {
    const commander = firstRun();
    commander.press('j', 'enter');
    commander.type('wss://relay.example');
    commander.press('enter');
    commander.act({ type: 'pasted', text: 'rly_master_x\n' });
    commander.press('enter');
    expect(commander.effects).toEqual([
      {
        effect: 'join',
        joining: { aim: { for: 'first-relay' }, url: 'wss://relay.example', authKey: 'rly_master_x', name: '' },
      },
    ]);
  });

  it('keeps what was typed when the connection is refused', () => {
    const commander = firstRun();
    commander.press('j', 'enter');
    commander.type('relay.example');
    commander.press('tab');
    commander.type('wrong');
    commander.press('enter');
    commander.act({ type: 'beginning-failed', reason: 'the key is not known' });
    expect(commander.state.screen).toMatchObject({
      name: 'connect-form',
      form: { url: { text: 'relay.example' }, problem: 'the key is not known' },
    });
  });

  it('asks for what is missing', () => {
    const commander = firstRun();
    commander.press('j', 'enter', 'enter');
    expect(commander.state.screen).toMatchObject({ form: { field: 'url' } });
    commander.type('relay.example');
    commander.press('enter', 'enter');
    expect(commander.state.screen).toMatchObject({
      form: { field: 'authKey', problem: expect.stringMatching(/master key/) },
    });
    expect(commander.effects).toEqual([]);
  });

  it('is left by q, and from the form by Esc first', () => {
    const commander = firstRun();
    commander.press('j', 'enter', 'q', 'escape');
    expect(commander.effects).toEqual([]);
    commander.press('q');
    expect(commander.effects).toEqual([{ effect: 'exit' }]);
  });
});
