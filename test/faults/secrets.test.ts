/**
 * FAULTS 32: keys and tokens appear nowhere but in the one answer that shows them. What every other test starts is watched too
 * (`test/e2e/key-watch.ts`); here are the places that nothing else looks into.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTemporaryFolder, runRelay, type ServedRelay, spawnRelay, startServe } from '../e2e/built-relay.ts';
import { callApi, callApiOk } from '../e2e/contract/http-api.ts';
import { openRoom, type TestRoom } from '../e2e/contract/test-room.ts';
import { checkArguments, checkOutput, checkStore } from '../e2e/key-watch.ts';
import { openRawWebSocket } from '../e2e/raw-websocket.ts';

const madeUp = `rly_master_${'a'.repeat(12)}_${'b'.repeat(43)}`;

describe('FAULTS 32: the watch over everything that tests start', () => {
  it.each([
    ['an argument', () => checkArguments(['send', '--auth-key', madeUp])],
    ['the standard error', () => checkOutput(['device', 'add'], { stdout: '', stderr: `x ${madeUp}` })],
    ['the standard output', () => checkOutput(['presence'], { stdout: madeUp, stderr: '' })],
    [
      'what a relay says after its bootstrap',
      () => checkOutput(['serve'], { stdout: `{"event":"bootstrap","x":1}\n{"k":"${madeUp}"}`, stderr: '' }),
    ],
  ])('sees a key in %s', (_, check) => {
    expect(check).toThrow('FAULTS 32');
  });

  it('sees a key in a data folder', () => {
    const folder = makeTemporaryFolder();
    try {
      mkdirSync(join(folder, 'data'));
      writeFileSync(join(folder, 'data', 'relay.db'), Buffer.from(`\u0000${madeUp}\u0000`));
      expect(() => checkStore(join(folder, 'data'))).toThrow('FAULTS 32');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each([
    ['what was asked for', ['device', 'add'], madeUp],
    ['the first start', ['serve'], `{"event":"bootstrap","auth_key":"${madeUp}"}`],
  ])('passes over %s', (_, args, stdout) => {
    checkOutput(args, { stdout, stderr: '' });
  });
});

describe('FAULTS 32: a relay with a verbose log', () => {
  let relay: ServedRelay;
  let room: TestRoom;
  let token: string;
  let keys: readonly string[];
  beforeAll(async () => {
    relay = await startServe({ limits: { auth_failures: '1' }, args: ['--log-level', 'trace'] });
    room = await openRoom(relay);
    token = await room.token('device');
    keys = [room.authKey, token, madeUp, relay.bootstrap?.authKey ?? '', relay.bootstrap?.adminKey ?? ''];
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  function expectNone(text: string): void {
    for (const key of keys) expect(text).not.toContain(key);
  }

  it('says no key in any refusal over WebSocket', async () => {
    const swapped = [
      { auth_key: madeUp, sender: 'x' },
      { device_token: room.authKey },
      { auth_key: token, sender: 'x' },
      { auth_key: [room.authKey], sender: 'x' },
      { token: room.authKey },
    ];
    for (const credentials of swapped) {
      await using client = await openRawWebSocket(relay.url);
      client.sendJson(credentials);
      expectNone(await client.nextText());
      expectNone((await client.nextClose()).reason);
    }
  });

  it('says no key in any refusal over HTTP, also where it stands in the wrong place', async () => {
    const places: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ['/api/devices/', { authorization: `Bearer ${madeUp}` }],
      ['/api/devices/', { authorization: `Basic ${room.authKey}` }],
      ['/api/devices/', { authorization: room.authKey }],
      ['/api/admin/users', { authorization: `Bearer ${room.authKey}` }],
      [`/api/nothing?auth_key=${room.authKey}`, {}],
      [`/api/devices/?auth_key=${room.authKey}`, {}],
      [`/ws/connect/?token=${token}`, {}],
      [`/ws/elsewhere/?token=${token}`, {}],
    ];
    for (const [path, headers] of places) expectNone(JSON.stringify(await callApi(relay, path, { headers })));
  });

  it('says no key in the answers to who may ask: users, keys, devices, metrics', async () => {
    const asAdmin = { key: relay.bootstrap?.adminKey };
    for (const path of ['/api/admin/users', `/api/admin/users/${room.user}/keys`, '/api/admin/keys']) {
      expectNone(JSON.stringify(await callApiOk(relay, path, asAdmin)));
    }
    for (const path of ['/api/devices/', '/api/devices/device']) {
      expectNone(JSON.stringify(await callApiOk(relay, path, { key: room.authKey })));
    }
    expectNone(await (await fetch(`${relay.http}/metrics`)).text());
  });

  it('and its commands show no key to who lists processes, while they run', async () => {
    const env = { ...relay.env, RELAY_AUTH_KEY: room.authKey };
    await using listening = spawnRelay(['listen', '--as', 'listener', '--json'], { env });
    await room.untilPresence('listener', 'online');
    const lines = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
        } catch {
          return '';
        }
      });
    expect(lines.some((line) => line.includes('listener'))).toBe(true);
    expectNone(lines.join('\n'));
    listening.kill('SIGTERM');
    expectNone(JSON.stringify(await listening.exited));
  });

  it('and its commands say no key where it is refused', async () => {
    for (const args of [
      ['presence'],
      ['doctor', '--json'],
      ['send', '-t', 'device', '{}'],
      ['device', 'ls', '--json'],
    ]) {
      const result = await runRelay(args, { env: { ...relay.env, RELAY_AUTH_KEY: madeUp } });
      expect(result.code).toBeGreaterThan(0);
      expectNone(result.stdout + result.stderr);
    }
  });

  it('has no key in its log and its folder, after all that', async () => {
    const { stderr } = await relay.stop();
    expect(stderr).toContain('refused');
    expectNone(stderr);
    for (const name of readdirSync(relay.dataDir)) expectNone(readFileSync(join(relay.dataDir, name), 'latin1'));
  });
});
