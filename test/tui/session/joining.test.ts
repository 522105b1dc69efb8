import { describe, expect, it, vi } from 'vitest';
import type { CommanderConnection } from '../../../src/tui/ports.ts';
import { createJoiner, type JoiningParts } from '../../../src/tui/session/joining.ts';
import type { Answer } from '../../../src/tui/state/action.ts';
import type { FormAim } from '../../../src/tui/state/connect-form.ts';

const here: CommanderConnection = { label: 'prod', url: 'wss://prod/ws/connect/', authKey: 'old', sender: 'desk' };

function startJoining(ports: Partial<JoiningParts['ports']> = {}, present: CommanderConnection = here) {
  const told: Answer[] = [];
  const connected: CommanderConnection[] = [];
  const saved: [profile: string, authKey: string][] = [];
  const joiner = createJoiner({
    ports: {
      connectionTo: (url, authKey) => ({ label: url, url, authKey, sender: 'desk' }),
      checkKey: async () => undefined,
      problemWithName: () => undefined,
      saveProfile: async ({ authKey }, name) => {
        saved.push([name || 'host', authKey]);
        return name || 'host';
      },
      replaceKey: async ({ profile = '', authKey }) => void saved.push([profile, authKey]),
      ...ports,
    },
    present: () => present,
    connect: (connection) => connected.push(connection),
    tell: (answer) => told.push(answer),
  });
  const join = (aim: FormAim, name = '') => joiner.join({ aim, url: 'wss://new', authKey: 'new', name });
  return { joiner, join, told, connected, saved };
}

const anotherKey = (profile?: string): FormAim => ({ for: 'another-key', label: 'prod', profile });
const words = (told: readonly Answer[]): string => told.map((answer) => ('text' in answer ? answer.text : '')).join('');

describe('joining a relay', () => {
  it('saves one relay more under its name, or under that of its host, and goes over to it', async () => {
    for (const [typed, name] of [
      ['two', 'two'],
      ['', 'host'],
    ] as const) {
      const { join, saved, connected, told } = startJoining();
      await join({ for: 'another-relay' }, typed);
      expect(saved).toEqual([[name, 'new']]);
      expect(connected).toMatchObject([{ url: 'wss://new', authKey: 'new', label: name, profile: name }]);
      expect(told[0]).toEqual({ type: 'begun' });
      expect(words(told)).toContain(`saved as the profile ${name}`);
    }
  });

  it('puts another key where the old one was saved, for the same address and name', async () => {
    const { join, saved, connected, told } = startJoining({}, { ...here, profile: 'prod', ca: 'PEM' });
    await join(anotherKey('prod'));
    expect(saved).toEqual([['prod', 'new']]);
    expect(connected).toEqual([{ ...here, profile: 'prod', ca: 'PEM', authKey: 'new' }]);
    expect(words(told)).toContain('saved in the profile prod');
  });

  it('saves another key that has no profile only under a name that was typed', async () => {
    const unsaved = startJoining();
    await unsaved.join(anotherKey());
    expect(unsaved.saved).toEqual([]);
    expect(unsaved.connected).toEqual([{ ...here, authKey: 'new' }]);
    expect(words(unsaved.told)).toContain('not saved');
    const named = startJoining();
    await named.join(anotherKey(), 'two');
    expect(named.saved).toEqual([['two', 'new']]);
    expect(named.connected).toMatchObject([{ url: here.url, authKey: 'new', profile: 'two' }]);
  });

  it('leaves everything as it is when the relay does not take the key', async () => {
    const checkKey = async () => {
      throw new Error('the key or token is not valid here');
    };
    const { join, saved, connected, told } = startJoining({ checkKey });
    await join(anotherKey('prod'));
    expect([saved, connected]).toEqual([[], []]);
    expect(told).toEqual([{ type: 'beginning-failed', reason: 'the key or token is not valid here' }]);
  });

  it('shows no key to anyone under a name that cannot be saved', async () => {
    const checkKey = vi.fn(async () => undefined);
    const { join, told, connected } = startJoining({ checkKey, problemWithName: () => 'it is taken' });
    await join({ for: 'another-relay' }, 'prod');
    expect(checkKey).not.toHaveBeenCalled();
    expect(connected).toEqual([]);
    expect(told).toEqual([{ type: 'beginning-failed', reason: 'it is taken', field: 'name' }]);
  });

  it('connects and says so when the key is good and cannot be saved', async () => {
    const saveProfile = () => Promise.reject(new Error('the disk is full'));
    const { join, connected, told } = startJoining({ saveProfile });
    await join({ for: 'another-relay' });
    expect(connected).toHaveLength(1);
    expect(told.at(-1)).toMatchObject({ tone: 'bad', text: expect.stringContaining('not saved: the disk is full') });
  });

  it.each(['a good key', 'a bad key'])('does nothing and says nothing once it was given up: %s', async (which) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { joiner, join, saved, connected, told } = startJoining({ checkKey: () => promise });
    const joined = join({ for: 'another-relay' });
    joiner.giveUp();
    if (which === 'a good key') resolve();
    else reject(new Error('not valid here'));
    await joined;
    expect([saved, connected, told]).toEqual([[], [], []]);
  });
});
