import { describe, expect, it } from 'vitest';
import { overlayLines } from '../../../src/tui/state/overlay-lines.ts';
import { createHarness, type Harness, offline, online } from '../harness.ts';

const devices = [offline('mouse_pi', 3), online('pump-1'), online('strange\u202ename')];

function promptOf({ state }: Harness) {
  if (state.overlay?.kind !== 'prompt') throw new Error(`nothing is asked: ${state.overlay?.kind}`);
  return state.overlay.prompt;
}

function answer(commander: Harness, text: string): void {
  commander.press('ctrl+u');
  commander.type(text);
  commander.press('enter');
}

describe('removing a device', () => {
  it('is done when its name is typed, and with no other answer', () => {
    const commander = createHarness({ devices });
    commander.press('D');
    for (const wrong of ['', 'y', 'yes', 'mouse', 'pump-1', '*']) answer(commander, wrong);
    expect(commander.effects).toEqual([]);
    expect(promptOf(commander).problem).toContain('nothing is removed');
    answer(commander, 'mouse_pi');
    expect(commander.effects).toEqual([{ effect: 'remove-device', id: 'mouse_pi' }]);
    // Enter again, while the relay is asked, asks it nothing more.
    commander.press('enter');
    expect(commander.effects).toHaveLength(1);
  });

  it('takes a name that cannot be typed as it is shown', () => {
    const commander = createHarness({ devices });
    commander.press('G', 'D');
    answer(commander, 'strange\\u202ename');
    expect(commander.effects).toEqual([{ effect: 'remove-device', id: 'strange\u202ename' }]);
  });

  it('takes its mark and its row along, and says that it is done', () => {
    const commander = createHarness({ devices });
    commander.press('space', 'j', 'space', 'k', 'D');
    answer(commander, 'mouse_pi');
    commander.act({ type: 'device-removed', id: 'mouse_pi' });
    expect(commander.state.devices).toMatchObject({ marks: ['pump-1'], cursorId: 'pump-1' });
    expect(commander.state.notice?.text).toContain('mouse_pi is removed');
    expect(commander.state.overlay).toBeUndefined();
  });

  it('says what the relay refuses, where it was asked', () => {
    const commander = createHarness({ devices });
    commander.press('D');
    answer(commander, 'mouse_pi');
    commander.act({ type: 'prompt-refused', reason: 'Not removed: there is no device "mouse_pi" here' });
    expect(promptOf(commander)).toMatchObject({
      isBusy: false,
      problem: expect.stringContaining('there is no device'),
    });
    expect(commander.state.devices.all).toHaveLength(devices.length);
  });

  it('has nothing to ask where there is no device', () => {
    const commander = createHarness();
    commander.press('D', 'R');
    expect(commander.state.overlay).toBeUndefined();
    expect(commander.state.notice?.text).toContain('no device');
  });
});

describe('a new token', () => {
  it('asks how long the old one goes on, and then once more', () => {
    const commander = createHarness({ devices });
    commander.press('j', 'R');
    for (const wrong of ['', '5', 'soon', '-1h']) answer(commander, wrong);
    expect(promptOf(commander).problem).toContain('1h');
    answer(commander, '1h');
    expect(commander.state.overlay?.kind).toBe('confirm-rotation');
    commander.press('enter', 'tab');
    expect(commander.effects).toEqual([]);
    commander.press('y');
    expect(commander.effects).toEqual([{ effect: 'rotate-token', id: 'pump-1', keepOld: '1h' }]);
  });

  it('ends the old one at once for 0', () => {
    const commander = createHarness({ devices });
    commander.press('R');
    answer(commander, '0');
    commander.press('y');
    expect(commander.effects).toEqual([{ effect: 'rotate-token', id: 'mouse_pi', keepOld: undefined }]);
  });

  it('is made for nobody after a no', () => {
    const commander = createHarness({ devices });
    commander.press('R');
    answer(commander, '1h');
    commander.press('n');
    expect(commander.effects).toEqual([]);
    expect(commander.state.overlay).toBeUndefined();
  });

  it.each([
    ['1h', 'works for 1h more'],
    [undefined, 'does not work any more'],
  ])('is shown once with what becomes of the old one (%s)', (keptFor, words) => {
    const commander = createHarness({ devices });
    const device = { id: 'pump-1', token: 'rly_device_new', url: 'wss://relay', worker: '#', oldToken: { keptFor } };
    commander.act({ type: 'device-added', device });
    const { overlay } = commander.state;
    if (overlay?.kind !== 'new-device') throw new Error('no token is shown');
    const text = overlayLines(commander.state, overlay)
      .map((line) => line.text)
      .join('\n');
    expect(text).toContain('rly_device_new');
    expect(text).toContain(words);
    commander.press('escape');
    expect(JSON.stringify(commander.state)).not.toContain('rly_device_new');
  });
});

describe('what is asked on the sheet of a device', () => {
  it.each(['D', 'R'])('goes back to it after a no (%s)', (key) => {
    const commander = createHarness({ devices });
    commander.press('enter', key, 'escape');
    expect(commander.state.overlay).toMatchObject({ kind: 'device-sheet', sheet: { id: 'mouse_pi' } });
  });
});
