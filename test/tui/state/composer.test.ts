import { describe, expect, it } from 'vitest';
import { footerKeys } from '../../../src/tui/keys/keymap.ts';
import { layoutOf } from '../../../src/tui/state/layout.ts';
import { createHarness, offline, online, received, startMs } from '../harness.ts';

const devices = [online('mouse_pi'), offline('pump-1'), offline('pump-2')];

describe('the composer sends', () => {
  it('to the one that is named, with an _id of its own', () => {
    const commander = createHarness({ devices });
    commander.type('@mouse_pi {"cmd":"reboot"}');
    commander.press('enter');
    expect(commander.sent).toEqual([
      { effect: 'send', seq: 1, target: 'mouse_pi', json: '{"cmd":"reboot","_id":"c-test-1"}' },
    ]);
    expect(commander.state.composer.buffer.text).toBe('');
  });

  it('what was typed and the Enter behind it when they come in one piece', () => {
    const commander = createHarness({ devices });
    commander.act({ type: 'strokes', strokes: [{ text: 'i@mouse_pi {"cmd":"x"}' }, { key: 'enter' }] });
    expect(commander.sent).toHaveLength(1);
  });

  it('keeps an _id that the payload has, and every digit', () => {
    const commander = createHarness({ devices });
    commander.type('@mouse_pi {"n":12345678901234567890,"_id":"mine"}');
    commander.press('enter');
    expect(commander.sent[0]?.json).toBe('{"n":12345678901234567890,"_id":"mine"}');
  });

  it('to the marked devices, after a yes, and takes the marks away', () => {
    const commander = createHarness({ devices });
    commander.press('space', 'j', 'space');
    commander.type('{"cmd":"reboot"}');
    commander.press('enter');
    expect(commander.sent).toEqual([]);
    expect(commander.state.overlay?.kind).toBe('confirm-send');
    commander.press('y');
    expect(commander.sent.map(({ target }) => target)).toEqual(['mouse_pi', 'pump-1']);
    expect(commander.state.devices.marks).toEqual([]);
  });

  it('to all that a name with * stands for, after a yes', () => {
    const commander = createHarness({ devices });
    commander.type('@pump-* {"cmd":"stop"}');
    commander.press('enter', 'y');
    expect(commander.sent.map(({ target }) => target)).toEqual(['pump-1', 'pump-2']);
  });

  it('to the named ones alone, whatever is marked', () => {
    const commander = createHarness({ devices });
    commander.press('space');
    commander.type('@pump-1 {"cmd":"stop"}');
    commander.press('enter');
    expect(commander.sent.map(({ target }) => target)).toEqual(['pump-1']);
  });
});

describe('where there is room for one list', () => {
  it('a command that was sent brings the messages, where its answer will stand', () => {
    const commander = createHarness({ devices, size: { columns: 80, rows: 24 } });
    commander.type('@mouse_pi {"cmd":"x"');
    expect(layoutOf(commander.state).devices).toBeDefined();
    commander.type('}');
    commander.press('enter');
    expect(layoutOf(commander.state).messages).toBeDefined();
    expect(commander.state.focus).toBe('composer');
  });

  it('Shift+Tab goes from the composer to the messages, and the footer names it', () => {
    const commander = createHarness({ devices, size: { columns: 80, rows: 24 } });
    commander.press('i');
    expect(footerKeys('composer').find(({ hint }) => hint === 'messages')?.label).toBe('Shift+Tab');
    commander.press('shift+tab');
    expect(commander.state.focus).toBe('messages');
  });

  it('elsewhere nothing moves', () => {
    const commander = createHarness({ devices });
    commander.type('@mouse_pi {"cmd":"x"}');
    commander.press('enter', 'escape');
    expect(commander.state.focus).toBe('devices');
  });
});

describe('the composer refuses', () => {
  it.each([
    ['when nobody is addressed, whatever the cursor stands on', '{"cmd":"x"}', /Nobody is addressed/],
    ['a name that stands for nobody', '@pupm-* {"cmd":"x"}', /@pupm-\* stands for no device/],
    ['a name without a command', '@mouse_pi ', /no command yet/],
    ['what is not JSON, with the column', '@mouse_pi {"cmd":reboot}', /column 18/],
    ['a payload that names another target', '@mouse_pi {"target":"pump-1"}', /remove it/],
  ])('%s', (_what, text, notice) => {
    const commander = createHarness({ devices });
    commander.press('i');
    commander.type(text);
    commander.press('enter');
    expect(commander.state.notice?.text).toMatch(notice);
    expect(commander.state.overlay).toBeUndefined();
    expect(commander.sent).toEqual([]);
  });

  it('says why, and puts the cursor on the mistake', () => {
    const commander = createHarness({ devices });
    commander.type('@mouse_pi {"cmd":reboot}');
    commander.press('enter');
    expect(commander.state.notice?.text).toMatch(/column 18: a text stands in double quotes/);
    expect(commander.state.composer.buffer.cursor).toBe(17);
    expect(commander.state.composer.buffer.text).toBe('@mouse_pi {"cmd":reboot}');
  });

  it('to send while disconnected, and keeps nothing for later', () => {
    const commander = createHarness({ devices, connection: 'waiting' });
    commander.type('@mouse_pi {"cmd":"x"}');
    commander.press('enter');
    const connection = { phase: 'authenticated', clientId: 'me', sinceMs: startMs } as const;
    expect(commander.state.notice?.text).toMatch(/Not connected/);
    commander.act({ type: 'connection-changed', connection });
    expect(commander.sent).toEqual([]);
  });

  it('a yes that comes after the connection was lost', () => {
    const commander = createHarness({ devices });
    commander.type('@pump-* {"cmd":"x"}');
    commander.press('enter');
    commander.act({ type: 'connection-changed', connection: { phase: 'connecting', attempt: 1 } });
    commander.press('y');
    expect(commander.sent).toEqual([]);
  });

  it('a no, and keeps command and marks', () => {
    const commander = createHarness({ devices });
    commander.press('space', 'j', 'space');
    commander.type('{"cmd":"x"}');
    commander.press('enter', 'escape', 'y');
    expect(commander.sent).toEqual([]);
    expect(commander.state.devices.marks).toHaveLength(2);
    expect(commander.state.composer.buffer.text).toBe('{"cmd":"x"}y');
  });
});

describe('the composer asks', () => {
  it('before a command goes to a name that the relay has never seen', () => {
    const commander = createHarness({ devices });
    commander.type('@mouse_pj {"cmd":"x"}');
    commander.press('enter');
    expect(commander.sent).toEqual([]);
    commander.press('y');
    expect(commander.sent).toHaveLength(1);
  });

  it('nothing about a name where the relay does not say whom it knows', () => {
    const commander = createHarness();
    commander.type('@anybody {"cmd":"x"}');
    commander.press('enter');
    expect(commander.sent).toHaveLength(1);
  });
});

describe('while it is written', () => {
  it('Tab completes a name, and the next one on the next Tab', () => {
    const commander = createHarness({ devices });
    commander.type('@pu');
    commander.press('tab');
    expect(commander.state.composer.buffer.text).toBe('@pump-1');
    commander.press('tab');
    expect(commander.state.composer.buffer.text).toBe('@pump-2');
    commander.press('ctrl+u');
    commander.type('@mo');
    commander.press('tab');
    expect(commander.state.composer.buffer.text).toBe('@mouse_pi ');
  });

  it('Esc goes back to the list and never quits', () => {
    const commander = createHarness({ devices });
    commander.type('{');
    commander.press('escape');
    expect(commander.state.focus).toBe('devices');
    expect(commander.effects).toEqual([]);
    expect(commander.state.composer.buffer.text).toBe('{');
  });

  it('Ctrl+C clears first and quits then', () => {
    const commander = createHarness({ devices });
    commander.type('{"a"');
    commander.press('ctrl+c');
    expect(commander.state.composer.buffer.text).toBe('');
    expect(commander.effects).toEqual([]);
    commander.press('ctrl+c');
    expect(commander.effects).toEqual([{ effect: 'exit' }]);
  });

  it('the arrows bring earlier commands back, and the draft again', () => {
    const commander = createHarness({ devices });
    commander.press('i');
    for (const command of ['@mouse_pi {"n":1}', '@mouse_pi {"n":2}']) {
      commander.type(command);
      commander.press('enter');
    }
    commander.type('{"draft');
    commander.press('up');
    expect(commander.state.composer.buffer.text).toBe('@mouse_pi {"n":2}');
    commander.press('up');
    expect(commander.state.composer.buffer.text).toBe('@mouse_pi {"n":1}');
    commander.press('down', 'down');
    expect(commander.state.composer.buffer.text).toBe('{"draft');
  });

  it('a paste of several lines is text and nothing else', () => {
    const commander = createHarness({ devices });
    commander.press('i');
    commander.act({ type: 'pasted', text: '@mouse_pi {"a":1,\r\n"b":2}\r' });
    expect(commander.sent).toEqual([]);
    expect(commander.state.composer.buffer.text).toBe('@mouse_pi {"a":1,\n"b":2}\n');
  });

  it('Ctrl+J makes a line, and Enter sends all of them', () => {
    const commander = createHarness({ devices });
    commander.type('@mouse_pi {"a":1,');
    commander.press('ctrl+j');
    commander.type('"b":2}');
    commander.press('enter');
    expect(commander.sent[0]?.json).toBe('{"a":1,\n"b":2,"_id":"c-test-1"}');
  });

  it('a character that opens it from a list puts a draft into the history', () => {
    const commander = createHarness({ devices });
    commander.type('{"draft"');
    commander.press('escape');
    commander.type('@mouse');
    expect(commander.state.composer.buffer.text).toBe('@mouse');
    commander.press('up');
    expect(commander.state.composer.buffer.text).toBe('{"draft"');
  });

  it('r fills it with a sent message, and only Enter there sends', () => {
    const commander = createHarness({ devices });
    commander.type('@mouse_pi {"cmd":"x"}');
    commander.press('enter', 'escape', '2', 'r');
    expect(commander.state.composer.buffer.text).toBe('@mouse_pi {"cmd":"x"}');
    expect(commander.sent).toHaveLength(1);
    commander.press('enter');
    expect(commander.sent[1]?.json).toBe('{"cmd":"x","_id":"c-test-2"}');
  });

  it('r does nothing for a message of somebody else', () => {
    const commander = createHarness({ devices });
    commander.act(received({ sender: 'mouse_pi', ok: true }));
    commander.press('2', 'r');
    expect(commander.state.focus).toBe('messages');
    expect(commander.state.composer.buffer.text).toBe('');
  });
});

describe('fields', () => {
  it('become JSON on Enter, and the next Enter sends that', () => {
    const commander = createHarness({ devices });
    commander.type('@mouse_pi cmd=move x:=10 say="two words"');
    expect(commander.state.composer.command.body.kind).toBe('fields');
    commander.press('enter');
    expect(commander.sent).toEqual([]);
    expect(commander.state.composer.buffer.text).toBe('@mouse_pi {"cmd":"move","x":10,"say":"two words"}');
    commander.press('enter');
    expect(commander.sent).toHaveLength(1);
  });

  it('go to marked devices as well', () => {
    const commander = createHarness({ devices });
    commander.press('space', 'i');
    commander.type('cmd=stop');
    commander.press('enter', 'enter');
    expect(commander.sent.map(({ target }) => target)).toEqual(['mouse_pi']);
  });

  it('say which one is wrong', () => {
    const commander = createHarness({ devices });
    commander.type('@mouse_pi cmd=move fast');
    expect(commander.state.composer.command.body).toMatchObject({ kind: 'mistake', column: 20 });
    commander.press('ctrl+u');
    commander.type('@mouse_pi speed:=fast');
    expect(commander.state.composer.command.body).toMatchObject({ kind: 'mistake', column: 11 });
  });
});

describe('the history', () => {
  it('has the names of the marked devices, whose marks are gone', () => {
    const spaced = online('gate 7');
    const commander = createHarness({ devices: [spaced, online('mouse_pi')] });
    commander.press('space', 'j', 'space');
    commander.type('{"n":1}');
    commander.press('enter', 'y', 'up');
    const text = '@"gate 7" @mouse_pi {"n":1}';
    expect(commander.state.composer.buffer.text).toBe(text);
    expect(commander.effects.at(-1)).toEqual({ effect: 'remember', command: text });
    commander.press('enter', 'y');
    expect(commander.sent.map(({ target }) => target)).toEqual(['gate 7', 'mouse_pi', 'gate 7', 'mouse_pi']);
  });

  it('has commands of earlier sessions behind those of this one', () => {
    const commander = createHarness({ devices });
    commander.type('@mouse_pi {"n":2}');
    commander.press('enter');
    commander.act({ type: 'history-loaded', commands: ['@mouse_pi {"n":1}'] });
    commander.press('up', 'up');
    expect(commander.state.composer.buffer.text).toBe('@mouse_pi {"n":1}');
  });
});

describe('an editor outside', () => {
  it('gets the command and gives it back', () => {
    const commander = createHarness({ devices });
    commander.type('@mouse_pi {');
    commander.press('ctrl+o');
    expect(commander.effects).toEqual([{ effect: 'edit', text: '@mouse_pi {' }]);
    commander.act({ type: 'edited', text: '@mouse_pi {"n":1}' });
    expect(commander.state.composer.command.body.kind).toBe('payload');
    expect(commander.sent).toEqual([]);
  });
});
