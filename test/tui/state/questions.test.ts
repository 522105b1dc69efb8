/** What is answered with one key, while somebody types on. */
import { describe, expect, it } from 'vitest';
import { createHarness, type Harness, online } from '../harness.ts';

const devices = [online('gate'), online('pump')];

function asked(): Harness {
  const commander = createHarness({ devices });
  commander.type('@gate @pump {"cmd":"go"}');
  commander.press('enter');
  expect(commander.state.overlay?.kind).toBe('confirm-send');
  return commander;
}

describe('a question', () => {
  it('is not answered with yes by somebody who types on, letter by letter or in one piece', () => {
    for (const text of ['{"cmd":"ready"}', 'hello y', 'yes', '@gate yy']) {
      const commander = asked();
      commander.type(text);
      expect(commander.sent).toEqual([]);
      expect(commander.state.notice?.text).toContain('taken for a no');
      const other = asked();
      // The first letter is the answer; what follows goes where the keyboard is then.
      if (text.startsWith('y')) continue;
      other.press(...text);
      expect(other.sent).toEqual([]);
    }
  });

  it('waits while keys come that are no characters', () => {
    const commander = asked();
    commander.press('enter', 'tab', 'up', 'pagedown', 'backspace');
    expect(commander.state.overlay?.kind).toBe('confirm-send');
    commander.press('y');
    expect(commander.sent).toHaveLength(2);
  });

  it('keeps the command after a no', () => {
    const commander = asked();
    commander.press('x');
    expect(commander.state.overlay).toBeUndefined();
    expect(commander.state.composer.buffer.text).toBe('@gate @pump {"cmd":"go"}');
  });
});

describe('Esc and another key, typed quickly', () => {
  it.each([
    ['ctrl+alt+u', ''],
    ['alt+x', '@gate @pump {"cmd":"go"}x'],
  ])('are the two: %s', (key, text) => {
    const commander = asked();
    commander.press(key);
    expect(commander.state.overlay).toBeUndefined();
    expect(commander.state.composer.buffer.text).toBe(text);
  });
});

it('says what the relay refused also after the question was given up', () => {
  const commander = createHarness({ devices });
  commander.press('a');
  commander.type('crane');
  commander.press('enter', 'escape');
  commander.act({ type: 'prompt-refused', reason: 'over the limit of devices' });
  expect(commander.state.notice?.text).toContain('over the limit of devices');
});
