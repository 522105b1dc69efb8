import { describe, expect, it } from 'vitest';
import { isSecretNext } from '../../../src/tui/plain/read-line.ts';
import { online } from '../harness.ts';
import { plainCommander } from './plain-commander.ts';

describe('another key and one relay more in lines', () => {
  const ending = { kind: 'refused', closeCode: 4010, reason: 'the key was revoked' } as const;
  const refused = { type: 'connection-changed', connection: { phase: 'closed', ending } } as const;

  it('say how another key is given, and keep it secret', () => {
    const { enter, hear, commander } = plainCommander();
    hear({ type: 'relay-chosen', label: 'prod', url: 'wss://relay.example/ws/connect/', profile: 'prod' });
    expect(hear(refused)).toEqual([
      'Not connected: the key was revoked. :key takes another key, :reconnect tries this one again.',
    ]);
    const asked = enter(':key').join();
    expect(asked).toContain('The master key for wss://relay.example; it is not shown while you type');
    expect(asked).toContain('It takes the place of the key in the profile prod.');
    expect(isSecretNext(commander.state)).toBe(true);
    expect(enter('rly_master_new').join()).toBe('Connecting to wss://relay.example. :no gives up.');
    expect(isSecretNext(commander.state)).toBe(false);
    expect(enter('@gate {"cmd":"open"}').join()).toContain('It is being done');
    expect(hear({ type: 'beginning-failed', reason: 'it is not valid here' })).toEqual(['it is not valid here', asked]);
    expect(enter(':no')).toEqual(['Nothing was done.']);
    expect(commander.effects.map(({ effect }) => effect)).toEqual(['join']);
  });

  it('are asked for a name where the key was not saved; an empty line saves nothing', () => {
    const { enter, hear, commander } = plainCommander();
    hear(refused);
    enter(':key');
    expect(enter('rly_master_new').join()).toContain('A name to save it under; an empty line: not saved.');
    enter('');
    expect(commander.effects).toMatchObject([{ effect: 'join', joining: { authKey: 'rly_master_new', name: '' } }]);
  });

  it('take address, key and name, and go back to the address', () => {
    const { enter, hear, commander } = plainCommander();
    expect(enter(':connect').join()).toContain('The address of the relay');
    enter('workshop.example');
    enter('rly_master_x');
    expect(enter(':address').join()).toContain('The address of the relay');
    enter('other.example');
    enter('two');
    expect(commander.effects).toMatchObject([
      { effect: 'join', joining: { url: 'other.example', authKey: 'rly_master_x', name: 'two' } },
    ]);
    const said = hear({ type: 'begun' }, { type: 'told', tone: 'good', text: 'saved as the profile two' });
    expect(said).toEqual(['saved as the profile two']);
  });

  it('give up a try, and then the form', () => {
    const { enter, commander } = plainCommander();
    enter(':connect');
    for (const line of ['workshop.example', 'rly_master_x', '']) enter(line);
    expect(enter(':no').join()).toContain('A name to save it under');
    expect(commander.effects.at(-1)).toEqual({ effect: 'give-up' });
    expect(enter(':no')).toEqual(['Nothing was done.']);
  });

  it('can be quit from, and what runs inside is asked about', () => {
    for (const lines of [[], ['workshop.example', 'rly_master_x', '']]) {
      const { enter, hear, commander } = plainCommander();
      const local = { ownIds: [] };
      hear({ type: 'relay-chosen', label: 'local', url: 'ws://127.0.0.1:8787', local });
      hear({ type: 'devices-polled', devices: [online('arm')], isComplete: true });
      for (const line of [':connect', ...lines]) enter(line);
      expect(enter(':quit').join()).toContain('The relay runs inside.');
      expect(commander.effects.filter(({ effect }) => effect === 'exit')).toEqual([]);
    }
  });

  it('say a token that comes from the relay before', () => {
    const { hear } = plainCommander();
    const device = { id: 'crane', token: 'rly_device_x', url: 'wss://relay', worker: '', elsewhere: 'workshop' };
    const said = hear({ type: 'device-added', device }).join(' ');
    expect(said).toContain('This came from workshop, which is not the relay that is shown now.');
    expect(said).toContain('rly_device_x');
  });
});
