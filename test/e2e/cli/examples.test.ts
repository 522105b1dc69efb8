/**
 * The examples of `--help` are taken from there and run as they stand, through a shell. Only what nobody can know
 * beforehand is put in their place: the address of the test's relay, and a key of it.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { commandTable } from '../../../src/cli/command-table.ts';
import { createRelayClient } from '../../../src/client/relay-client.ts';
import type { RelayClient } from '../../../src/client/types.ts';
import { makeCertificates } from '../../client/certificates.ts';
import { hasTool } from '../../tools.ts';
import { makeTemporaryFolder, runRelay, type ServedRelay, startServe } from '../built-relay.ts';
import { makeCommandFolder, spawnRelayInTerminal, spawnShell } from './shell.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
let commands: string;
let folder: string;
let gate: RelayClient;
let spareKey: string;
/** A message that waits for pump-2. */
let waitingSeq: number;

const run = (args: readonly string[], input = '') =>
  runRelay(args, { env: { ...relay.env, RELAY_CONFIG_DIR: join(folder, 'config') }, input });

beforeAll(async () => {
  relay = await startServe();
  commands = makeCommandFolder();
  folder = makeTemporaryFolder();
  const keys = relay.bootstrap;
  writeFileSync(join(folder, 'commands.ndjson'), '{"cmd":"open"}\n{"cmd":"close"}\n');
  writeFileSync(join(folder, 'key.txt'), `${keys?.authKey}\n`);
  writeFileSync(join(folder, 'admin.txt'), `${keys?.adminKey}\n`);
  for (const device of ['pump-1', 'pump-2']) await run(['device', 'add', device]);
  await run(['profile', 'add', 'local', '--url', relay.url, '--auth-key-stdin'], keys?.authKey);
  for (const n of [1, 2]) await run(['send', '--force', '-t', 'console', `n:=${n}`]);
  spareKey = JSON.parse((await run(['key', 'add', '--json'])).stdout).key;
});
afterAll(async () => {
  await gate.close();
  await relay[Symbol.asyncDispose]();
  for (const path of [commands, folder]) rmSync(path, { recursive: true, force: true });
});

/** Keeps gate online from the moment that it is registered; it answers whoever calls it. */
async function keepGateOnline(): Promise<void> {
  const credentials = { authKey: relay.bootstrap?.authKey ?? '', sender: 'gate' };
  gate = createRelayClient({ url: relay.url, credentials });
  gate.on('message', ({ id, payload }) => {
    if (id !== undefined) void gate.send(String(payload.sender), { _re: id, ok: true }).catch(() => undefined);
  });
  await gate.ready();
}

async function noteWaitingSeq(): Promise<void> {
  await run(['send', '-t', 'pump-2', 'cmd=wait']);
  const { stdout } = await run(['queue', 'show', 'pump-2', '--json']);
  waitingSeq = JSON.parse(stdout).messages.at(-1).seq;
}

function withRealNames(example: string): string {
  const { host } = new URL(relay.http);
  return example
    .replace(/(wss|https):\/\/relay\.example(\.org)?/, `http://${host}`)
    .replace('relay.example.org', host)
    .replace('7Kq2bX0dPz4A', spareKey)
    .replace('pump-2 7', `pump-2 ${waitingSeq}`);
}

interface Expectation {
  /** How it ends; 0 unless said. */
  readonly code?: number;
  /** It runs on until Ctrl+C, which comes when this has been printed. */
  readonly until?: RegExp;
  /** What stands on standard output. */
  readonly stdout?: RegExp;
  /** Runs in a terminal, where it is asked and answers. */
  readonly dialogue?: readonly (readonly [question: RegExp, answer: string])[];
  /** Done when it has said that it is ready. */
  readonly meanwhile?: { readonly ready: RegExp; readonly run: () => Promise<unknown> };
  /** Done before it. */
  readonly before?: () => Promise<unknown>;
}

/** What is special about an example; every other one ends with 0 by itself. */
const expectations: Readonly<Record<string, () => Expectation>> = {
  'relay serve': () => ({ until: /listening at ws:\/\/127/, code: 130 }),
  'relay serve --data ./relay-data --port 0 --json': () => ({ until: /"event":"listening"/, code: 130 }),
  'relay serve --host 0.0.0.0 --tls-cert chain.pem --tls-key key.pem': () => ({
    until: /listening at wss:\/\/127/,
    code: 130,
    before: async () => makeCertificate(),
  }),
  "relay send -t 'pump-*' cmd=set speed:=100": () => ({ stdout: /^pump-1 +queued.*\npump-2 +queued/m }),
  'relay call -t gate \'{"cmd":"status"}\'': () => ({ stdout: /^\{"_re":".*","ok":true,.*\}\n$/ }),
  'relay wait gate --for online --timeout 5s --json': () => ({ stdout: /^\{"gate":"online"\}\n$/ }),
  'relay tap': () => ({ until: /listening in on the room/, code: 130 }),
  "relay tap gate --filter 'cmd=open' --count 1 --json": () => ({
    meanwhile: { ready: /listening in on gate/, run: () => run(['send', '-t', 'gate', 'cmd=open']) },
    stdout: /^\{"from":"cli-.*","target":"gate","outcome":"sent","payload":\{"cmd":"open",.*\}\}\n$/,
  }),
  'relay queue cancel pump-2 7 --dry-run': () => ({ before: noteWaitingSeq, stdout: /^would cancel message \d+/ }),
  'relay queue show pump-2': () => ({ before: noteWaitingSeq, stdout: /^\d+ +cli-.*"cmd":"wait"/m }),
  'relay doctor --to gate': () => ({ stdout: /^ok {4}device +gate is online since/m }),
  'relay listen --as console --json': () => ({ until: /"n":2/, stdout: /^\{"n":1,.*\}\n\{"n":2,.*\}\n$/, code: 130 }),
  'relay listen --as console --count 1 --timeout 30s': () => ({
    before: () => run(['send', '--force', '-t', 'console', 'n:=3']),
    stdout: /^\{"n":3,.*\}\n$/,
  }),
  'relay listen --as pump-1 --exec ./pump.sh --kill-after 10s': () => ({
    before: async () => {
      writeFileSync(join(folder, 'pump.sh'), '#!/bin/sh\necho ran >&2\n', { mode: 0o755 });
      await run(['send', '-t', 'pump-1', 'cmd=run']);
    },
    until: /^ran$/m,
    code: 130,
    stdout: /"cmd":"run"/,
  }),
  'relay record console.ndjson --as console --count 2': () => ({
    before: async () => {
      for (const n of [4, 5]) await run(['send', '--force', '-t', 'console', `n:=${n}`]);
    },
  }),
  'relay record room.ndjson --tap --count 3 --timeout 1m': () => ({
    meanwhile: {
      ready: /recording what passes in the room/,
      run: () => run(['send', '-t', 'pump-2', '-', '-q'], '{"n":1}\n{"n":2}\n{"n":3}\n'),
    },
  }),
  'relay replay room.ndjson --dry-run': () => ({ stdout: /^pump-2 +offline +3$/m }),
  'relay snippet ls': () => ({ stdout: /^say +– +text, volume +\{"cmd":"say"/m }),
  'relay snippet rm say': () => ({ dialogue: [[/Forget the snippet say\? \[y\/N\] /, 'y']] }),
  'relay sim --count 3 --delay 200ms': () => ({ until: /online: sim-\d, sim-\d, sim-\d/, code: 130 }),
  'relay bench --json --duration 2s --pairs 4 --size 1KiB': () => ({
    stdout: /^\{.*"p50_us":\d+.*"p99_us":\d+.*"messages_per_s":\d+.*\}\n$/,
  }),
  'relay presence -q gate && echo reachable': () => ({ stdout: /^reachable\n$/ }),
  'relay presence --watch --json': () => ({ until: /"gate":"online"/, code: 130 }),
  'relay device add gate': () => ({ stdout: /^Token: {4}rly_device_/m }),
  'relay device show gate': () => ({ before: keepGateOnline, stdout: /^presence +online$/m }),
  'relay key add --admin --data ./relay-data': () => ({ stdout: /^rly_admin_\S+\n$/ }),
  'relay key rm 7Kq2bX0dPz4A --yes': () => ({}),
  'relay key rm 7Kq2bX0dPz4A --yes --json': () => ({
    before: async () => {
      spareKey = JSON.parse((await run(['key', 'add', '--json'])).stdout).key;
    },
    stdout: /"removed":true/,
  }),
  'relay backup relay.backup --data ./relay-data --yes': () => ({ stdout: /^$/ }),
  'relay restore relay.backup --data ./restored-too --json': () => ({
    stdout: /^\{"data":".\/restored-too","schema":\d+,"users":1,"devices":0,"messages":0\}\n$/,
  }),
  'relay login relay.example.org': () => ({
    dialogue: [[/\(not shown\): /, relay.bootstrap?.authKey ?? '']],
  }),
  'relay profile rm prod': () => ({
    before: () => run(['profile', 'add', 'prod', '--url', relay.url]),
    dialogue: [[/Forget profile prod .*\[y\/N\] /, 'y']],
  }),
  'relay profile rm prod --yes --json': () => ({
    before: () => run(['profile', 'add', 'prod', '--url', relay.url]),
    stdout: /^\{"profile":"prod","removed":true\}\n$/,
  }),
};

function makeCertificate(): void {
  const { cert, key } = makeCertificates(['IP:127.0.0.1']);
  writeFileSync(join(folder, 'chain.pem'), cert);
  writeFileSync(join(folder, 'key.pem'), key);
}

/** Commands that find their relay in the environment; profiles and logins are about the saved ones. */
function environmentFor(example: string): Readonly<Record<string, string>> {
  const saved = { RELAY_CONFIG_DIR: join(folder, 'config'), RELAY_SERVE_PORT: '0' };
  return /^relay (profile|login) /.test(example) ? saved : { ...saved, ...relay.env };
}

async function runExample(example: string): Promise<void> {
  const expectation = expectations[example]?.() ?? {};
  await expectation.before?.();
  const options = { env: environmentFor(example), cwd: folder };
  const line = withRealNames(example);
  await using process =
    expectation.dialogue === undefined
      ? spawnShell(line, commands, options)
      : spawnRelayInTerminal(line.split(' ').slice(1), options);
  for (const [question, answer] of expectation.dialogue ?? []) {
    await process.stdout.waitFor(question);
    process.write(`${answer}\r`);
  }
  if (expectation.meanwhile !== undefined) {
    await process.stderr.waitFor(expectation.meanwhile.ready);
    await expectation.meanwhile.run();
  }
  if (expectation.until !== undefined) {
    await Promise.any([process.stdout.waitFor(expectation.until), process.stderr.waitFor(expectation.until)]);
    process.kill('SIGINT');
  }
  const { code, stdout, stderr } = await process.exited;
  expect({ code, stderr }).toEqual({ code: expectation.code ?? 0, stderr: expect.any(String) });
  expect(stdout).toMatch(expectation.stdout ?? /^/);
}

/** The order matters where one makes what another uses: device add before device ls, user add before user rm. */
const names = commandTable.flatMap((entry) =>
  'commands' in entry
    ? entry.commands.map(({ usage }) => `${entry.usage} ${usage.split(' ')[0]}`)
    : [entry.usage.split(' ')[0] ?? ''],
);
const first = ['device add', 'device show', 'user add', 'profile add'];
const last = ['snippet rm', 'device rm', 'user rm', 'profile rm'];
const rank = (name: string) => (first.includes(name) ? 0 : last.includes(name) ? 2 : 1);
const ordered = names.toSorted((one, other) => rank(one) - rank(other));

describe.runIf(hasTool('python3-websocket') && hasTool('openssl'))('the examples of --help do what they say', () => {
  it.each(ordered)('relay %s', async (name) => {
    const { stdout } = await runRelay([...name.split(' '), '--help']);
    const examples = stdout.split('\n').flatMap((text) => /^ {2}(relay .*)$/.exec(text)?.[1] ?? []);
    expect(examples.length).toBeGreaterThanOrEqual(2);
    for (const example of examples) await runExample(example);
  });
});
