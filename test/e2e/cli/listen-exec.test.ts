/** A worker that is nothing but a command: whatever the command does, no message is lost, and nothing goes round in circles. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeTemporaryFolder, type ServedRelay, spawnRelay, startServe } from '../built-relay.ts';
import type { RawWebSocket } from '../raw-websocket.ts';
import type { WatchedProcess } from '../watched-process.ts';
import { logInRaw } from './raw-login.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
let asker: RawWebSocket;
let folder: string;
beforeAll(async () => {
  relay = await startServe();
  asker = await logInRaw(relay.url, relay.bootstrap?.authKey ?? '', 'asker');
  folder = makeTemporaryFolder();
});
afterAll(async () => {
  await asker[Symbol.asyncDispose]();
  await relay[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function startWorker(as: string, exec: string, ...args: readonly string[]): Promise<WatchedProcess> {
  const worker = spawnRelay(['listen', '--as', as, '--exec', exec, ...args], { env: relay.env, cwd: folder });
  await worker.stderr.waitFor(/listening as/);
  return worker;
}

function ask(target: string, id: string, more: object = {}): void {
  asker.sendJson({ target, sender: 'asker', _id: id, ...more });
}

const linesOf = (name: string) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean);

/** Every command notes that it has begun, so that the test can count them. */
const noting = (name: string, rest: string) => `read -r line; echo "$line" >> ${name}; ${rest}`;

describe('relay listen --exec', () => {
  it('answers what has an _id and is no answer, with a JSON object as it is or the output as text', async () => {
    await using worker = await startWorker('answering', `grep -q plain && echo plain || echo '{"ok":true,"n":1.0 }'`);
    asker.sendJson({ target: 'answering', sender: 'asker', n: 'without an _id' });
    asker.sendJson({ target: 'answering', sender: 'asker', _id: 'a-0', _re: 'z', n: 'an answer' });
    ask('answering', 'a-1');
    ask('answering', 'a-2', { kind: 'plain' });
    expect(await asker.nextText()).toBe('{"ok":true,"n":1.0 ,"_re":"a-1","target":"asker","sender":"answering"}');
    expect(await asker.nextJson()).toEqual({ output: 'plain\n', _re: 'a-2', target: 'asker', sender: 'answering' });
    await worker.stdout.waitFor(/without an _id.*\n.*an answer.*\n/);
  });

  it('tells of a command that fails, to the asker and to who runs it', async () => {
    await using worker = await startWorker('failing', 'echo stuck; exit 3');
    ask('failing', 'f-1');
    expect(await asker.nextJson()).toMatchObject({ output: 'stuck\n', exit: 3, _re: 'f-1' });
    await worker.stderr.waitFor(/the command for message f-1 from asker failed with exit code 3/);
  });

  it('ends a command that hangs, and takes the next message', async () => {
    await using worker = await startWorker(
      'hanging',
      'grep -q wait || exit 0; echo waiting; sleep 1000',
      '--kill-after',
      '300ms',
    );
    ask('hanging', 'h-1', { do: 'wait' });
    ask('hanging', 'h-2');
    expect(await asker.nextJson()).toMatchObject({
      output: 'waiting\n',
      exit: 143,
      error: 'ended after 300ms',
      _re: 'h-1',
    });
    expect(await asker.nextJson()).toMatchObject({ output: '', _re: 'h-2' });
    await worker.stderr.waitFor(/the command for message h-1 from asker was ended after 300ms/);
  });

  it('cuts the output of a command that does not stop talking', async () => {
    await using worker = await startWorker('chatty', 'yes "talk and talk" | head -c 3000000');
    ask('chatty', 'c-1');
    const answer = await asker.nextText();
    expect(answer.length).toBeGreaterThan(200_000);
    expect(answer.length).toBeLessThanOrEqual(256 * 1024);
    expect(JSON.parse(answer)).toMatchObject({ cut: true, _re: 'c-1' });
    await worker.stderr.waitFor(/the output of the command for message c-1 from asker is longer than/);
  });

  it('is not taken for dead while one command is slow and more waits than it reads', async () => {
    // One delivery and no other: whoever is closed for its silence never gets the rest.
    await using strict = await startServe({
      limits: { queue_messages: '2000', queue_attempts: '1', idle_timeout: '1s', message_rate: 'unlimited' },
      args: ['--limit', 'ping_after=250ms', '--limit', 'silent_after=500ms'],
    });
    await using sender = await logInRaw(strict.url, strict.bootstrap?.authKey ?? '', 'sender');
    const messages = 1_100;
    for (let n = 0; n < messages; n++) sender.sendJson({ target: 'busy', n, _re: 'none' });
    sender.sendJson({ action: 'ping' });
    await sender.nextJson();
    const exec = 'read -r line; case "$line" in *\'"n":0,\'*) sleep 3;; esac; echo "$line" >> busy.txt';
    const worker = spawnRelay(['listen', '--as', 'busy', '--exec', exec, '--count', String(messages)], {
      env: strict.env,
      cwd: folder,
    });
    const { code, stderr } = await worker.exited;
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'listening as busy\n' });
    expect(linesOf('busy.txt').map((line) => JSON.parse(line).n)).toEqual(
      Array.from({ length: messages }, (_, n) => n),
    );
  });

  it('acknowledges up to the lowest message whose command has not ended: killed, it gets them again', async () => {
    const exec = noting('slow.txt', 'case "$line" in *slow*) while [ ! -e go ]; do sleep 0.05; done;; esac; echo done');
    for (const [id, kind] of [
      ['s-1', 'slow'],
      ['s-2', 'quick'],
    ] as const)
      ask('unlucky', id, { kind });
    const first = await startWorker('unlucky', exec, '--concurrency', '2');
    expect(await asker.nextJson()).toMatchObject({ _re: 's-2' });
    first.kill('SIGKILL');
    // What it started goes on without it, and must end before its output is read to the end.
    appendFileSync(join(folder, 'go'), '');
    await first.exited;
    await using _second = await startWorker('unlucky', exec);
    expect(await asker.nextJson()).toMatchObject({ output: 'done\n', _re: 's-1' });
    expect(await asker.nextJson()).toMatchObject({ output: 'done\n', _re: 's-2' });
    const messages = linesOf('slow.txt').map((line) => JSON.parse(line));
    expect(messages.map(({ _id }) => _id).sort()).toEqual(['s-1', 's-1', 's-2', 's-2']);
    expect(messages[0]).toMatchObject({ _from: 'asker', _age_ms: expect.any(Number), _offline_queued: true });
  });

  it('acknowledges what is done, so that it does not come again', async () => {
    const exec = noting('once.txt', 'echo done');
    ask('lucky', 'l-1');
    const first = await startWorker('lucky', exec, '--count', '1', '--timeout', '20s');
    expect((await first.exited).code).toBe(0);
    expect(await asker.nextJson()).toMatchObject({ _re: 'l-1' });
    await using _second = await startWorker('lucky', exec);
    ask('lucky', 'l-2');
    expect(await asker.nextJson()).toMatchObject({ _re: 'l-2' });
    expect(linesOf('once.txt').map((line) => JSON.parse(line)._id)).toEqual(['l-1', 'l-2']);
  });

  it('ends its commands on Ctrl+C, and what was not done comes again', async () => {
    writeFileSync(join(folder, 'ended.txt'), '');
    const exec = 'trap "echo ended >> ended.txt; exit 9" TERM; echo started >> ended.txt; sleep 1000 & wait';
    ask('interrupted', 'i-1');
    const worker = await startWorker('interrupted', exec);
    await vi.waitUntil(() => linesOf('ended.txt').includes('started'), { timeout: 15_000 });
    worker.kill('SIGINT');
    const { code, stderr } = await worker.exited;
    expect(code).toBe(130);
    expect(stderr).toContain('not done: 1; what waited in the queue of the relay is delivered again');
    expect(linesOf('ended.txt')).toEqual(['started', 'ended']);
    await using _again = await startWorker('interrupted', 'echo again');
    expect(await asker.nextJson()).toMatchObject({ output: 'again\n', _re: 'i-1' });
  });

  it('does not go round in circles when two such workers are pointed at each other', async () => {
    await using _ping = await startWorker('ping', noting('circle.txt', `echo '{"hello":"pong"}'`));
    await using _pong = await startWorker('pong', noting('circle.txt', `echo '{"hello":"ping","_id":"again"}'`));
    asker.sendJson({ target: 'ping', sender: 'pong', _id: 'r-1' });
    asker.sendJson({ target: 'pong', sender: 'ping', _id: 'r-2' });
    // Each takes one message after the other: behind its answer stands all that came before.
    for (const id of ['r-3', 'r-4']) {
      ask('ping', id);
      ask('pong', id);
      expect([await asker.nextJson(), await asker.nextJson()]).toMatchObject([{ _re: id }, { _re: id }]);
    }
    const seen = linesOf('circle.txt').map((line) => JSON.parse(line));
    expect(seen.filter(({ _from }) => _from !== 'asker')).toHaveLength(2);
    expect(seen).toHaveLength(8);
  });

  it('refuses flags that make no sense', async () => {
    for (const args of [
      ['--concurrency', '2'],
      ['--kill-after', '5s'],
      ['--exec', 'true', '--concurrency', '0'],
    ]) {
      const { code, stderr } = await spawnRelay(['listen', ...args], { env: relay.env }).exited;
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/--(concurrency|kill-after)/) });
    }
  });
});
