import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  makeTemporaryFolder,
  relayCommand,
  runRelay,
  type ServedRelay,
  spawnRelay,
  startServe,
} from '../built-relay.ts';
import type { RawWebSocket } from '../raw-websocket.ts';
import type { WatchedProcess } from '../watched-process.ts';
import { logInRaw } from './raw-login.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
let sender: RawWebSocket;
beforeAll(async () => {
  relay = await startServe();
  sender = await logInRaw(relay.url, relay.bootstrap?.authKey ?? '', 'sender');
});
afterAll(async () => {
  await sender[Symbol.asyncDispose]();
  await relay[Symbol.asyncDispose]();
});

async function startListening(args: readonly string[]): Promise<WatchedProcess> {
  const listener = spawnRelay(['listen', ...args], { env: relay.env });
  await listener.stderr.waitFor(/listening as/);
  return listener;
}

const listen = (args: readonly string[], env: object = {}) =>
  runRelay(['listen', ...args], { env: { ...relay.env, ...env } });

describe('relay listen', () => {
  it('prints each message as it came, one a line, and nothing else on standard output', async () => {
    await using listener = await startListening(['--as', 'exact', '--json', '--count', '3']);
    sender.sendText('{ "target":"exact", "n":12345678901234567890,"e":"\\u0041\u202e" }');
    sender.sendText('{\r\n  "target": "exact",\r\n  "s": "a  b"\r\n}');
    sender.sendText('{"target":"exact","last":1.0}');
    const { code, stdout } = await listener.exited;
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        '{ "target":"exact", "n":12345678901234567890,"e":"\\u0041\u202e" }',
        '{"target": "exact","s": "a  b"}',
        '{"target":"exact","last":1.0}',
        '',
      ].join('\n'),
    );
  });

  it('listens under an id of its own when none is said', async () => {
    await using listener = await startListening(['--json']);
    const [, id = ''] = await listener.stderr.waitFor(/listening as (cli-[0-9a-f]{12})\n/);
    sender.sendText(JSON.stringify({ target: id, a: 1 }));
    await listener.stdout.waitFor(/"a":1/);
  });

  it('prints what waited, flagged, and the relay keeps none of it', async () => {
    for (const n of [1, 2, 3]) sender.sendText(JSON.stringify({ target: 'sleeper', n }));
    const { code, stdout } = await listen(['--as', 'sleeper', '--count', '3', '--timeout', '10s', '--json']);
    expect(code).toBe(0);
    expect(stdout).toBe([1, 2, 3].map((n) => `{"target":"sleeper","n":${n},"_offline_queued":true}\n`).join(''));
    expect((await listen(['--as', 'sleeper', '--count', '1', '--timeout', '100ms'])).code).toBe(6);
  });

  it('leaves in the queue what is beyond --count', async () => {
    for (const n of [1, 2]) sender.sendText(JSON.stringify({ target: 'patient', n }));
    const first = await listen(['--as', 'patient', '--count', '1', '--timeout', '10s', '--json']);
    expect(first.stdout).toBe('{"target":"patient","n":1,"_offline_queued":true}\n');
    expect(first.stderr).toContain('more than 1 came');
    const second = await listen(['--as', 'patient', '--count', '1', '--timeout', '10s', '--json']);
    expect(second.stdout).toBe('{"target":"patient","n":2,"_offline_queued":true}\n');
  });

  it('prints only what fits --filter, and counts only that', async () => {
    for (const [n, kind] of [
      [1, 'noise'],
      [2, 'alarm'],
      [3, 'noise'],
    ])
      sender.sendJson({ target: 'picky', n, kind, sender: 'me' });
    const filtered = ['--as', 'picky', '--filter', 'kind=alarm from=me', '--count', '1', '--timeout', '10s', '--json'];
    const { code, stdout } = await listen(filtered);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^\{"target":"picky","n":2,.*\}\n$/) });
    expect((await listen(['--filter', ' '])).code).toBe(2);
  });

  it('exits 6 when the time is over with fewer than --count', async () => {
    const { code, stdout, stderr } = await listen(['--as', 'lonely', '--count', '1', '--timeout', '50ms', '--json']);
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
    expect(stderr).toContain('0 of 1 messages came within 50ms');
    expect((await listen(['--as', 'lonely', '--timeout', '50ms'])).code).toBe(0);
  });

  it('refuses an id that is online, unless it may take over; the other one ends and says by whom', async () => {
    await using first = await startListening(['--as', 'contested']);
    const refused = await listen(['--as', 'contested']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('contested is online');
    expect((await listen([], { RELAY_SENDER: 'contested' })).code).toBe(1);
    await using _second = await startListening(['--as', 'contested', '--take-over']);
    const { code, stderr } = await first.exited;
    expect(code).toBe(1);
    expect(stderr).toContain('127.0.0.1');
  });

  it('ends with 130 on Ctrl+C and 143 on SIGTERM, all of it printed', async () => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      await using listener = await startListening(['--as', 'brief', '--json']);
      sender.sendText('{"target":"brief","a":1}');
      await listener.stdout.waitFor(/"a":1\}\n/);
      listener.kill(signal);
      expect((await listener.exited).code).toBe(code);
    }
  });

  it('ends without a word when its reader is gone, as with head', async () => {
    await using listener = await startListening(['--as', 'headless', '--json']);
    listener.closeStdout();
    sender.sendText('{"target":"headless","a":1}');
    const { code, stderr } = await listener.exited;
    expect(code).toBe(0);
    expect(stderr).toBe('listening as headless\n');
  });

  it('ends on SIGTERM also when its reader does not read; what that one has not read waits on', async () => {
    for (let n = 0; n < 40; n++) sender.sendJson({ target: 'unread', fill: 'x'.repeat(40_000) });
    const [command, program] = relayCommand;
    const args = [program, 'listen', '--as', 'unread', '--json'];
    const env = { ...relay.env, PATH: process.env.PATH, RELAY_CONFIG_DIR: makeTemporaryFolder() };
    const listener = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
    const exited = once(listener, 'exit');
    // Reads no more than a buffer full.
    await once(listener.stdout, 'readable');
    listener.kill('SIGTERM');
    expect(await exited).toEqual([143, null]);
    listener.stdout.destroy();
    const { stdout } = await runRelay(['queue', 'ls', '--json'], { env: relay.env });
    const queues: readonly { readonly target: string }[] = JSON.parse(stdout).queues;
    expect(queues.map(({ target }) => target)).toContain('unread');
    rmSync(env.RELAY_CONFIG_DIR, { recursive: true });
  });

  it('goes on listening when the relay was away', async () => {
    await using other = await startServe();
    await using listener = spawnRelay(['listen', '--as', 'loyal', '--json'], { env: other.env });
    await listener.stderr.waitFor(/listening as loyal/);
    await other.stop();
    await listener.stderr.waitFor(/trying again/);
    await using _again = await startServe({ dataDir: other.dataDir, port: other.port });
    await listener.stderr.waitFor(/listening again as loyal/);
  });

  it('exits 4 where nobody listens, 3 for a wrong key, and 2 for a name that is none', async () => {
    expect((await listen([], { RELAY_URL: 'ws://127.0.0.1:1' })).code).toBe(4);
    expect((await listen([], { RELAY_AUTH_KEY: 'wrong' })).code).toBe(3);
    expect((await listen(['--as', 'a,b'])).code).toBe(2);
    expect((await listen(['--count', 'many'])).code).toBe(2);
  });
});
