import { describe, expect, it } from 'vitest';
import { plainCommander } from './plain-commander.ts';

describe('$EDITOR in lines', () => {
  it('gets the command behind the word, or the one that is ready, and nothing is sent', () => {
    const { enter, commander } = plainCommander();
    enter(':edit @gate {"cmd":"open"}');
    expect(commander.effects).toEqual([{ effect: 'edit', text: '@gate {"cmd":"open"}' }]);
    expect(enter(':edit').join()).not.toContain('dropped');
    expect(commander.effects).toHaveLength(2);
    expect(commander.effects[1]).toEqual(commander.effects[0]);
    expect(commander.sent).toEqual([]);
  });

  it('makes a command that an Enter of its own sends', () => {
    const { enter, hear, commander } = plainCommander();
    enter(':edit');
    expect(hear({ type: 'edited', text: '@gate {\n  "cmd": "open"\n}' })).toEqual([
      'Ready: @gate { "cmd": "open" }',
      'Enter sends it.',
    ]);
    enter('');
    expect(commander.sent).toHaveLength(1);
  });

  it.each([
    ['@gate {"cmd":open}', 'column 14'],
    ['@nob-* {"cmd":"open"}', '@nob-* stands for no device'],
    ['{"cmd":"open"}', 'Nobody is addressed'],
    ['@gate cmd=open', 'Enter makes JSON of its fields.'],
  ])('says what is wrong with what it made: %s', (text, says) => {
    const { enter, hear, commander } = plainCommander();
    enter(':edit');
    const said = hear({ type: 'edited', text });
    expect(said[0]).toContain('Not sent: ');
    expect(said.join(' ')).toContain(says);
    expect(said.join(' ')).not.toContain('Enter sends it');
    expect(commander.sent).toEqual([]);
  });
});
