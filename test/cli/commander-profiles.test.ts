/** What the commander saves of the connections that are made in it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProfilePorts } from '../../src/cli/commander-profiles.ts';
import { openProfiles, type Profiles } from '../../src/cli/profiles.ts';

let folder: string;
let profiles: Profiles;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'softlab-relay-test-'));
  profiles = openProfiles({ RELAY_CONFIG_DIR: folder });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const connection = { label: 'x', url: 'wss://relay.example/ws/connect/', authKey: 'new', sender: 'desk' };

describe('a key that replaces a refused one', () => {
  it('changes nothing else in its profile', async () => {
    const shop = { url: connection.url, auth_key: 'old', sender: 'boss', ca_file: '/ca.pem' };
    await profiles.add('shop', shop);
    await createProfilePorts({ profiles }, undefined).replaceKey({ ...connection, profile: 'shop' });
    expect(profiles.get('shop')).toEqual({ ...shop, auth_key: 'new' });
  });

  it.each(['wss://other.example/ws/connect/', undefined])('is not put beside another address: %s', async (url) => {
    if (url !== undefined) await profiles.add('shop', { url, auth_key: 'old' });
    const replaced = createProfilePorts({ profiles }, undefined).replaceKey({ ...connection, profile: 'shop' });
    await expect(replaced).rejects.toThrow('the profile shop is no longer that of wss://relay.example/ws/connect/');
    expect(profiles.get('shop')?.auth_key).toBe(url === undefined ? undefined : 'old');
  });
});

describe('a connection that is saved', () => {
  it('has the name that was typed, or that of its host, and takes no other profile', async () => {
    const ports = createProfilePorts({ profiles }, undefined);
    expect(await ports.saveProfile(connection, 'shop')).toBe('shop');
    expect(await ports.saveProfile(connection, '')).toBe('relay.example');
    expect(await ports.saveProfile(connection, '')).toBe('relay.example-2');
    await expect(ports.saveProfile(connection, 'shop')).rejects.toThrow('there is a profile shop already');
    expect(ports.problemWithName('shop')).toContain('There is a profile shop already');
    expect(ports.problemWithName('two words')).toContain('letters, digits');
    expect(ports.problemWithName('free')).toBeUndefined();
  });

  it('keeps the authorities that the command line names, from wherever it is used', async () => {
    const ports = createProfilePorts({ profiles }, 'ca.pem');
    await ports.saveProfile({ ...connection, ca: 'PEM' }, 'shop');
    expect(profiles.get('shop')?.ca_file).toBe(join(process.cwd(), 'ca.pem'));
    await ports.saveProfile(connection, 'without');
    expect(profiles.get('without')).not.toHaveProperty('ca_file');
  });
});
