import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runRelay, type ServedRelay, spawnRelay, startServe } from '../built-relay.ts';
import type { RawWebSocket } from '../raw-websocket.ts';
import type { WatchedProcess } from '../watched-process.ts';
import { logInRaw } from './raw-login.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
let asker: RawWebSocket;
beforeAll(async () => {
  relay = await startServe({ limits: { devices: '5' } });
  asker = await logInRaw(relay.url, relay.bootstrap?.authKey ?? '', 'asker');
});
afterAll(async () => {
  await asker[Symbol.asyncDispose]();
  await relay[Symbol.asyncDispose]();
});

const run = (args: readonly string[], env: object = {}) => runRelay(args, { env: { ...relay.env, ...env } });

async function startSim(...args: readonly string[]): Promise<WatchedProcess> {
  const sim = spawnRelay(['sim', ...args], { env: relay.env });
  await sim.stderr.waitFor(/online: /);
  return sim;
}

async function registered(): Promise<readonly string[]> {
  const { devices } = JSON.parse((await run(['device', 'ls', '--json'])).stdout);
  return devices
    .filter((device: { registered: boolean }) => device.registered)
    .map((d: { device: string }) => d.device);
}

describe('relay sim', () => {
  it('runs devices that answer, and removes them at Ctrl+C', async () => {
    await using sim = await startSim('--count', '3', '--json');
    expect((await registered()).toSorted()).toEqual(['sim-1', 'sim-2', 'sim-3']);
    asker.sendJson({ target: 'sim-2', sender: 'asker', _id: 'm-1', cmd: 'move', x: 4, y: 5 });
    expect(await asker.nextJson()).toMatchObject({ _re: 'm-1', ok: true, x: 4, y: 5, sender: 'sim-2' });
    sim.kill('SIGINT');
    const { code, stdout } = await sim.exited;
    expect(code).toBe(130);
    const online = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(online.toSorted((a, b) => a.device.localeCompare(b.device))).toEqual(
      [1, 2, 3].map((n) => ({ device: `sim-${n}`, state: 'online' })),
    );
    expect(await registered()).toEqual([]);
  });

  it('has the faults that it is told to have', async () => {
    await using _deaf = await startSim('deaf', '--drop', '100%');
    await using _dead = await startSim('dead', '--half-open-after', '1');
    asker.sendJson({ target: 'deaf', sender: 'asker', _id: 'd-1', cmd: 'status' });
    asker.sendJson({ target: 'dead', sender: 'asker', _id: 'd-2', cmd: 'status' });
    expect(await asker.nextJson()).toMatchObject({ _re: 'd-2', ok: true });
    const { code, stdout } = await run(['call', '-t', 'dead', 'cmd=status', '--timeout', '300ms', '--json']);
    expect({ code, stdout }).toEqual({ code: 6, stdout: expect.stringContaining('may still run') });
  });

  it('ends after --timeout with 0', async () => {
    expect((await run(['sim', 'brief', '--timeout', '200ms', '--delay', '1s'])).code).toBe(0);
    expect(await registered()).not.toContain('brief');
  });

  it('does not touch a device that is there, and removes what it had made until then', async () => {
    await run(['device', 'add', 'real']);
    const { code, stderr } = await run(['sim', 'new-1', 'new-2', 'real']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('real is registered already') });
    expect(await registered()).toContain('real');
    expect(await registered()).not.toContain('new-1');
    const tooMany = await run(['sim', '--count', '6']);
    expect(tooMany.code).toBe(1);
    expect(await registered()).not.toContain('sim-1');
  });

  it('does not mind that somebody else has removed a device of it', async () => {
    await using sim = await startSim('short-lived');
    await run(['device', 'rm', 'short-lived', '--yes']);
    sim.kill('SIGTERM');
    expect((await sim.exited).code).toBe(143);
  });

  it('says which devices it could not remove', async () => {
    await using other = await startServe();
    await using sim = spawnRelay(['sim', 'stuck'], { env: other.env });
    await sim.stderr.waitFor(/online: stuck/);
    await other.stop('SIGKILL');
    sim.kill('SIGINT');
    const { code, stderr } = await sim.exited;
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('remove stuck') });
  });

  it('refuses what makes no sense with 2, a wrong key with 3, and nobody there with 4', async () => {
    for (const args of [['a,b'], ['x', '--count', '2'], ['--drop', '200%'], ['--count', '0'], ['--delay', '5']]) {
      expect({ args, code: (await run(['sim', ...args])).code }).toEqual({ args, code: 2 });
    }
    expect((await run(['sim'], { RELAY_AUTH_KEY: 'wrong' })).code).toBe(3);
    expect((await run(['sim'], { RELAY_URL: 'ws://127.0.0.1:1' })).code).toBe(4);
  });
});
