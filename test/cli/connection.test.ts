import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingCredential, resolveConnection } from '../../src/cli/connection.ts';
import type { Profile, Profiles } from '../../src/cli/profiles.ts';

const prodUrl = 'wss://relay.example/ws/connect/';
const elsewhere = 'wss://elsewhere.example/ws/connect/';
const saved: Readonly<Record<string, Profile>> = {
  prod: { url: prodUrl, auth_key: 'prod-key', admin_key: 'prod-admin', sender: 'console' },
  worker: { url: prodUrl, device_token: 'prod-token' },
};

function profiles(current?: string, all = saved): Profiles {
  const never = () => Promise.reject(new Error('resolving writes nothing'));
  return {
    path: '/profiles.json',
    current,
    names: () => Object.keys(all),
    get: (name) => (Object.hasOwn(all, name) ? all[name] : undefined),
    add: never,
    replace: never,
    use: never,
    remove: never,
  };
}

describe('where a command connects, and as whom', () => {
  it('is the current profile', () => {
    expect(resolveConnection({}, {}, {}, 'room', profiles('prod'))).toEqual({
      url: prodUrl,
      profile: 'prod',
      source: 'profile prod',
      authKey: 'prod-key',
      adminKey: 'prod-admin',
      sender: 'console',
    });
  });

  it('is the profile that the flag, then the environment, then "local" names', () => {
    const resolve = (flags: object, env: object, current?: string) =>
      resolveConnection(flags, { ...env }, {}, 'room', profiles(current, { ...saved, local: { url: 'ws://l' } }))
        .profile;
    expect(resolve({ profile: 'worker' }, { RELAY_PROFILE: 'prod' }, 'prod')).toBe('worker');
    expect(resolve({}, { RELAY_PROFILE: 'worker' }, 'prod')).toBe('worker');
    expect(resolve({}, {}, 'prod')).toBe('prod');
    expect(resolve({}, {})).toBe('local');
  });

  it('is the environment, whatever the profile says', () => {
    const env = { RELAY_URL: elsewhere, RELAY_AUTH_KEY: 'k', RELAY_SENDER: 'ctl' };
    expect(resolveConnection({}, env, {}, 'room', profiles('prod'))).toEqual({
      url: elsewhere,
      source: 'the environment',
      authKey: 'k',
      sender: 'ctl',
    });
  });

  it('is the command line, whatever the environment says', () => {
    const env = { RELAY_URL: prodUrl, RELAY_AUTH_KEY: 'k' };
    expect(resolveConnection({ url: elsewhere }, env, { authKey: 's' }, 'room', profiles('prod'))).toEqual({
      url: elsewhere,
      source: 'the command line',
      authKey: 's',
    });
  });

  it('never takes a key from one place to an address from another', () => {
    const keysOf = (flags: object, env: object) => {
      const { authKey, deviceToken, adminKey } = resolveConnection(flags, { ...env }, {}, 'room', profiles('prod'));
      return [authKey, deviceToken, adminKey];
    };
    expect(keysOf({ url: elsewhere }, {})).toEqual([undefined, undefined, undefined]);
    expect(keysOf({ url: elsewhere }, { RELAY_AUTH_KEY: 'k' })).toEqual([undefined, undefined, undefined]);
    expect(keysOf({}, { RELAY_URL: elsewhere })).toEqual([undefined, undefined, undefined]);
    expect(() => keysOf({}, { RELAY_AUTH_KEY: 'k' })).toThrow('the environment has a key but no address');
    expect(() => resolveConnection({}, { RELAY_URL: prodUrl }, { authKey: 's' }, 'room', profiles('prod'))).toThrow(
      'the command line has a key but no address',
    );
    expect(() => keysOf({ profile: 'prod', url: elsewhere }, {})).toThrow('brings its own address');
    expect(() => keysOf({}, { RELAY_PROFILE: 'prod', RELAY_URL: elsewhere })).toThrow('both set in the environment');
  });

  it('does not mind a key in the environment that the command does not need', () => {
    expect(resolveConnection({}, { RELAY_ADMIN_KEY: 'a' }, {}, 'room', profiles('prod')).authKey).toBe('prod-key');
    expect(resolveConnection({}, { RELAY_AUTH_KEY: 'k' }, {}, 'admin', profiles('prod')).adminKey).toBe('prod-admin');
  });

  it('treats an empty variable as none', () => {
    const env = { RELAY_URL: '', RELAY_AUTH_KEY: '', RELAY_PROFILE: '', RELAY_SENDER: '' };
    expect(resolveConnection({}, env, {}, 'room', profiles('prod')).sender).toBe('console');
  });

  it('refuses to choose between an auth key and a device token', () => {
    const env = { RELAY_URL: prodUrl, RELAY_AUTH_KEY: 'k', RELAY_DEVICE_TOKEN: 't' };
    expect(() => resolveConnection({}, env, {}, 'room', profiles())).toThrow('both a master key and a device token');
    expect(resolveConnection({}, env, {}, 'master', profiles()).authKey).toBe('k');
  });

  it('says what to do when nothing is set up, or the profile is not there', () => {
    expect(() => resolveConnection({}, {}, {}, 'room', profiles(undefined, {}))).toThrow('relay login');
    expect(() => resolveConnection({ profile: 'pord' }, {}, {}, 'room', profiles())).toThrow('did you mean "prod"?');
    expect(() => resolveConnection({ profile: 'x' }, {}, {}, 'room', profiles())).toThrow('saved are prod, worker');
  });

  it('says how the missing key is given, without any key in the sentence', () => {
    const fromProfile = resolveConnection({}, {}, {}, 'admin', profiles('worker'));
    expect(missingCredential(fromProfile, 'admin')).toContain('relay profile add worker --admin-key-stdin');
    expect(missingCredential(fromProfile, 'admin')).not.toContain('prod-token');
    const fromEnvironment = resolveConnection({}, { RELAY_URL: prodUrl }, {}, 'room', profiles());
    expect(missingCredential(fromEnvironment, 'room')).toContain('set RELAY_AUTH_KEY');
  });
});

describe('the file of certificate authorities', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'relay-ca-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is read, or refused with its path', () => {
    const good = join(folder, 'ca.pem');
    const bad = join(folder, 'bad.pem');
    writeFileSync(good, '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n');
    writeFileSync(bad, 'nothing');
    expect(resolveConnection({ caFile: good }, {}, {}, 'room', profiles('prod')).ca).toContain('MIIB');
    expect(() => resolveConnection({ caFile: bad }, {}, {}, 'room', profiles('prod'))).toThrow(`${bad} holds no`);
    expect(() => resolveConnection({ caFile: `${good}x` }, {}, {}, 'room', profiles('prod'))).toThrow('cannot be read');
  });

  it('of a profile goes with its address alone', () => {
    const withCa = { prod: { url: prodUrl, auth_key: 'k', ca_file: '/nowhere.pem' } };
    expect(() => resolveConnection({}, {}, {}, 'room', profiles('prod', withCa))).toThrow(
      '/nowhere.pem cannot be read',
    );
    const env = { RELAY_URL: elsewhere, RELAY_AUTH_KEY: 'k' };
    expect(resolveConnection({}, env, {}, 'room', profiles('prod', withCa)).ca).toBeUndefined();
  });
});
