/** The client against our own relay: what one side answers is what the other side reads. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelayHttp, type RelayHttp } from '../../src/client/http.ts';
import { createSimulatedDevice } from '../../src/client/simulated-device.ts';
import { type Relay, startRelay } from '../../src/server/start-relay.ts';
import { nextPhase, watchClient } from './clients.ts';

describe('a client of our own relay', () => {
  let folder: string;
  let relay: Relay;
  let authKey = '';
  let http: RelayHttp;
  let admin: RelayHttp;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'relay-client-'));
    relay = await startRelay({ port: 0, dataDir: folder, logLevel: 'silent' });
    authKey = relay.bootstrap?.authKey ?? '';
    http = createRelayHttp({ url: relay.url, key: authKey });
    admin = createRelayHttp({ url: relay.http, key: relay.bootstrap?.adminKey });
  });

  afterAll(async () => {
    await Promise.all([http.close(), admin.close()]);
    await relay.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has a device from its registration to its removal', async () => {
    await http.health();
    const { device_token: deviceToken } = await http.addDevice('mouse');
    await using device = createSimulatedDevice({ url: relay.url, deviceToken });
    await using watched = watchClient(relay.url, { credentials: { authKey, sender: 'commander' } });
    expect(await device.client.ready()).toBe('mouse');
    expect(await watched.client.ready()).toBe('commander');

    await watched.client.send('mouse', { cmd: 'move', x: 1, y: 2, _id: 'c-1' });
    expect((await watched.messages.next()).payload).toMatchObject({ _re: 'c-1', ok: true, x: 1, y: 2 });
    expect(await http.presence(['mouse', 'nobody'])).toEqual({ mouse: 'online', nobody: 'offline' });
    expect(await http.presence()).toEqual({ commander: 'online', mouse: 'online' });
    expect((await http.devices()).map((entry) => [entry.device, entry.registered])).toEqual([
      ['commander', false],
      ['mouse', true],
    ]);
    expect(await http.device('mouse')).toMatchObject({ state: 'online', waiting: 0, address: '127.0.0.1' });
    expect((await http.rotateToken('mouse', '1h')).device_token).not.toBe(deviceToken);

    const removed = new Promise((resolve) => {
      device.client.on('state', (state) => {
        if (state.phase === 'waiting') resolve(state.ending);
      });
    });
    await http.removeDevice('mouse');
    expect(await removed).toMatchObject({ kind: 'refused', closeCode: 4010, error: { code: 'revoked' } });
    await expect(http.device('mouse')).rejects.toMatchObject({ status: 404, code: 'not_found' });
  });

  it('is told what was refused, and who took over', async () => {
    await using older = watchClient(relay.url, { credentials: { authKey, sender: 'twice' } });
    await nextPhase(older, 'authenticated');
    await using newer = watchClient(relay.url, { credentials: { authKey, sender: 'twice' } });
    await newer.client.ready();
    const { ending } = await nextPhase(older, 'closed');
    expect(ending).toMatchObject({ kind: 'replaced', closeCode: 4009, error: { code: 'replaced' } });
    expect(ending.reason).toContain('127.0.0.1');

    await using wrong = watchClient(relay.url, {
      credentials: { authKey: 'rly_master_x_y', sender: 'a' },
      mode: 'interactive',
    });
    expect((await nextPhase(wrong, 'closed')).ending).toMatchObject({
      kind: 'refused',
      closeCode: 4003,
      error: { code: 'invalid_credentials' },
    });
  });

  it('administers users and keys', async () => {
    const { auth_key: firstKey } = await admin.addUser('ann', { queue_messages: '7' });
    expect((await admin.users()).find(({ user }) => user === 'ann')).toMatchObject({
      limits: { queue_messages: 7 },
      devices: 0,
    });
    const changed = await admin.setUser('ann', { queue_messages: null, queue_bytes: 'unlimited' });
    expect(changed.limits).toMatchObject({ queue_messages: 50, queue_bytes: 'unlimited' });
    await expect(admin.setUser('ann', { no_limit: '1' })).rejects.toMatchObject({ code: 'bad_request' });
    const second = await admin.addKey('ann');
    expect((await admin.keys('ann')).map(({ key }) => key)).toContain(second.key);
    await admin.removeKey('ann', second.key);
    expect(await admin.keys('ann')).toHaveLength(1);
    const extra = await admin.addAdminKey();
    expect(await admin.adminKeys()).toHaveLength(2);
    await admin.removeAdminKey(extra.key);
    await expect(http.users()).rejects.toMatchObject({ status: 403, code: 'forbidden' });
    await admin.removeUser('ann');
    await using gone = createRelayHttp({ url: relay.url, key: firstKey });
    await expect(gone.devices()).rejects.toMatchObject({ status: 401, code: 'invalid_credentials' });
  });

  it('waits and comes back when the relay restarts', async () => {
    const other = mkdtempSync(join(tmpdir(), 'relay-client-'));
    const first = await startRelay({ port: 0, dataDir: other, logLevel: 'silent' });
    const credentials = { authKey: first.bootstrap?.authKey ?? '', sender: 'commander' };
    await using watched = watchClient(first.url, { credentials });
    await nextPhase(watched, 'authenticated');
    await first.close();
    expect((await nextPhase(watched, 'waiting')).ending).toMatchObject({ kind: 'lost', closeCode: 1001 });
    const again = await startRelay({ port: Number(new URL(first.url).port), dataDir: other, logLevel: 'silent' });
    watched.clock.advance(500);
    await nextPhase(watched, 'connecting');
    await nextPhase(watched, 'authenticated');
    await watched.client.close();
    await again.close();
    rmSync(other, { recursive: true, force: true });
  });
});
