import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeCertificates } from '../../client/certificates.ts';
import { hasTool } from '../../tools.ts';
import { makeTemporaryFolder, runRelay, type ServedRelay, spawnRelay, startServe } from '../built-relay.ts';
import { callApiOk } from '../contract/http-api.ts';
import { until } from '../contract/until.ts';
import { openRawWebSocket } from '../raw-websocket.ts';
import { startPublishedRelay } from './published-relay.ts';
import { logInRaw } from './raw-login.ts';
import { spawnRelayInTerminal } from './shell.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
let folder: string;
beforeAll(async () => {
  relay = await startServe({ limits: { queue_messages: '3' } });
  folder = makeTemporaryFolder();
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const records = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const key = () => relay.bootstrap?.authKey ?? '';

/** A device that nobody else uses, so that its queue holds what one test sends. */
let devices = 0;
async function makeDevice(): Promise<{ readonly id: string; readonly token: string }> {
  devices += 1;
  const body = { device: `device-${devices}` };
  const added = await callApiOk<{ readonly device_token: string }>(relay, '/api/devices/', {
    key: key(),
    method: 'POST',
    body,
  });
  return { id: body.device, token: added.device_token };
}

async function waiting(id: string): Promise<unknown> {
  return (await callApiOk(relay, `/api/devices/${id}`, { key: key() })).waiting;
}

const send = (args: readonly string[], options: { readonly env?: object; readonly input?: string } = {}) =>
  runRelay(['send', ...args], { ...options, env: { ...relay.env, ...options.env } });

/** What waits for a device, as it gets it. */
async function received(id: string, count: number): Promise<readonly string[]> {
  await using device = await logInRaw(relay.url, key(), id);
  const texts: string[] = [];
  while (texts.length < count) texts.push(await device.nextText());
  return texts;
}

describe('relay send', () => {
  it('sends the text as it was typed, with target and sender behind it', async () => {
    const { id } = await makeDevice();
    const { code, stdout, stderr } = await send(['-t', id, '{"n": 12345678901234567890, "x":1.0}']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toBe(`${id}: queued: it gets it when it is there and reads\n`);
    const [line] = await received(id, 1);
    expect(line).toMatch(
      new RegExp(
        `^\\{"n": 12345678901234567890, "x":1\\.0,"target":"${id}","sender":"cli-[0-9a-f]{12}","_id":"[0-9a-f]{8}-1","_offline_queued":true\\}$`,
      ),
    );
  });

  it('says with --json one line a target', async () => {
    const [one, two] = [await makeDevice(), await makeDevice()];
    const { code, stdout, stderr } = await send(['-t', one.id, '-t', two.id, 'a=1', '--json']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(records(stdout)).toEqual([
      { target: one.id, status: 'queued', ms: expect.any(Number) },
      { target: two.id, status: 'queued', ms: expect.any(Number) },
    ]);
  });

  it('reaches a target that is online', async () => {
    const { id } = await makeDevice();
    await using device = await logInRaw(relay.url, key(), id);
    expect(await send(['-t', id, 'cmd=open'])).toMatchObject({ code: 0, stderr: `${id}: delivered\n` });
    expect(await device.nextJson()).toMatchObject({ cmd: 'open', target: id });
  });

  it('gives RELAY_SENDER as the address of answers, and takes that session from nobody', async () => {
    const { id } = await makeDevice();
    await using console_ = await logInRaw(relay.url, key(), 'console');
    expect((await send(['-t', id, 'a=1'], { env: { RELAY_SENDER: 'console' } })).code).toBe(0);
    const [line = ''] = await received(id, 1);
    expect(JSON.parse(line).sender).toBe('console');
    expect((await send(['-t', 'console', 'still=there'])).code).toBe(0);
    expect(await console_.nextJson()).toMatchObject({ still: 'there' });
  });

  it('sends each line of standard input, and a file', async () => {
    const { id } = await makeDevice();
    const { code, stdout } = await send(['-t', id, '-', '--json'], { input: '{"n":1}\n\n{"n":2}\n' });
    expect(code).toBe(0);
    const counts = { messages: 2, delivered: 0, queued: 2, failed: 0 };
    expect(records(stdout)).toEqual([{ target: id, status: 'queued', ms: expect.any(Number), ...counts }]);
    const file = join(folder, 'message.json');
    writeFileSync(file, '{\n  "n": 3\n}\n');
    expect((await send(['-t', id, `@${file}`])).code).toBe(0);
    const lines = await received(id, 3);
    expect(lines.map((line) => JSON.parse(line).n)).toEqual([1, 2, 3]);
  });

  it('sends nothing with --dry-run, and says to whom it would', async () => {
    const { id } = await makeDevice();
    const { code, stdout } = await send(['-t', id, '-t', 'nobody', 'a=1', '--dry-run', '--json']);
    expect(code).toBe(0);
    expect(records(stdout)).toEqual([
      { target: id, state: 'offline' },
      { target: 'nobody', state: 'unknown' },
    ]);
    expect(await waiting(id)).toBe(0);
  });
});

describe('relay send that is refused', () => {
  it('exits 5 for a target that the room has never seen, with the one that was meant, unless --force', async () => {
    const { id } = await makeDevice();
    const mistyped = id.replace('device', 'devcie');
    const { code, stdout, stderr } = await send(['-t', mistyped, 'a=1']);
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(stderr).toContain(`did you mean "${id}"?`);
    expect((await send(['-t', mistyped, 'a=1', '--force', '-q'])).code).toBe(0);
    expect((await send(['-t', mistyped, 'a=1', '-q'])).code).toBe(0);
  });

  it('exits 5 when the queue is full, with its code, and the others are sent', async () => {
    const [full, other] = [await makeDevice(), await makeDevice()];
    await send(['-t', full.id, '-'], { input: '{"n":1}\n{"n":2}\n{"n":3}\n' });
    const { code, stdout } = await send(['-t', full.id, '-t', other.id, 'a=1', '--json']);
    expect(code).toBe(5);
    expect(records(stdout)).toEqual([
      { target: full.id, status: 'error', code: 'queue_full', message: expect.any(String), ms: expect.any(Number) },
      { target: other.id, status: 'queued', ms: expect.any(Number) },
    ]);
  });

  it('exits 3 for a key that is not valid, and shows it nowhere', async () => {
    const key = 'rly_master_aaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb';
    const { code, stdout, stderr } = await send(['-t', 'x', 'a=1'], { env: { RELAY_AUTH_KEY: key } });
    expect(code).toBe(3);
    expect(stdout + stderr).not.toContain(key);
    expect(stderr).toMatch(/^relay: .*\n$/);
  });

  it('exits 4 where nobody listens, naming the place, in one sentence', async () => {
    const { code, stderr } = await send(['-t', 'x', 'a=1'], { env: { RELAY_URL: 'ws://127.0.0.1:1/ws/connect/' } });
    expect(code).toBe(4);
    expect(stderr).toMatch(/^relay: .*127\.0\.0\.1:1.*\n$/);
  });

  it('exits 2 for what was written wrong, before anything is sent', async () => {
    const { id, token } = await makeDevice();
    const refusals = [
      { args: ['-t', id, '{"a":'], says: 'is not JSON' },
      { args: ['-t', id, '{"target":"another"}'], says: '"another"' },
      { args: ['-t', 'a,b', '{}'], says: 'is no client id' },
      { args: ['-t', id, '{}', '--profile', 'nowhere'], says: 'no profile "nowhere"' },
      { args: ['-t', id, '{}', '--url', 'ws://127.0.0.1:1'], says: 'a key from elsewhere never goes there' },
      {
        args: ['-t', id, '{}', '--take-over'],
        env: { RELAY_AUTH_KEY: undefined, RELAY_DEVICE_TOKEN: token },
        says: '--take-over need a master key',
      },
      { args: ['-t', id, '{}', '--no-queue', '--ttl', '5s'], says: 'contradict' },
      { args: ['-t', id, '{}', '--wait', 'read'], says: 'wait' },
    ];
    for (const { args, env, says } of refusals) {
      const { code, stdout, stderr } = await send(args, env === undefined ? {} : { env });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(says);
    }
    expect(await waiting(id)).toBe(0);
  });

  it('takes the key from standard input, and refuses to read messages there too', async () => {
    const { id } = await makeDevice();
    const env = { RELAY_AUTH_KEY: undefined, RELAY_URL: undefined };
    const args = ['-t', id, '--url', relay.url, '--auth-key-stdin'];
    expect((await send([...args, 'a=1'], { env, input: `${key()}\n` })).code).toBe(0);
    expect((await send([...args, '-'], { env, input: `${key()}\n{}\n` })).code).toBe(2);
  });
});

describe('relay send with a device token', () => {
  it('goes over HTTP, so that the session of the device goes on', async () => {
    const [from, to] = [await makeDevice(), await makeDevice()];
    const env = { RELAY_AUTH_KEY: undefined, RELAY_DEVICE_TOKEN: from.token };
    await using device = await openRawWebSocket(relay.url);
    device.sendJson({ device_token: from.token });
    expect(await device.nextJson()).toMatchObject({ status: 'authenticated' });
    const { code, stdout } = await send(['-t', to.id, '-t', from.id, 'a=1', '--json'], { env });
    expect(code).toBe(0);
    expect(records(stdout)).toEqual([
      { target: to.id, status: 'queued', ms: expect.any(Number) },
      { target: from.id, status: 'delivered', ms: expect.any(Number) },
    ]);
    expect(await device.nextJson()).toMatchObject({ a: '1' });
    const [line = ''] = await received(to.id, 1);
    expect(JSON.parse(line)).toMatchObject({ a: '1', target: to.id });
    expect(await send(['-t', to.id, 'a=1', '--wait', 'delivered', '--timeout', '1s'], { env })).toMatchObject({
      code: 6,
    });
  });
});

describe('relay send that waits', () => {
  it('for the delivery: it is proven, or taken back', async () => {
    const { id } = await makeDevice();
    const late = await send(['-t', id, 'n:=1', '--wait', 'delivered', '--timeout', '1s']);
    expect(late).toMatchObject({ code: 6, stderr: expect.stringMatching(/cancelled, it will not run\n$/) });
    await using device = await logInRaw(relay.url, key(), id);
    const { code, stdout } = await send(['-t', id, 'n:=2', '--wait', 'delivered', '--json']);
    expect(code).toBe(0);
    expect(records(stdout)).toEqual([{ target: id, status: 'delivered', ms: expect.any(Number) }]);
    expect(await device.nextJson()).toMatchObject({ n: 2 });
  });

  it('for the delivery, and is interrupted: it is taken back', async () => {
    const { id } = await makeDevice();
    const args = ['send', '-t', id, 'n:=1', '--wait', 'delivered', '--timeout', '1h', '--json'];
    await using sending = spawnRelay(args, { env: relay.env });
    await until('it waits', async () => (await waiting(id)) === 1);
    sending.kill('SIGINT');
    const { code, stdout } = await sending.exited;
    expect(code).toBe(130);
    expect(records(stdout)).toMatchObject([{ target: id, code: 'interrupted', fate: 'cancelled' }]);
    expect(await waiting(id)).toBe(0);
  });

  it('for nothing, and not for a target that is not there', async () => {
    const { id } = await makeDevice();
    expect(records((await send(['-t', id, 'a=1', '--wait', 'sent', '--json'])).stdout)).toMatchObject([
      { status: 'sent' },
    ]);
    const { code, stdout } = await send(['-t', id, 'a=1', '--no-queue', '--json']);
    expect(code).toBe(5);
    expect(records(stdout)).toMatchObject([{ status: 'error', code: 'target_offline' }]);
  });
});

describe('relay send to many', () => {
  it('finds those that a glob means, and shows a table', async () => {
    const [one, two] = [await makeDevice(), await makeDevice()];
    const { code, stdout } = await send(['-t', `${one.id}*`, '-t', two.id, '-t', 'none-*', 'a=1']);
    expect(code).toBe(5);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/ {2,}/).slice(0, 2));
    expect(rows).toEqual([
      ['TARGET', 'STATUS'],
      [one.id, 'queued'],
      [two.id, 'queued'],
      ['none-*', 'error'],
    ]);
  });

  it('keeps the order of a long input, pipelined, and counts it', async () => {
    await using fast = await startServe({
      limits: { message_rate: '50000', message_burst: '50000', user_message_rate: '50000' },
    });
    await using sink = await logInRaw(fast.url, fast.bootstrap?.authKey ?? '', 'sink');
    const count = 5_000;
    const input = Array.from({ length: count }, (_, n) => `{"n":${n}}\n`).join('');
    const sending = runRelay(['send', '-t', 'sink', '-', '--json'], { env: fast.env, input });
    for (let n = 0; n < count; n++) expect((await sink.nextJson()).n).toBe(n);
    const { code, stdout } = await sending;
    expect(code).toBe(0);
    expect(records(stdout)).toMatchObject([{ status: 'delivered', messages: count, delivered: count }]);
  });

  it.runIf(hasTool('python3-websocket'))(
    'shows at a terminal how far a long input is, and ends on Ctrl+C',
    async () => {
      const admin = { key: relay.bootstrap?.adminKey, method: 'POST' } as const;
      const limits = { message_burst: '10', message_rate: '20' };
      const { auth_key } = await callApiOk<{ readonly auth_key: string }>(relay, '/api/admin/users/', {
        ...admin,
        body: { user: 'slow', limits },
      });
      await using _sink = await logInRaw(relay.url, auth_key, 'sink');
      const file = join(folder, 'long.ndjson');
      writeFileSync(file, '{"cmd":"step"}\n'.repeat(1_000));
      const env = { RELAY_URL: relay.url, RELAY_AUTH_KEY: auth_key };
      await using sending = spawnRelayInTerminal(['send', '-t', 'sink', `@${file}`], { env });
      await sending.stdout.waitFor(/\[#*-+\] {1,2}[1-9]% {2}\d+ sent, \d+ a second/);
      sending.write('\u0003');
      expect((await sending.exited).code).toBe(130);
    },
  );

  it('says what became of the lines before one that is no message, and exits 2', async () => {
    const { id } = await makeDevice();
    const { code, stdout, stderr } = await send(['-t', id, '-', '--json'], { input: '{"n":1}\nnonsense\n{"n":3}\n' });
    expect(code).toBe(2);
    expect(records(stdout)).toMatchObject([{ target: id, status: 'queued' }]);
    expect(stderr).toContain('line 2 of standard input is not JSON');
  });
});

describe.runIf(hasTool('openssl'))('relay send over TLS', () => {
  it('trusts authorities of its own with --ca-file, and says so where it does not', async () => {
    const { ca, cert, key } = makeCertificates(['IP:127.0.0.1']);
    const [caFile, certFile, keyFile] = [join(folder, 'ca.pem'), join(folder, 'cert.pem'), join(folder, 'key.pem')];
    writeFileSync(caFile, ca);
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
    await using secure = await startServe({ args: ['--tls-cert', certFile, '--tls-key', keyFile] });
    expect(secure.url).toMatch(/^wss:/);
    const args = ['-t', 'x', 'a=1', '--force'];
    expect((await send([...args, '--ca-file', caFile], { env: secure.env })).code).toBe(0);
    const untrusted = await send(args, { env: secure.env });
    expect(untrusted).toMatchObject({ code: 4, stderr: expect.stringContaining('--ca-file') });
  });
});

describe('relay send to a server that knows the published contract alone (PROTOCOL A)', () => {
  it('sends, and says what it cannot check', async () => {
    await using server = await startPublishedRelay();
    const { code, stderr } = await send(['-t', 'anyone', 'a=1'], { env: { RELAY_URL: server.url } });
    expect(code).toBe(0);
    expect(stderr).toContain('cannot check whether the targets are known');
    expect(server.received.map((text) => JSON.parse(text))).toContainEqual(
      expect.objectContaining({ a: '1', target: 'anyone' }),
    );
  });

  it('exits 1 where a promise could not be kept, before anything is sent', async () => {
    await using server = await startPublishedRelay();
    for (const flags of [['--wait', 'delivered'], ['--ttl', '5s'], ['--no-queue']]) {
      const { code, stderr } = await send(['-t', 'x', 'a=1', ...flags], { env: { RELAY_URL: server.url } });
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('nothing was sent') });
    }
    expect(server.received.filter((text) => text.includes('"a"'))).toEqual([]);
  });

  it('exits 6 when the server gives no word in time', async () => {
    await using server = await startPublishedRelay({ answersPings: false });
    const { code, stdout } = await send(['-t', 'x', 'a=1', '--json', '--timeout', '50ms'], {
      env: { RELAY_URL: server.url },
    });
    expect(code).toBe(6);
    expect(records(stdout)).toEqual([expect.objectContaining({ target: 'x', status: 'error', code: 'timeout' })]);
  });

  it('ends at once on Ctrl+C and SIGTERM', async () => {
    await using server = await startPublishedRelay({ answersPings: false });
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const env = { ...relay.env, RELAY_URL: server.url };
      await using waiting = spawnRelay(['send', '-t', 'x', `signal=${signal}`, '--timeout', '1h'], { env });
      await server.waitFor((text) => text.includes(signal));
      waiting.kill(signal);
      expect((await waiting.exited).code).toBe(code);
    }
  });
});
