import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runRelay, type ServedRelay, spawnRelay, startServe } from '../built-relay.ts';
import { startPublishedRelay } from './published-relay.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
beforeAll(async () => {
  relay = await startServe();
});
afterAll(() => relay[Symbol.asyncDispose]());

const bench = (args: readonly string[], env: object = {}) =>
  runRelay(['bench', ...args], { env: { ...relay.env, ...env } });

describe('relay bench', () => {
  it('prints one object of plausible figures, and leaves no client behind', async () => {
    const { code, stdout, stderr } = await bench(['--json', '--duration', '400ms', '--pairs', '2', '--size', '300B']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ payload_bytes: 300, pairs: 2, lost: 0, limits: { message_rate: 1_000 } });
    expect(result.p50_us).toBeGreaterThan(0);
    expect(result.p99_us).toBeGreaterThanOrEqual(result.p50_us);
    expect(result.messages_per_s).toBeGreaterThan(0);
    expect((await runRelay(['presence', '--json'], { env: relay.env })).stdout).toBe('{}\n');
  });

  it('keeps to the limits of the user, and says so', async () => {
    const env = await addSlowUser();
    const { code, stdout, stderr } = await bench(['--duration', '1s'], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^LATENCY .*\np50 +[\d,]+ µs\n/);
    expect(stdout).toMatch(/^[\d,]+ messages a second through 1 pair of clients$/m);
    expect(stderr).toContain("that is what this user's limits allow, not what the relay can do: message_rate 50");
  });

  it('ends at Ctrl+C with 130', async () => {
    await using running = spawnRelay(['bench', '--duration', '1h'], { env: relay.env });
    await vi.waitUntil(
      async () => (await runRelay(['presence', '--json'], { env: relay.env })).stdout.includes('online'),
      { timeout: 15_000 },
    );
    running.kill('SIGINT');
    expect(await running.exited).toMatchObject({ code: 130, stdout: '' });
  });

  it('exits 6 where nothing arrives, 5 where nothing is taken, and 2, 3, 4 as every command does', async () => {
    await using published = await startPublishedRelay();
    const [deaf, tooBig, wrong, nobody, usage] = await Promise.all([
      bench(['--duration', '1s'], { RELAY_URL: published.url }),
      bench(['--size', '1MiB']),
      bench([], { RELAY_AUTH_KEY: 'wrong' }),
      bench([], { RELAY_URL: 'ws://127.0.0.1:1' }),
      bench(['--duration', '5']),
    ]);
    expect([deaf, tooBig, wrong, nobody, usage].map(({ code }) => code)).toEqual([6, 5, 3, 4, 2]);
    expect(deaf.stderr).toContain('did not arrive within');
    expect(tooBig.stderr).toContain('message_bytes');
  });
});

async function addSlowUser(): Promise<Readonly<Record<string, string>>> {
  const limits = ['--limit', 'message_rate=50', '--limit', 'message_burst=10'];
  const { stdout } = await runRelay(['user', 'add', 'slow', '--json', ...limits], { env: relay.env });
  return { RELAY_AUTH_KEY: JSON.parse(stdout).auth_key };
}
