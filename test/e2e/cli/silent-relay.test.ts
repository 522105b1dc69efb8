/** Every command that talks to a relay, at one that takes the connection and says nothing: it ends at Ctrl+C, and by itself. */
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { commandTable } from '../../../src/cli/command-table.ts';
import { makeTemporaryFolder, spawnRelay } from '../built-relay.ts';
import type { WatchedProcess } from '../watched-process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: Server;
let env: Readonly<Record<string, string>>;
let folder: string;
const sockets = new Set<Socket>();
beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  folder = makeTemporaryFolder();
  env = {
    RELAY_URL: `ws://127.0.0.1:${port}`,
    RELAY_AUTH_KEY: 'a-key',
    RELAY_ADMIN_KEY: 'another-key',
    RELAY_CONFIG_DIR: folder,
  };
  writeFileSync(
    join(folder, 'recording.ndjson'),
    '{"at":"2026-01-01T00:00:00.000Z","ms":0,"from":"a","target":"b","payload":{}}\n',
  );
  writeFileSync(join(folder, 'snippets.json'), '{"snippets":{"open":{"payload":"{}","targets":["gate"]}}}');
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A use of each command, by its name in the table. */
const uses: Readonly<Record<string, readonly string[]>> = {
  send: ['-t', 'gate', 'cmd=open'],
  call: ['-t', 'gate', 'cmd=open'],
  listen: ['--as', 'console', '--take-over'],
  record: ['new.ndjson', '--as', 'console', '--take-over'],
  replay: ['recording.ndjson', '--yes'],
  'snippet send': ['open'],
  sim: ['mouse'],
  bench: [],
  presence: [],
  wait: ['gate'],
  tap: [],
  'queue ls': [],
  'queue show': ['gate'],
  'queue cancel': ['gate', '7', '--yes'],
  'queue purge': ['gate', '--yes'],
  doctor: [],
  'device add': ['gate'],
  'device ls': [],
  'device show': ['gate'],
  'device rm': ['gate', '--yes'],
  'device rotate-token': ['gate', '--yes'],
  'user add': ['bob'],
  'user ls': [],
  'user rm': ['bob', '--yes'],
  'user set': ['bob', '--limit', 'devices=7'],
  'key add': [],
  'key ls': [],
  'key rm': ['7Kq2bX0dPz4A', '--yes'],
  backup: ['copy.db'],
};
/** These talk to no relay, or need a terminal to ask at. */
const localCommands = ['serve', 'completion', 'restore', 'service', 'login'];
const localGroups = ['profile', 'snippet'];

const names = commandTable.flatMap((entry) =>
  'commands' in entry
    ? entry.commands.map(({ usage }) => `${entry.usage} ${usage.split(' ')[0]}`)
    : [entry.usage.split(' ')[0] ?? ''],
);

function start(name: string): WatchedProcess {
  return spawnRelay([...name.split(' '), ...(uses[name] ?? [])], { env, cwd: folder });
}

describe('at a relay that says nothing', () => {
  it('every command has been thought of', () => {
    const isLocal = (name: string) => localCommands.includes(name) || localGroups.includes(name.split(' ')[0] ?? '');
    const remote = names.filter((name) => name in uses || !isLocal(name));
    expect(remote.filter((name) => !(name in uses))).toEqual([]);
  });

  it.each(Object.keys(uses))('relay %s ends with 130 on Ctrl+C', async (name) => {
    const connected = once(server, 'connection');
    await using running = start(name);
    await connected;
    running.kill('SIGINT');
    const { code, stderr } = await running.exited;
    expect({ code, stderr }).toEqual({ code: 130, stderr: expect.not.stringContaining('bug') });
  });

  it('every command gives up by itself, and says that nobody answers', { timeout: 120_000 }, async () => {
    const outcomes = await Promise.all(
      Object.keys(uses)
        // A copy of a big store takes its time, and doctor tells what it finds as data.
        .filter((name) => name !== 'backup' && name !== 'doctor')
        .map(async (name) => {
          await using running = start(name);
          const { code, stderr } = await running.exited;
          return { name, code, says: /^relay: .*\n$/.test(stderr) ? 'a sentence' : stderr };
        }),
    );
    expect(outcomes).toEqual(outcomes.map(({ name }) => ({ name, code: 4, says: 'a sentence' })));
  });

  it('relay doctor says what it waited for in vain', async () => {
    const { code, stdout } = await start('doctor').exited;
    expect({ code, stdout }).toEqual({
      code: 4,
      stdout: expect.stringMatching(/^FAIL +upgrade .* does not answer in time/m),
    });
  });
});
