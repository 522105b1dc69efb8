/** Another key for a relay that does not take the one it was shown, and one relay more. */
import { describe, expect, it } from 'vitest';
import { createHarness, type Harness, online, received } from '../harness.ts';

const url = 'wss://relay.example/ws/connect/';

function refuse(commander: Harness, closeCode: number): void {
  const ending = { kind: 'refused', closeCode, reason: 'the key is not valid here' } as const;
  commander.act({ type: 'connection-changed', connection: { phase: 'closed', ending } });
}

function formOf({ state: { screen } }: Harness) {
  if (!('form' in screen) || screen.form === undefined) throw new Error(`no form is open: ${screen.name}`);
  return screen.form;
}

function joinings({ effects }: Harness) {
  return effects.flatMap((effect) => (effect.effect === 'join' ? [effect.joining] : []));
}

/** Opens the form for one relay more, by the list of saved connections. */
function openAdding(commander: Harness): void {
  commander.press('p');
  commander.act({ type: 'profiles-listed', profiles: [{ name: 'prod', url: 'wss://relay.example' }] });
  commander.type('add a');
  commander.press('enter');
}

describe('another key', () => {
  it('takes the place of the one in the profile, with one key, a paste and Enter', () => {
    const commander = createHarness();
    commander.act({ type: 'relay-chosen', label: 'prod', url, profile: 'prod' });
    refuse(commander, 4010);
    commander.press('K');
    commander.act({ type: 'pasted', text: 'rly_master_new\n' });
    commander.press('enter');
    const aim = { for: 'another-key', label: 'prod', profile: 'prod' };
    expect(joinings(commander)).toEqual([{ aim, url: 'wss://relay.example', authKey: 'rly_master_new', name: '' }]);
    expect(commander.state.screen.name).toBe('connecting');
  });

  it('may be saved where the old one was not: with a name, or not at all', () => {
    for (const name of ['', 'workshop']) {
      const commander = createHarness();
      refuse(commander, 4003);
      commander.press('K');
      commander.type('rly_master_new');
      commander.press('enter');
      expect(formOf(commander).field).toBe('name');
      if (name !== '') commander.type(name);
      commander.press('enter');
      expect(joinings(commander)).toMatchObject([{ authKey: 'rly_master_new', name }]);
    }
  });

  it('is not asked for while the relay is there: its key is good', () => {
    const commander = createHarness();
    commander.press('K');
    expect(commander.state.screen.name).toBe('main');
    expect(commander.state.notice?.text).toContain('has taken the key');
  });

  it('keeps the log and a command that was being written, also when it is given up', () => {
    const commander = createHarness({ devices: [online('gate')] });
    commander.act(received({ sender: 'gate', n: 1 }));
    commander.press('i');
    commander.type('@gate {"cmd":"open"}');
    commander.press('escape');
    refuse(commander, 4003);
    commander.press('K', 'q', 'escape');
    expect(commander.state.screen.name).toBe('main');
    expect(commander.effects).toEqual([]);
    expect(commander.state.messages.log.entries).toHaveLength(1);
    expect(commander.state.composer.buffer.text).toBe('@gate {"cmd":"open"}');
  });

  it.each([
    ['', 'A master key is needed'],
    ['rly_device_x', 'a device token'],
    ['rly_admin_x', 'an admin key'],
  ])('is none without asking the relay: "%s"', (typed, says) => {
    const commander = createHarness();
    refuse(commander, 4003);
    commander.press('K');
    if (typed !== '') commander.type(typed);
    commander.press('enter');
    expect(formOf(commander).problem).toContain(says);
    expect(commander.effects).toEqual([]);
  });
});

describe('one relay more', () => {
  it('is asked for its address, a key and a name, one after the other', () => {
    const commander = createHarness();
    openAdding(commander);
    commander.type('workshop.example');
    commander.press('enter');
    commander.type('rly_master_x');
    commander.press('enter');
    expect(joinings(commander)).toEqual([]);
    commander.type('workshop');
    commander.press('enter');
    const aim = { for: 'another-relay' };
    expect(joinings(commander)).toEqual([{ aim, url: 'workshop.example', authKey: 'rly_master_x', name: 'workshop' }]);
    commander.act({ type: 'begun' });
    expect(JSON.stringify(commander.state)).not.toContain('rly_master_x');
  });

  it('keeps all that was typed when it is refused, and goes to what has to be mended', () => {
    const commander = createHarness();
    openAdding(commander);
    const fill = ['workshop.example', 'rly_master_x', 'prod'];
    for (const text of fill) {
      commander.type(text);
      commander.press('enter');
    }
    commander.act({ type: 'beginning-failed', reason: 'the name is taken', field: 'name' });
    expect(formOf(commander)).toMatchObject({ field: 'name', problem: 'the name is taken' });
    commander.press('ctrl+u');
    commander.type('two');
    commander.press('enter');
    commander.act({ type: 'beginning-failed', reason: 'the key is not valid here' });
    expect(formOf(commander)).toMatchObject({
      field: 'authKey',
      problem: 'the key is not valid here',
      url: { text: 'workshop.example' },
      authKey: { text: 'rly_master_x' },
      name: { text: 'two' },
    });
  });

  it('is given up in two steps: the try, then the form; what is there goes on', () => {
    const commander = createHarness();
    openAdding(commander);
    for (const text of ['workshop.example', 'rly_master_x', 'two']) {
      commander.type(text);
      commander.press('enter');
    }
    commander.press('j', 'q', 'escape');
    expect(commander.effects.at(-1)).toEqual({ effect: 'give-up' });
    expect(formOf(commander).authKey.text).toBe('rly_master_x');
    commander.press('escape');
    expect(commander.state.screen.name).toBe('main');
    expect(commander.state.relay.connection?.phase).toBe('authenticated');
    expect(commander.effects.filter(({ effect }) => effect === 'exit')).toEqual([]);
  });

  it('lets no key stand where it can be read, or in the name of a profile', () => {
    for (const before of [0, 2]) {
      const commander = createHarness();
      openAdding(commander);
      const texts = before === 0 ? [] : ['workshop.example', 'rly_master_x'];
      for (const text of texts) {
        commander.type(text);
        commander.press('enter');
      }
      commander.type('rly_master_secret');
      commander.press('enter');
      expect(JSON.stringify(commander.state)).not.toContain('secret');
      expect(formOf(commander).problem).toContain('it belongs behind Master key');
      expect(commander.effects.filter(({ effect }) => effect === 'join')).toEqual([]);
    }
  });

  it('has the keyboard, whatever list comes late behind it', () => {
    const commander = createHarness();
    openAdding(commander);
    commander.act({ type: 'profiles-listed', profiles: [] });
    commander.type('relay');
    expect(formOf(commander).url.text).toBe('relay');
  });

  it('goes through its fields both ways', () => {
    const commander = createHarness();
    openAdding(commander);
    const fieldAfter = (key: string): string => {
      commander.press(key);
      return formOf(commander).field;
    };
    expect(['tab', 'down', 'tab', 'shift+tab', 'up'].map(fieldAfter)).toEqual([
      'authKey',
      'name',
      'url',
      'name',
      'authKey',
    ]);
  });

  it('leaves the errors of the present relay unseen', () => {
    const commander = createHarness();
    commander.act({ type: 'refused', error: { status: 'error', code: 'queue_full', message: 'it is full' } });
    openAdding(commander);
    for (const text of ['workshop.example', 'rly_master_x', 'two']) {
      commander.type(text);
      commander.press('enter');
    }
    commander.act({ type: 'begun' });
    expect(commander.state.unseenProblems).toBe(1);
  });
});
