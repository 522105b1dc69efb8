import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startServer } from '../../client/http-script.ts';
import { makeTemporaryFolder, runRelay, type ServedRelay, spawnRelay, startServe } from '../built-relay.ts';
import { callApi } from '../contract/http-api.ts';

let relay: ServedRelay;
let root: string;
let folder: string;
let count = 0;
beforeAll(async () => {
  root = makeTemporaryFolder();
  relay = await startServe({ dataDir: join(root, 'data') });
  await run('device', 'add', 'pump');
  await run('send', '-t', 'pump', 'cmd=fill');
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  count += 1;
  folder = join(root, String(count));
});

const run = (...args: readonly string[]) => runRelay(args, { env: relay.env });
const file = () => `${folder}.backup`;

async function makeBackup(): Promise<string> {
  expect(await run('backup', file())).toMatchObject({ code: 0 });
  return file();
}

describe('relay backup', () => {
  it('copies the running relay into one file of its owner, and says what is in it', async () => {
    const { code, stdout } = await run('backup', file(), '--json');
    expect(code).toBe(0);
    const bytes = statSync(file()).size;
    expect(JSON.parse(stdout)).toEqual({ file: file(), bytes, schema: 2, users: 1, devices: 1, messages: 1 });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(relay.dataDir).filter((name) => name.includes('copy'))).toEqual([]);
  });

  it('goes through no link that has its name, and into no file that others may read', async () => {
    const letter = `${folder}.letter`;
    writeFileSync(letter, 'a letter', { mode: 0o666 });
    symlinkSync(letter, `${file()}.unfinished`);
    await makeBackup();
    expect(readFileSync(letter, 'utf8')).toBe('a letter');
    expect(lstatSync(file()).mode & 0o777).toBe(0o600);
    rmSync(file());
    linkSync(letter, `${file()}.unfinished`);
    await makeBackup();
    expect(readFileSync(letter, 'utf8')).toBe('a letter');
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('holds no key and no token, only their hashes', async () => {
    await makeBackup();
    expect(readFileSync(file(), 'latin1')).not.toMatch(/rly_(master|admin|device)_/);
  });

  it('says in words what it copied, on standard error', async () => {
    const { stdout, stderr } = await run('backup', file());
    expect(stdout).toBe('');
    expect(stderr).toContain(`${file()} holds 1 user, 1 device and 1 waiting message (`);
  });

  it('replaces a file only when that was said', async () => {
    writeFileSync(file(), 'a letter');
    const { code, stderr } = await run('backup', file());
    expect(code).toBe(2);
    expect(stderr).toContain(`"Replace ${file()}?" needs an answer`);
    expect(readFileSync(file(), 'utf8')).toBe('a letter');
    expect(await run('backup', file(), '--yes')).toMatchObject({ code: 0 });
    expect(statSync(file()).size).toBeGreaterThan(1000);
  });

  it('takes the place of a file alone: of no device, no pipe and no folder', async () => {
    symlinkSync('/dev/null', file());
    mkdirSync(folder);
    for (const path of [file(), folder]) {
      const { code, stderr } = await run('backup', path, '--yes');
      expect(code).toBe(2);
      expect(stderr).toContain(`${path} is no file`);
    }
    expect(readlinkSync(file())).toBe('/dev/null');
    expect(statSync(folder).isDirectory()).toBe(true);
  });

  it('needs an admin key, and leaves the file alone without one', async () => {
    const env = { ...relay.env, RELAY_ADMIN_KEY: relay.bootstrap?.authKey };
    expect(await runRelay(['backup', file()], { env })).toMatchObject({ code: 3 });
    expect(existsSync(file())).toBe(false);
    const answer = await callApi(relay, '/api/admin/backup', { method: 'POST', key: relay.bootstrap?.authKey });
    expect(answer).toMatchObject({ status: 403, body: { status: 'error', code: 'forbidden' } });
  });

  it('says where it cannot write and whom it cannot reach', async () => {
    const nowhere = join(folder, 'no', 'folder', 'here');
    expect(await run('backup', nowhere)).toMatchObject({ code: 1, stderr: expect.stringContaining(nowhere) });
    const env = { ...relay.env, RELAY_URL: 'ws://127.0.0.1:1/ws/connect/' };
    expect(await runRelay(['backup', file()], { env })).toMatchObject({ code: 4 });
    expect(readdirSync(root).filter((name) => name.includes('unfinished'))).toEqual([]);
  });

  it('of a folder takes a relay that is stopped, or was killed; a running one is named', async () => {
    await using other = await startServe({ dataDir: folder });
    await runRelay(['send', '--force', '-t', 'gate', 'n:=1'], { env: other.env });
    const offline = ['backup', file(), '--data', folder, '--json'];
    const running = await runRelay(offline);
    expect(running.code).toBe(1);
    expect(running.stderr).toContain(`${folder} is in use by another relay (process ${other.process.pid})`);
    expect(running.stderr).toContain('leave out --data');
    await other.stop('SIGKILL');
    const stopped = await runRelay(offline);
    expect(stopped.code).toBe(0);
    expect(JSON.parse(stopped.stdout)).toMatchObject({ users: 1, messages: 1 });
  });

  it('of a folder without a relay makes nothing there', async () => {
    const { code, stderr } = await runRelay(['backup', file(), '--data', folder]);
    expect(code).toBe(1);
    expect(stderr).toContain(`${folder} holds no data of a relay`);
    expect(existsSync(folder)).toBe(false);
  });
});

describe('relay restore', () => {
  const restore = (from: string) => runRelay(['restore', from, '--data', folder, '--json']);

  it('makes a data folder of a backup, which a relay serves with the same keys and what waited', async () => {
    const { code, stdout } = await restore(await makeBackup());
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ data: folder, schema: 2, users: 1, devices: 1, messages: 1 });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await using restored = await startServe({ dataDir: folder });
    expect(restored.bootstrap).toBeUndefined();
    const env = { ...relay.env, RELAY_URL: restored.url };
    const shown = await runRelay(['queue', 'show', 'pump', '--json'], { env });
    expect(JSON.parse(shown.stdout).messages).toMatchObject([{ payload: expect.stringContaining('"cmd":"fill"') }]);
  });

  it('replaces nothing: the folder must be missing or empty', async () => {
    await makeBackup();
    await using other = await startServe({ dataDir: folder });
    const before = readdirSync(folder);
    const { code, stderr } = await restore(file());
    expect(code).toBe(1);
    expect(stderr).toContain(`${folder} is not empty`);
    expect(readdirSync(folder)).toEqual(before);
    expect((await fetch(`${other.http}/readyz`)).status).toBe(200);
  });

  it.each([
    ['that is cut off', (path: string) => truncateSync(path, 20_000), /is no whole backup of a relay/],
    ['that is no database', (path: string) => writeFileSync(path, 'dear diary '.repeat(1000)), /is no whole backup/],
    ['that is empty', (path: string) => truncateSync(path, 0), /is no whole backup of a relay/],
    [
      'of a newer program',
      (path: string) => change(path, 'PRAGMA user_version = 99'),
      /was written by a newer softlab-relay \(schema 99/,
    ],
    [
      'of another program',
      (path: string) => change(path, 'PRAGMA application_id = 7'),
      /is a SQLite file of another program/,
    ],
    ['that does not exist', (path: string) => rmSync(path), /does not exist/],
    ['with a log beside it', (path: string) => writeFileSync(`${path}-wal`, 'x'), /has a log beside it/],
  ])('refuses a file %s, in a sentence, and makes nothing', async (_what, damage, sentence) => {
    damage(await makeBackup());
    const { code, stdout, stderr } = await restore(file());
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr).toContain(file());
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(folder)).toBe(false);
  });

  it('needs to be told the folder', async () => {
    expect(await runRelay(['restore', file()])).toMatchObject({ code: 2 });
  });
});

function change(path: string, statement: string): void {
  const database = new DatabaseSync(path);
  database.exec(statement);
  database.close();
}

describe('a backup that does not come to its end', () => {
  it('leaves nothing that looks like one: Ctrl+C', async () => {
    const asked = Promise.withResolvers<void>();
    await using slow = await startServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/vnd.sqlite3' }).write('SQLite format 3');
      asked.resolve();
    });
    await using backup = spawnRelay(['backup', file()], { env: { ...relay.env, RELAY_URL: slow.url } });
    await asked.promise;
    backup.kill('SIGINT');
    expect(await backup.exited).toMatchObject({ code: 130 });
    expect(readdirSync(root).filter((name) => name.startsWith(`${count}.`))).toEqual([]);
  });

  it('leaves nothing that looks like one: the relay goes away', async () => {
    await using broken = await startServer((_request, response) => {
      const headers = { 'content-type': 'application/vnd.sqlite3', 'content-length': 100_000 };
      response.writeHead(200, headers).write('SQLite format 3', () => response.destroy());
    });
    const { code, stderr } = await runRelay(['backup', file()], { env: { ...relay.env, RELAY_URL: broken.url } });
    expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringContaining(new URL(broken.url).host) });
    expect(readdirSync(root).filter((name) => name.startsWith(`${count}.`))).toEqual([]);
  });
});
