import { describe, expect, it } from 'vitest';
import { findKey, makeKey } from '../../src/server/directory/credentials.ts';
import { Directory } from '../../src/server/directory/directory.ts';
import type { DirectoryListener } from '../../src/server/directory/listener.ts';
import { readLogin } from '../../src/server/sockets/handshake.ts';
import type { KeyRecord } from '../../src/server/store/store.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';

const noListener: DirectoryListener = {
  onKeyRevoked: () => {},
  onDeviceRemoved: () => {},
  onUserRemoved: () => {},
  onLimitsChanged: () => {},
};

async function openDirectory(
  options: { store?: MemoryStore; listener?: Partial<DirectoryListener>; clock?: () => number } = {},
) {
  const store = options.store ?? createMemoryStore();
  return new Directory({
    store: store.directory,
    snapshot: await store.directory.load(),
    clock: options.clock ?? (() => 1_000_000),
    listener: { ...noListener, ...options.listener },
    limitDefaults: {},
  });
}

/** A directory with a first user who has a device. */
async function withDevice(clientId: string) {
  const store = createMemoryStore();
  const directory = await openDirectory({ store });
  await directory.bootstrap('default');
  const user = directory.users.named('default');
  if (user === undefined) throw new Error('no user');
  await directory.devices.add(user, clientId);
  return { store, directory, user };
}

function bytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
}

describe('keys (FAULTS "Keys")', () => {
  it('have the form rly_<kind>_<key id>_<secret> and are found by their id', () => {
    const made = makeKey('device');
    expect(made.text).toMatch(/^rly_device_[A-Za-z0-9]{12}_[A-Za-z0-9_-]{43}$/);
    const record: KeyRecord = { keyId: made.keyId, kind: 'device', hash: made.hash, createdAtMs: 0 };
    expect(findKey(made.text, (keyId) => (keyId === made.keyId ? record : undefined), 0)).toBe(record);
  });

  it.each(['', 'rly_master_x_y', `rly_master_${'a'.repeat(12)}_${'b'.repeat(43)}`])('do not match %j', (text) => {
    const made = makeKey('master');
    const record: KeyRecord = { keyId: made.keyId, kind: 'master', hash: made.hash, createdAtMs: 0 };
    expect(findKey(text, () => record, 0)).toBeUndefined();
  });

  it('stop working when they expire', () => {
    const made = makeKey('device');
    const record: KeyRecord = { keyId: made.keyId, kind: 'device', hash: made.hash, createdAtMs: 0, expiresAtMs: 10 };
    expect(findKey(made.text, () => record, 9)).toBe(record);
    expect(findKey(made.text, () => record, 10)).toBeUndefined();
  });
});

describe('the directory', () => {
  it('makes a first user with a key and an admin key, which outlive a restart', async () => {
    const store = createMemoryStore();
    const { authKey, adminKey } = await (await openDirectory({ store })).bootstrap('default');
    const again = await openDirectory({ store: store.restart() });
    expect(again.isEmpty).toBe(false);
    expect(again.authenticate(authKey)?.user?.name).toBe('default');
    expect(again.authenticate(adminKey)?.key.kind).toBe('admin');
  });

  it('keeps no key in clear text', async () => {
    const store = createMemoryStore();
    const { authKey } = await (await openDirectory({ store })).bootstrap('default');
    expect(JSON.stringify(await store.directory.load())).not.toContain(authKey.split('_').slice(3).join('_'));
  });

  it('gives a name to one of two requests at the same time only', async () => {
    const directory = await openDirectory();
    const both = await Promise.all([directory.users.add('eve', {}), directory.users.add('eve', {})]);
    expect(both.map((result) => 'authKey' in result)).toEqual([true, false]);
  });

  it('takes nothing that the store did not take', async () => {
    const store = createMemoryStore();
    const directory = await openDirectory({ store });
    await directory.bootstrap('default');
    store.fail();
    await expect(directory.users.add('eve', {})).rejects.toThrow();
    expect(directory.users.named('eve')).toBeUndefined();
  });

  it('lets old tokens live on for as long as a rotation says', async () => {
    let nowMs = 0;
    const revoked: string[] = [];
    const directory = await openDirectory({
      clock: () => nowMs,
      listener: { onKeyRevoked: (key) => revoked.push(key.keyId) },
    });
    await directory.bootstrap('default');
    const user = directory.users.named('default');
    if (user === undefined) throw new Error('no user');
    const first = await directory.devices.add(user, 'pump');
    if (!('deviceToken' in first)) throw new Error(first.message);
    const second = await directory.devices.rotateToken(user.userId, 'pump', 1000);
    if (!('deviceToken' in second)) throw new Error(second.message);
    expect(directory.authenticate(first.deviceToken)?.key.clientId).toBe('pump');
    nowMs = 1000;
    expect(directory.authenticate(first.deviceToken)).toBeUndefined();
    expect(directory.authenticate(second.deviceToken)?.key.clientId).toBe('pump');
    await directory.devices.removeExpiredTokens();
    expect(revoked).toHaveLength(1);
  });

  it('gives no token to a device that is being removed, and leaves one of two new tokens', async () => {
    const { directory, user } = await withDevice('pump');
    const both = await Promise.all([
      directory.devices.rotateToken(user.userId, 'pump', 0),
      directory.devices.rotateToken(user.userId, 'pump', 0),
    ]);
    const tokens = both.map((result) => ('deviceToken' in result ? result.deviceToken : ''));
    expect(tokens.map((token) => directory.authenticate(token)?.key.clientId)).toEqual([undefined, 'pump']);
    const [removed, refused] = await Promise.all([
      directory.devices.remove(user.userId, 'pump'),
      directory.devices.rotateToken(user.userId, 'pump', 0),
    ]);
    expect([removed, refused]).toMatchObject([{ device: 'pump' }, { code: 'not_found' }]);
  });

  it('knows the largest message of all users, whatever changes', async () => {
    const directory = await openDirectory();
    await directory.bootstrap('default');
    const user = directory.users.named('default');
    if (user === undefined) throw new Error('no user');
    const most = [directory.limits.messageBytesMax];
    await directory.users.setLimits(user.userId, () => ({ message_bytes: 1_000_000 }));
    most.push(directory.limits.messageBytesMax);
    await directory.users.add('eve', { message_bytes: 2_000_000 });
    most.push(directory.limits.messageBytesMax);
    directory.limits.setDefaults({ message_bytes: 3_000_000 });
    most.push(directory.limits.messageBytesMax);
    expect(most).toEqual([256 * 1024, 1_000_000, 2_000_000, 3_000_000]);
  });

  it('does not bring a device back that is removed while its times are written', async () => {
    const { directory, user, store } = await withDevice('pump');
    directory.devices.noteSeen(user.userId, 'pump');
    await Promise.all([directory.devices.remove(user.userId, 'pump'), directory.devices.saveLastSeen()]);
    expect(directory.devices.ofUser(user.userId)).toEqual([]);
    expect((await store.directory.load()).devices).toEqual([]);
  });

  it('keeps the last admin key, also when all are removed at the same time', async () => {
    const { directory } = await withDevice('pump');
    await directory.keys.addAdmin();
    const removals = directory.keys.ofAdmins().map(({ keyId }) => directory.keys.remove(keyId));
    expect(await Promise.all(removals)).toMatchObject([{ kind: 'admin' }, { code: 'conflict' }]);
    expect(directory.keys.ofAdmins()).toHaveLength(1);
  });

  it('registers no more devices than the limit says', async () => {
    const directory = await openDirectory();
    await directory.bootstrap('default');
    const user = directory.users.named('default');
    if (user === undefined) throw new Error('no user');
    await directory.users.setLimits(user.userId, () => ({ devices: 1 }));
    const limited = directory.users.named('default');
    if (limited === undefined) throw new Error('no user');
    await directory.devices.add(limited, 'a');
    expect(await directory.devices.add(limited, 'b')).toMatchObject({ code: 'too_many_devices' });
  });
});

describe('the first message (PROTOCOL A2)', () => {
  async function keys() {
    const directory = await openDirectory();
    const { authKey, adminKey } = await directory.bootstrap('default');
    const user = directory.users.named('default');
    const device = user === undefined ? undefined : await directory.devices.add(user, 'pump');
    if (device === undefined || !('deviceToken' in device)) throw new Error('no device');
    const logIn = (message: unknown) => readLogin(bytes(message), (keyText) => directory.authenticate(keyText));
    return { authKey, adminKey, deviceToken: device.deviceToken, logIn };
  }

  it('names a controller by its sender and a device by its token', async () => {
    const { authKey, deviceToken, logIn } = await keys();
    expect(logIn({ auth_key: authKey, sender: 'pc' })).toMatchObject({ clientId: 'pc', isDevice: false });
    expect(logIn({ device_token: deviceToken, sender: 'pc' })).toMatchObject({ clientId: 'pump', isDevice: true });
    expect(logIn({ device_token: deviceToken, auth_key: authKey, sender: 'pc' })).toMatchObject({ clientId: 'pump' });
  });

  it('is refused with the code that fits', async () => {
    const { authKey, adminKey, deviceToken, logIn } = await keys();
    const cases: [unknown, string][] = [
      ['not json', 'bad_message'],
      ['[1]', 'bad_message'],
      ['\ufeff{}', 'bad_message'],
      [{}, 'missing_credentials'],
      [{ auth_key: authKey }, 'missing_credentials'],
      [{ auth_key: 5, sender: 'pc' }, 'missing_credentials'],
      [{ device_token: null }, 'missing_credentials'],
      [{ auth_key: authKey, sender: 'a,b' }, 'invalid_client_id'],
      [{ auth_key: 'nonsense', sender: 'pc' }, 'invalid_credentials'],
      [{ auth_key: deviceToken, sender: 'pc' }, 'invalid_credentials'],
      [{ auth_key: adminKey, sender: 'pc' }, 'invalid_credentials'],
      [{ device_token: authKey }, 'invalid_credentials'],
      [{ device_token: deviceToken, fill: 'x'.repeat(4096) }, 'message_too_big'],
    ];
    const codes = cases
      .map(([message]) => logIn(message))
      .map((result) => ('code' in result ? result.code : 'accepted'));
    expect(codes).toEqual(cases.map(([, code]) => code));
  });
});
