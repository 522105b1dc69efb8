import { describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { openRawWebSocket } from '../raw-websocket.ts';
import { login, openRoom, settle } from './test-room.ts';

describe('PROTOCOL D: wrong keys (FAULTS 24)', { timeout: 60_000 }, () => {
  const wrong = (n: number) => ({ auth_key: `rly_master_${n}_wrong`, sender: 'guesser' });

  async function guess(served: ServedRelay, n: number, headers?: Readonly<Record<string, string>>): Promise<unknown> {
    await using client = await openRawWebSocket(served.url, headers === undefined ? {} : { headers });
    client.sendJson(wrong(n));
    const error = await client.nextJson();
    expect((await client.nextClose()).code).toBe(error.code === 'auth_throttled' ? 4130 : 4003);
    return error.code;
  }

  it('after too many of them further ones are auth_throttled and 4130, and a right key passes', async () => {
    await using guarded = await startServe({ limits: { auth_failures: '3' } });
    const room = await openRoom(guarded);
    for (let n = 0; n < 3; n++) expect(await guess(guarded, n)).toBe('invalid_credentials');
    // A minute's allowance comes back little by little, so that one of the next may still be within it.
    const codes = await Promise.all([4, 5, 6].map((n) => guess(guarded, n)));
    expect(codes.filter((code) => code === 'auth_throttled').length).toBeGreaterThanOrEqual(2);
    await using controller = await room.controller('controller');
    await using device = await room.device('device');
    await settle(controller);
    await settle(device);
  });

  it('FAULTS 25: X-Forwarded-For of a peer that nobody trusts makes no other address', async () => {
    await using guarded = await startServe({ limits: { auth_failures: '1' } });
    for (let n = 0; n < 2; n++) await guess(guarded, n);
    expect(await guess(guarded, 3, { 'X-Forwarded-For': '203.0.113.7' })).toBe('auth_throttled');
  });

  it('FAULTS 25: behind a trusted proxy the rightmost hop that is not trusted counts', async () => {
    await using guarded = await startServe({ limits: { auth_failures: '1' }, args: ['--trust-proxy'] });
    const from = (hops: string) => ({ 'X-Forwarded-For': hops });
    for (let n = 0; n < 2; n++) await guess(guarded, n, from('203.0.113.7'));
    expect(await guess(guarded, 3, from('198.51.100.1, 203.0.113.7'))).toBe('auth_throttled');
    expect(await guess(guarded, 4, from('203.0.113.7, 198.51.100.2'))).toBe('invalid_credentials');
  });

  it('keys and tokens that were guessed or right are in nothing that the relay wrote', async () => {
    await using guarded = await startServe({ args: ['--log-level', 'debug'] });
    const room = await openRoom(guarded);
    const token = await room.token('device');
    await using controller = await room.controller('controller');
    await using device = await room.device('device');
    const secret = 'rly_master_0123456789abcdef_averysecretguessaverysecretguessaverysecre';
    await expect(login(guarded.url, { auth_key: secret, sender: 'x' })).rejects.toThrow('invalid_credentials');
    await settle(controller);
    await settle(device);
    const { stderr, stdout } = await guarded.stop();
    for (const key of [room.authKey, token, secret, guarded.bootstrap?.authKey, guarded.bootstrap?.adminKey]) {
      expect(stderr).not.toContain(key);
    }
    expect(stdout).not.toContain(room.authKey);
    expect(stdout).not.toContain(token);
  });
});
