import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { debianPython, hasTool } from '../../tools.ts';
import { makeTemporaryFolder, runRelay, type ServedRelay, spawnRelay, startServe } from '../built-relay.ts';
import { spawnWatched, type WatchedProcess } from '../watched-process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
let folder: string;
beforeAll(async () => {
  relay = await startServe();
  folder = makeTemporaryFolder();
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Does what a user does: registers a device, pastes what is shown, and runs it. */
async function pasteWorker(id: string, env = relay.env): Promise<() => WatchedProcess> {
  const { stdout } = await runRelay(['device', 'add', id], { env });
  const path = join(folder, `${id}.py`);
  writeFileSync(path, stdout.slice(stdout.indexOf('#!/usr/bin/env python3')));
  return () => spawnWatched(debianPython, [path]);
}

const ask = async (target: string, payload: string) => {
  await using answers = spawnRelay(['listen', '--as', 'console', '--json', '--count', '1'], { env: relay.env });
  await answers.stderr.waitFor(/listening as console/);
  const env = { ...relay.env, RELAY_SENDER: 'console' };
  expect((await runRelay(['send', '-t', target, payload], { env })).code).toBe(0);
  return JSON.parse((await answers.exited).stdout);
};

describe.runIf(hasTool('python3-websocket'))('the worker that relay device add shows', () => {
  it('goes online, and answers each command to its sender', async () => {
    const start = await pasteWorker('gate');
    await using worker = start();
    await worker.stdout.waitFor(/online as gate/);
    expect(await ask('gate', '{"cmd":"open","_id":"c-1"}')).toEqual({
      ok: true,
      echo: 'open',
      _re: 'c-1',
      target: 'console',
      sender: 'gate',
    });
  });

  it('answers what it missed while it was away, and no answers', async () => {
    const start = await pasteWorker('pump');
    const env = { ...relay.env, RELAY_SENDER: 'desk' };
    await runRelay(['send', '-t', 'pump', '{"cmd":"missed"}'], { env });
    await runRelay(['send', '-t', 'pump', '{"_re":"x","ok":true}'], { env });
    await using worker = start();
    await worker.stdout.waitFor(/online as pump/);
    await runRelay(['send', '-t', 'pump', '{"cmd":"last"}'], { env });
    const args = ['listen', '--as', 'desk', '--json', '--count', '2', '--timeout', '15s'];
    const { stdout } = await runRelay(args, { env: relay.env });
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).echo),
    ).toEqual(['missed', 'last']);
  });

  it('shows each command that comes, and that it waited', async () => {
    const start = await pasteWorker('drill');
    await runRelay(['send', '-t', 'drill', '{"cmd":"turn"}'], { env: relay.env });
    await using worker = start();
    const shown = await worker.stdout.waitFor(/got (\{.*\})\n/);
    expect(JSON.parse(shown[1] ?? '')).toMatchObject({ cmd: 'turn', _offline_queued: true });
  });

  it('ends on Ctrl+C without a traceback', async () => {
    const start = await pasteWorker('saw');
    await using worker = start();
    await worker.stdout.waitFor(/online as saw/);
    worker.kill('SIGINT');
    expect(await worker.exited).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/stopped\n$/) });
  });

  it('comes back by itself when the relay was away', async () => {
    await using other = await startServe();
    const start = await pasteWorker('loyal', other.env);
    await using worker = start();
    await worker.stdout.waitFor(/online as loyal/);
    await other.stop();
    await worker.stdout.waitFor(/offline \(/);
    await using _again = await startServe({ dataDir: other.dataDir, port: other.port });
    await worker.stdout.waitFor(/online as loyal[\s\S]*online as loyal/);
  });

  it('does not fight when another session takes its id', async () => {
    const start = await pasteWorker('contested');
    await using first = start();
    await first.stdout.waitFor(/online as contested/);
    await using second = start();
    await second.stdout.waitFor(/online as contested/);
    await first.stdout.waitFor(/ended for good: 4009/);
    expect((await first.exited).code).toBe(0);
  });
});
