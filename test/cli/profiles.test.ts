import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isProfileName, openProfiles, type Profiles } from '../../src/cli/profiles.ts';

let folder: string;
let profiles: Profiles;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-profiles-'));
  profiles = openProfiles({ RELAY_CONFIG_DIR: join(folder, 'config') });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const prod = { url: 'wss://relay.example/ws/connect/', auth_key: 'k1', sender: 'console' };
const other = { url: 'ws://127.0.0.1:8787/ws/connect/', admin_key: 'a1' };

describe('profiles', () => {
  it('are empty before the first one is saved', () => {
    expect(profiles.names()).toEqual([]);
    expect(profiles.current).toBeUndefined();
    expect(profiles.get('prod')).toBeUndefined();
  });

  it('keep what was saved, and the first becomes the current one', async () => {
    expect(await profiles.add('prod', prod)).toBe(true);
    expect(await profiles.add('local', other)).toBe(true);
    const again = openProfiles({ RELAY_CONFIG_DIR: join(folder, 'config') });
    expect(again.names()).toEqual(['local', 'prod']);
    expect(again.current).toBe('prod');
    expect(again.get('prod')).toEqual(prod);
  });

  it('are readable by their owner alone, also when the file was readable by others before', async () => {
    await profiles.add('prod', prod);
    expect(statSync(profiles.path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'config')).mode & 0o077).toBe(0);
    chmodSync(profiles.path, 0o644);
    await profiles.add('local', other);
    expect(statSync(profiles.path).mode & 0o777).toBe(0o600);
  });

  it('are not overwritten by add, but by replace', async () => {
    await profiles.add('prod', prod);
    expect(await profiles.add('prod', other)).toBe(false);
    expect(profiles.get('prod')).toEqual(prod);
    await profiles.replace('prod', other);
    expect(profiles.get('prod')).toEqual(other);
  });

  it('of many commands that save at the same time are all kept, and of one name only one is new', async () => {
    const names = Array.from({ length: 8 }, (_, n) => `p${n}`);
    const commands = [...names, 'p0', 'p0'].map((name) => {
      const own = openProfiles({ RELAY_CONFIG_DIR: join(folder, 'config') });
      return own.add(name, prod);
    });
    expect((await Promise.all(commands)).filter((isNew) => isNew)).toHaveLength(8);
    expect(profiles.names()).toEqual(names);
    expect(existsSync(`${profiles.path}.lock`)).toBe(false);
  });

  it('are not held up by a command that was killed while it saved', async () => {
    mkdirSync(join(folder, 'config'));
    writeFileSync(`${profiles.path}.lock`, '');
    const longAgoSeconds = Date.now() / 1000 - 60;
    utimesSync(`${profiles.path}.lock`, longAgoSeconds, longAgoSeconds);
    expect(await profiles.add('prod', prod)).toBe(true);
  });

  it('forget the current one when it is removed', async () => {
    await profiles.add('prod', prod);
    await profiles.add('local', other);
    await profiles.use('local');
    await profiles.remove('local');
    expect(profiles.names()).toEqual(['prod']);
    expect(profiles.current).toBeUndefined();
  });

  it('take names with dots, and names of Object.prototype, as any other', async () => {
    await profiles.add('a.b', prod);
    expect(profiles.get('a.b')).toEqual(prod);
    expect(profiles.get('constructor')).toBeUndefined();
    expect(await profiles.add('constructor', prod)).toBe(true);
  });

  it('say which file is broken', async () => {
    await profiles.add('prod', prod);
    writeFileSync(profiles.path, '{');
    expect(() => profiles.names()).toThrow(`${profiles.path} is not JSON`);
    writeFileSync(profiles.path, '[]');
    expect(() => profiles.names()).toThrow(`${profiles.path} holds no profiles`);
    await expect(profiles.add('x', prod)).rejects.toThrow('holds no profiles');
    expect(readFileSync(profiles.path, 'utf8')).toBe('[]');
  });

  it('have names that read well on a command line', () => {
    expect(['prod', 'home.lab', 'a-b_1'].every(isProfileName)).toBe(true);
    expect(['', '-x', 'a b', '../x', 'a/b'].some(isProfileName)).toBe(false);
  });
});
