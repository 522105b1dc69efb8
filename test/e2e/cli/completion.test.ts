/** Completion in the shells themselves: the script is loaded as people load it, and Tab is pressed in a terminal. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasTool } from '../../tools.ts';
import { makeTemporaryFolder, runRelay, type ServedRelay, startServe } from '../built-relay.ts';
import { openTerminal, type Terminal } from '../commander-terminal.ts';
import { runToEnd, spawnWatched } from '../watched-process.ts';
import { makeCommandFolder } from './shell.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
let commands: string;
let folder: string;
let config: string;

beforeAll(async () => {
  relay = await startServe();
  commands = makeCommandFolder();
  folder = makeTemporaryFolder();
  config = join(folder, 'config');
  const env = { RELAY_CONFIG_DIR: config };
  for (const device of ['gate', 'pump one', 'pump-2']) await runRelay(['device', 'add', device], { env: relay.env });
  const saved = await runRelay(['profile', 'add', 'local', '--url', relay.url, '--auth-key-stdin'], {
    env,
    input: `${relay.bootstrap?.authKey}\n`,
  });
  expect(saved).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  for (const path of [commands, folder]) rmSync(path, { recursive: true, force: true });
});

/** Starts a shell in the terminal, with `relay` on its path and the completion loaded; then the screen is clear. */
async function startShell(terminal: Terminal, shell: string, setUp: string): Promise<void> {
  const env = `PATH='${commands}:'"$PATH" RELAY_CONFIG_DIR='${config}' PS1='ready> '`;
  await terminal.type(`clear; exec env ${env} ${shell}`);
  await terminal.press('Enter');
  await terminal.waitFor(/^ready>/m);
  await terminal.type(`${setUp}; clear; echo completion is loaded`);
  await terminal.press('Enter');
  await terminal.waitFor(/^completion is loaded\nready>/m);
}

/** Types, presses Tab, types ~ where the cursor is then, and waits for what the line becomes; then empties the line. */
async function expectLine(terminal: Terminal, typed: string, becomes: RegExp): Promise<void> {
  await terminal.type(typed);
  await terminal.press('Tab');
  await terminal.type('~');
  await terminal.waitFor(becomes);
  await terminal.press('C-u');
  await terminal.type('clear');
  await terminal.press('Enter');
  await terminal.waitFor(/^ready>\s*$/);
}

const shells = [
  ['bash', 'bash --norc --noprofile -i', 'source <(relay completion bash)'],
  ['zsh', 'zsh -f -i', 'autoload -Uz compinit; compinit -u -D; source <(relay completion zsh)'],
] as const;

describe.runIf(hasTool('tmux') && hasTool('zsh'))('Tab in a terminal', () => {
  it.each(shells)('of %s completes commands, flags, values, client ids and files', async (_, shell, setUp) => {
    await using terminal = await openTerminal({ columns: 120, rows: 36 });
    await startShell(terminal, shell, setUp);
    await expectLine(terminal, 'relay pres', /^ready> relay presence ~$/m);
    await expectLine(terminal, 'relay queue pu', /^ready> relay queue purge ~$/m);
    await expectLine(terminal, 'relay send --no-q', /^ready> relay send --no-queue ~$/m);
    await expectLine(terminal, 'relay send --wait=de', /^ready> relay send --wait=delivered ~$/m);
    await expectLine(
      terminal,
      'relay user set bob --limit queue_a',
      /^ready> relay user set bob --limit queue_attempts=~$/m,
    );
    await expectLine(terminal, 'relay send -t ga', /^ready> relay send -t gate ~$/m);
    await expectLine(terminal, 'relay send -t pump\\ o', /^ready> relay send -t pump\\ one ~$/m);
    await expectLine(terminal, `relay record ${folder}/conf`, /^ready> relay record .*\/config\/~$/m);
    await terminal.type('relay send -t pump');
    await terminal.press('Tab', 'Tab');
    await terminal.waitFor(/^pump.+ +pump/m);
  });
});

describe.runIf(hasTool('fish'))('fish', () => {
  /** What fish offers for this line, with descriptions. */
  async function offered(line: string): Promise<string> {
    const env = { PATH: `${commands}:${process.env.PATH}`, RELAY_CONFIG_DIR: config };
    const script = 'relay completion fish | source; complete -C "$argv[1]"';
    const run = await runToEnd(spawnWatched('fish', ['--no-config', '-c', script, line], { env, cwd: folder }));
    expect(run).toMatchObject({ code: 0, stderr: '' });
    return run.stdout;
  }

  it('offers commands, flags, values, client ids and files', async () => {
    expect(await offered('relay pres')).toBe('presence\tShow who is online\n');
    expect(await offered('relay send --no-q')).toMatch(/^--no-queue\t.+\n$/);
    expect(await offered('relay send --wait ')).toBe('delivered\nqueued\nsent\n');
    expect(await offered('relay send -t ')).toBe('gate\npump one\npump-2\n');
    expect(await offered('relay record con')).toMatch(/^config\//);
  });
});

describe('relay completion', () => {
  it('prints a script for each shell, and knows no other', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, stdout, stderr } = await runRelay(['completion', shell]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`relay completion ${shell}`);
    }
    const refused = await runRelay(['completion', 'tcsh']);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/bash.*zsh.*fish/);
  });

  it.each([
    ['no relay is set up', {}],
    ['nobody listens', { RELAY_URL: 'ws://127.0.0.1:1', RELAY_AUTH_KEY: 'k' }],
    ['the key is wrong', { RELAY_AUTH_KEY: 'wrong' }],
  ])('offers nothing, and says nothing, where %s', async (why, env) => {
    const url = why === 'the key is wrong' ? { RELAY_URL: relay.url } : {};
    const args = ['completion', 'bash', '--', 'relay', 'send', '-t', ''];
    expect(await runRelay(args, { env: { ...url, ...env } })).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('does not wait for a relay that does not answer', async () => {
    const { createServer } = await import('node:net');
    const silent = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const env = { RELAY_URL: `ws://127.0.0.1:${port}`, RELAY_AUTH_KEY: 'k' };
    const args = ['completion', 'zsh', '--', 'relay', 'presence', ''];
    expect(await runRelay(args, { env })).toMatchObject({ code: 0, stdout: '', stderr: '' });
    silent.close();
  });
});
