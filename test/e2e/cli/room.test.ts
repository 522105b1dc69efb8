/** What a room shows: who comes and goes, what passes, and what waits. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasTool } from '../../tools.ts';
import { runRelay, type ServedRelay, spawnRelay, startServe } from '../built-relay.ts';
import { callApiOk } from '../contract/http-api.ts';
import { until } from '../contract/until.ts';
import { openRawWebSocket } from '../raw-websocket.ts';
import { startPublishedRelay } from './published-relay.ts';
import { logInRaw } from './raw-login.ts';
import { spawnRelayInTerminal } from './shell.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
let tokens: Readonly<Record<string, string>>;
const key = () => relay.bootstrap?.authKey ?? '';

async function register(device: string): Promise<string> {
  const request = { key: key(), method: 'POST', body: { device } } as const;
  return (await callApiOk<{ readonly device_token: string }>(relay, '/api/devices/', request)).device_token;
}

beforeAll(async () => {
  relay = await startServe();
  tokens = { pump: await register('pump'), gate: await register('gate'), lamp: await register('lamp') };
});
afterAll(() => relay[Symbol.asyncDispose]());

const run = (args: readonly string[], env: object = {}) => runRelay(args, { env: { ...relay.env, ...env } });
const enqueue = (target: string, body: object) =>
  callApiOk(relay, '/api/messages/', { key: key(), method: 'POST', body: { target, ...body } });

describe('relay wait', () => {
  it('goes on when the relay was restarted and knows the client no more', async () => {
    await using first = await startServe();
    const gone = await logInRaw(first.url, first.bootstrap?.authKey ?? '', 'gone');
    await using waiting = spawnRelay(['wait', 'gone', '--for', 'offline'], { env: first.env });
    await until('it is connected', async () => (await run(['presence', '--json'], first.env)).stdout.includes('cli-'));
    gone.destroy();
    await first.stop('SIGKILL');
    await using _second = await startServe({ dataDir: first.dataDir, port: first.port });
    expect(await waiting.exited).toMatchObject({ code: 0, stderr: expect.stringContaining('gone is offline') });
  });

  it('ends as soon as the client is there, and as soon as it is gone', async () => {
    await using waiting = spawnRelay(['wait', 'gate', '--json'], { env: relay.env });
    const gate = await logInRaw(relay.url, key(), 'gate');
    expect(await waiting.exited).toMatchObject({ code: 0, stdout: '{"gate":"online"}\n' });
    await using leaving = spawnRelay(['wait', 'gate', '--for', 'offline'], { env: relay.env });
    await gate[Symbol.asyncDispose]();
    expect(await leaving.exited).toMatchObject({ code: 0, stdout: '', stderr: 'gate is offline\n' });
  });

  it('asks over HTTP with a device token, so that the session of the device goes on', async () => {
    await using lamp = await openRawWebSocket(relay.url);
    lamp.sendJson({ device_token: tokens.lamp });
    await lamp.nextJson();
    const env = { RELAY_AUTH_KEY: undefined, RELAY_DEVICE_TOKEN: tokens.lamp };
    expect(await run(['wait', 'lamp', '--json'], env)).toMatchObject({ code: 0, stdout: '{"lamp":"online"}\n' });
    expect(await run(['send', '-t', 'lamp', 'still=there', '-q'])).toMatchObject({ code: 0 });
    expect(await lamp.nextJson()).toMatchObject({ still: 'there' });
  });

  it('exits 6 after its time, 5 for a name that the room has never seen, and 130 on Ctrl+C', async () => {
    const late = await run(['wait', 'pump', '--timeout', '1ms']);
    expect(late).toMatchObject({ code: 6, stderr: 'pump is not online after 1ms\n' });
    expect(await run(['wait', 'pmup'])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('did you mean "pump"'),
    });
    await using waiting = spawnRelay(['wait', 'nobody', '--force'], { env: relay.env });
    await delayUntilConnected();
    waiting.kill('SIGINT');
    expect((await waiting.exited).code).toBe(130);
    expect((await run(['wait', 'pump'], { RELAY_AUTH_KEY: 'wrong' })).code).toBe(3);
    expect((await run(['wait', 'pump'], { RELAY_URL: 'ws://127.0.0.1:1' })).code).toBe(4);
  });
});

/** A command has connected when its session is in the room. */
async function delayUntilConnected(): Promise<void> {
  for (;;) {
    const presence = await callApiOk(relay, '/api/presence/', { key: key() });
    if (Object.keys(presence).some((id) => id.startsWith('cli-'))) return;
    await delay(10);
  }
}

describe('relay tap', () => {
  it('shows what passes, with what the relay did, every digit as it was sent', async () => {
    await using tapping = spawnRelay(['tap', '--count', '3', '--json'], { env: relay.env });
    await tapping.stderr.waitFor(/listening in on the room/);
    await using gate = await logInRaw(relay.url, key(), 'gate');
    await using hand = await logInRaw(relay.url, key(), 'hand');
    hand.sendText('{"target":"gate","n":1.0}');
    await gate.nextText();
    hand.sendText('{"target":"pump","n":12345678901234567890}');
    await enqueue('gate', { n: 3, _ttl: 0 });
    const { code, stdout } = await tapping.exited;
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toEqual([
      '{"from":"hand","target":"gate","outcome":"sent","payload":{"target":"gate","n":1.0}}',
      '{"from":"hand","target":"pump","outcome":"queued","payload":{"target":"pump","n":12345678901234567890}}',
      expect.stringMatching(/^\{"from":"http","target":"gate","outcome":"sent",/),
    ]);
  });

  it('shows only what was asked for, as people read it, until Ctrl+C', async () => {
    await using tapping = spawnRelay(['tap', 'gate', 'lamp', '--filter=-cmd=ping'], { env: relay.env });
    await tapping.stderr.waitFor(/listening in on gate, lamp/);
    await enqueue('pump', { cmd: 'open' });
    await enqueue('lamp', { cmd: 'ping' });
    await enqueue('lamp', { cmd: 'open' });
    await tapping.stdout.waitFor(/\n/);
    tapping.kill('SIGINT');
    const { code, stdout } = await tapping.exited;
    expect(code).toBe(130);
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d http → lamp queued \{"target":"lamp","cmd":"open"\}\n$/);
  });

  it('exits 6 with fewer than were asked for, 1 where there is no such thing, 2 with a device token, 4 where nobody is', async () => {
    const late = await run(['tap', 'nobody', '--count', '1', '--timeout', '1ms']);
    expect(late).toMatchObject({ code: 6, stderr: expect.stringContaining('0 of 1 messages passed within 1ms') });
    await using published = await startPublishedRelay();
    expect(await run(['tap'], { RELAY_URL: published.url })).toMatchObject({ code: 1 });
    expect((await run(['tap'], { RELAY_AUTH_KEY: undefined, RELAY_DEVICE_TOKEN: tokens.pump })).code).toBe(2);
    expect((await run(['tap'], { RELAY_URL: 'ws://127.0.0.1:1' })).code).toBe(4);
  });
});

describe('relay queue', () => {
  let seqs: readonly number[];
  beforeAll(async () => {
    await callApiOk(relay, '/api/queue/pump', { key: key(), method: 'DELETE' });
    for (const n of [1, 2, 3]) await enqueue('pump', { n, sender: 'console', _id: `m-${n}` });
    const queue = await callApiOk<{ readonly messages: readonly { readonly seq: number }[] }>(
      relay,
      '/api/queue/pump',
      {
        key: key(),
      },
    );
    seqs = queue.messages.map(({ seq }) => seq);
  });
  const waiting = async () => (await callApiOk(relay, '/api/queue/pump', { key: key() })).waiting;

  it('lists who has messages waiting, and shows them', async () => {
    const { queues } = JSON.parse((await run(['queue', 'ls', '--json'])).stdout);
    expect(queues).toContainEqual({ target: 'pump', waiting: 3, bytes: expect.any(Number) });
    expect((await run(['queue', 'ls'])).stdout).toMatch(/^CLIENT +WAITING +SIZE\n(.*\n)*pump +3 +\d+B$/m);
    const shown = await run(['queue', 'show', 'pump']);
    expect(shown.stdout.split('\n')).toHaveLength(5);
    expect(shown.stdout).toMatch(
      /^SEQ +FROM +QUEUED +EXPIRES +STATE +MESSAGE\n\d+ +console .* waits +\{"target":"pump","n":1,/,
    );
    const detail = JSON.parse((await run(['queue', 'show', 'pump', '--json'])).stdout);
    expect(detail.messages.map((message: { readonly seq: number }) => message.seq)).toEqual(seqs);
  });

  it('cancels one, after it was asked', async () => {
    const seq = String(seqs[1]);
    const unasked = await run(['queue', 'cancel', 'pump', seq]);
    expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    const dry = await run(['queue', 'cancel', 'pump', seq, '--dry-run']);
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining(`would cancel message ${seq} to pump: {`) });
    expect(await waiting()).toBe(3);
    const done = await run(['queue', 'cancel', 'pump', seq, '--yes', '--json']);
    expect(JSON.parse(done.stdout)).toEqual({ target: 'pump', seq: seqs[1], cancelled: 1, attempts: 0 });
    expect(await waiting()).toBe(2);
    expect(await run(['queue', 'cancel', 'pump', seq, '--yes'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not wait for pump'),
    });
  });

  it.runIf(hasTool('python3-websocket'))(
    'asks at a terminal, naming the place, and takes no for an answer',
    async () => {
      await using asking = spawnRelayInTerminal(['queue', 'purge', 'pump'], { env: relay.env });
      await asking.stdout.waitFor(/Cancel 2 messages to pump at 127\.0\.0\.1:\d+\? \[y\/N\]/);
      asking.write('n\r');
      expect((await asking.exited).code).toBe(1);
      expect(await waiting()).toBe(2);
    },
  );

  it('purges all that waits, and says how many', async () => {
    const dry = await run(['queue', 'purge', 'pump', '--dry-run', '--json']);
    expect(JSON.parse(dry.stdout)).toEqual({ target: 'pump', cancelled: 0, would_cancel: 2 });
    expect(await run(['queue', 'purge', 'pump', '--yes'])).toMatchObject({
      code: 0,
      stderr: '2 messages to pump cancelled\n',
    });
    expect(await waiting()).toBe(0);
    expect(await run(['queue', 'show', 'pump'])).toMatchObject({ code: 0, stderr: 'nothing waits for pump\n' });
  });

  it('cannot cancel what is handed over already', async () => {
    await enqueue('pump', { n: 4 });
    await using pump = await openRawWebSocket(relay.url, { answersPings: false });
    pump.sendJson({ auth_key: key(), sender: 'pump' });
    await pump.nextJson();
    await pump.nextJson();
    const { code, stderr } = await run(['queue', 'purge', 'pump', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('handed to it already');
  });

  /** A message waits for the client that was handed to it once, without proof; answers its number. */
  async function enqueueAndHandOver(id: string): Promise<number> {
    await enqueue(id, { n: 5 });
    {
      await using client = await openRawWebSocket(relay.url, { answersPings: false });
      client.sendJson({ auth_key: key(), sender: id });
      await client.nextJson();
      await client.nextJson();
    }
    const shown = async () => JSON.parse((await run(['queue', 'show', id, '--json'])).stdout).messages[0];
    return await vi.waitUntil(
      async () => {
        const { handed, seq } = await shown();
        return handed === false && Number(seq);
      },
      { timeout: 15_000 },
    );
  }

  it('says of one that was handed over before that it may have run', async () => {
    const seq = await enqueueAndHandOver('lock');
    const { code, stderr } = await run(['queue', 'cancel', 'lock', String(seq), '--yes']);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/handed over before, and may have run\n$/),
    });
  });

  it('says how many of those that it purges were handed over before', async () => {
    await enqueueAndHandOver('latch');
    await enqueue('latch', { n: 6 });
    expect(await run(['queue', 'purge', 'latch', '--yes'])).toMatchObject({
      code: 0,
      stderr: '2 messages to latch cancelled; 1 of them was handed over before, and may have run\n',
    });
    await enqueueAndHandOver('latch');
    const { stdout } = await run(['queue', 'purge', 'latch', '--yes', '--json']);
    expect(JSON.parse(stdout)).toEqual({ target: 'latch', cancelled: 1, attempted: 1 });
  });

  it('exits 5 for a name that the room has never seen, and 3 for a wrong key', async () => {
    expect(await run(['queue', 'show', 'pmup'])).toMatchObject({ code: 5, stderr: expect.stringContaining('"pump"') });
    expect((await run(['queue', 'ls'], { RELAY_AUTH_KEY: 'wrong' })).code).toBe(3);
  });
});

describe('relay device show', () => {
  it('shows the last outcomes, newest first', async () => {
    const tooLate = callApiOk(relay, '/api/messages/', {
      key: key(),
      method: 'POST',
      body: { target: 'lamp', _ttl: 0 },
    });
    await expect(tooLate).rejects.toThrow('target_offline');
    const { stdout } = await run(['device', 'show', 'lamp']);
    expect(stdout).toMatch(/\n\nLAST OUTCOMES +FROM +OUTCOME +ID\n[-\d]+ [:\d]+ +http +target_offline/);
  });
});
