import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasTool } from '../../tools.ts';
import { makeTemporaryFolder, runRelay, type ServedRelay, startServe } from '../built-relay.ts';
import type { RawWebSocket } from '../raw-websocket.ts';
import { logInRaw } from './raw-login.ts';
import { spawnRelayInTerminal } from './shell.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
let gate: RawWebSocket;
let folder: string;
let env: Readonly<Record<string, string>>;
const file = () => join(folder, 'config', 'snippets.json');
beforeAll(async () => {
  relay = await startServe();
  gate = await logInRaw(relay.url, relay.bootstrap?.authKey ?? '', 'gate');
  folder = makeTemporaryFolder();
  env = { ...relay.env, RELAY_CONFIG_DIR: join(folder, 'config') };
});
afterAll(async () => {
  await gate[Symbol.asyncDispose]();
  await relay[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => rmSync(file(), { force: true }));

const snippet = (...args: readonly string[]) => runRelay(['snippet', ...args], { env });

describe('relay snippet', () => {
  it('saves a command, lists it, sends it with its values, and forgets it', async () => {
    const added = await snippet('add', 'move', 'cmd=move', 'x:={{x}}', 'why={{why}}', '-t', 'gate', '--json');
    expect(JSON.parse(added.stdout)).toEqual({
      snippet: 'move',
      payload: '{"cmd":"move","x":{{x}},"why":"{{why}}"}',
      targets: ['gate'],
      variables: ['x', 'why'],
    });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect((await snippet('ls')).stdout).toMatch(/^move +gate +x, why +\{"cmd":"move"/m);
    const sent = await snippet('send', 'move', 'x=1.0', 'why=a "test"', '--wait', 'delivered', '--json');
    expect({ code: sent.code, ...JSON.parse(sent.stdout) }).toMatchObject({
      code: 0,
      target: 'gate',
      status: 'delivered',
    });
    expect(await gate.nextText()).toMatch(/^\{"cmd":"move","x":1\.0,"why":"a \\"test\\"",/);
    expect(await snippet('rm', 'move', '--yes', '--json')).toMatchObject({
      code: 0,
      stdout: '{"snippet":"move","removed":true}\n',
    });
    expect((await snippet('ls', '--json')).stdout).toBe('{"snippets":[]}\n');
  });

  it('takes JSON as it is, and another target', async () => {
    await snippet('add', 'raw', '{ "n": 12345678901234567890, "list": [{{a}}, {{a}}] }');
    expect(await snippet('send', 'raw', 'a={"b":1}')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('-t ID'),
    });
    expect((await snippet('send', 'raw', 'a={"b":1}', '-t', 'gate')).code).toBe(0);
    expect(await gate.nextText()).toContain('{ "n": 12345678901234567890, "list": [{"b":1}, {"b":1}] ,');
  });

  it('refuses with 2 what it cannot save or fill, and says what was meant', async () => {
    await snippet('add', 'open', '{"cmd":"open","s":{{seconds}}}', '-t', 'gate');
    const refusals: readonly (readonly [args: readonly string[], why: RegExp])[] = [
      [['add', 'bad', '{"cmd":'], /not JSON/],
      [['add', 'bad'], /nothing to save/],
      [['add', 'bad name', '{}'], /is no name for a snippet/],
      [['add', 'open', '{}'], /Replace the snippet open\?.*--yes/],
      [['send', 'opne', 'seconds=1'], /did you mean "?open/],
      [['send', 'open'], /no value for seconds/],
      [['send', 'open', 'secnds=1'], /did you mean "?seconds/],
      [['send', 'open', 'seconds=soon'], /not JSON/],
      [['rm', 'open'], /--yes/],
    ];
    for (const [args, why] of refusals) {
      expect({ args, ...(await snippet(...args)) }).toMatchObject({
        args,
        code: 2,
        stderr: expect.stringMatching(why),
      });
    }
    expect((await snippet('send', 'open', 'seconds=1', '-t', 'gaet')).code).toBe(5);
    expect((await snippet('add', 'open', '{}', '--yes')).code).toBe(0);
  });

  it('keeps what somebody wrote by hand, and says where the file is broken', async () => {
    mkdirSync(join(folder, 'config'), { recursive: true });
    writeFileSync(file(), '{"note":"mine","snippets":{"half":{"payload":"{"}}}');
    await snippet('add', 'open', 'cmd=open');
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({
      note: 'mine',
      snippets: { half: { payload: '{' }, open: { payload: '{"cmd":"open"}', targets: [] } },
    });
    writeFileSync(file(), '{');
    expect(await snippet('ls')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('snippets.json is not JSON'),
    });
  });

  it.runIf(hasTool('python3-websocket'))('asks for values on a terminal', async () => {
    await snippet('add', 'say', 'text={{text}}', '-t', 'gate');
    await using sending = spawnRelayInTerminal(['snippet', 'send', 'say'], { env });
    await sending.stdout.waitFor(/text: /);
    sending.write('hello there\r');
    expect((await sending.exited).code).toBe(0);
    expect(await gate.nextJson()).toMatchObject({ text: 'hello there' });
  });
});
