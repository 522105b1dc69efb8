/** The same devices once more: offered after every command, sent by Enter alone. */
import { describe, expect, it } from 'vitest';
import { offeredAgain } from '../../../src/tui/model/composer.ts';
import { createHarness, online } from '../harness.ts';

const devices = ['gate', 'pump-1', 'pump-2', 'valve'].map(online);

function sendToTwo() {
  const commander = createHarness({ devices });
  commander.press('j', 'space', 'j', 'space', 'i');
  commander.type('{"cmd":"fill","litres":2}');
  commander.press('enter', 'y');
  return commander;
}

describe('after a command to marked devices', () => {
  it('nobody is addressed, and the command is offered with the names of those it went to', () => {
    const commander = sendToTwo();
    expect(commander.sent).toHaveLength(2);
    expect(commander.state.devices.marks).toEqual([]);
    expect(offeredAgain(commander.state.composer)).toBe('@pump-1 @pump-2 {"cmd":"fill","litres":2}');
    commander.press('enter');
    commander.type('{"cmd":"stop"}');
    commander.press('enter', 'y');
    expect(commander.sent).toHaveLength(2);
  });

  it('Up brings it back with both names, another value goes to both, and both are asked about', () => {
    const commander = sendToTwo();
    commander.press('up', 'left', 'backspace', '5');
    expect(commander.sent).toHaveLength(2);
    commander.press('enter');
    expect(commander.state.overlay).toMatchObject({
      kind: 'confirm-send',
      command: { targets: [{ id: 'pump-1' }, { id: 'pump-2' }] },
    });
    expect(commander.sent).toHaveLength(2);
    commander.press('y');
    expect(commander.sent.slice(2).map(({ target, json }) => [target, JSON.parse(json).litres])).toEqual([
      ['pump-1', 5],
      ['pump-2', 5],
    ]);
  });

  it('Tab completes @ with those it went to, each once', () => {
    const commander = sendToTwo();
    commander.type('@');
    commander.press('tab');
    commander.type(' @');
    commander.press('tab');
    expect(commander.state.composer.buffer.text).toBe('@pump-1 @pump-2');
    commander.type(' @');
    commander.press('tab');
    expect(commander.state.composer.buffer.text).toBe('@pump-1 @pump-2 @gate');
  });

  it('another relay is offered nothing: the same name may be another machine there', () => {
    const commander = sendToTwo();
    commander.act({ type: 'relay-chosen', label: 'other', url: 'ws://other' });
    expect(offeredAgain(commander.state.composer)).toBeUndefined();
  });

  it('a draft that went into the history instead is not taken for it', () => {
    const commander = sendToTwo();
    commander.type('half a command');
    commander.press('escape', '{');
    expect(commander.state.composer.history.at(-1)).toBe('half a command');
    expect(offeredAgain(commander.state.composer)).toBeUndefined();
  });

  it('what is only in the history of earlier sessions is not offered', () => {
    const commander = createHarness({ devices });
    commander.act({ type: 'history-loaded', commands: ['@gate {"cmd":"open"}'] });
    expect(offeredAgain(commander.state.composer)).toBeUndefined();
  });
});
