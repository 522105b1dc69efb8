/** The commander in daily work: the built program in a real terminal, with a relay elsewhere. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasTool } from '../tools.ts';
import { runRelay, type ServedRelay, startServe } from './built-relay.ts';
import { addDevice, command, envOf, startWorker, terminalTestMs } from './commander-people.ts';
import { openTerminal } from './commander-terminal.ts';
import { spawnWatched } from './watched-process.ts';

describe.runIf(hasTool('tmux') && hasTool('python3-websocket'))('the commander of a relay elsewhere', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe();
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it.each([
    [80, 24],
    [40, 12],
  ])(
    'shows hostile names and payloads at %i by %i and obeys none',
    async (columns, rows) => {
      const id = `gate\u202e${columns}`;
      const token = await addDevice(id, relay.env);
      await using _gate = await startWorker(relay.url, token);
      await using terminal = await openTerminal({ columns, rows });
      await terminal.startCommander(envOf(relay), new RegExp(`● gate\\\\u202e${columns}`));
      await terminal.press('/');
      await terminal.type(`02e${columns}`);
      await terminal.press('Enter', 'Enter');
      await terminal.waitFor(/presence +● online/);
      await terminal.press('Enter');
      await terminal.waitFor(/→ gate/);
      await command(terminal, '{"cmd":"attack"}');
      await terminal.press('Escape', '2');
      await terminal.waitFor(/\[2 Messages 2\]/);
      await terminal.press('Enter');
      await terminal.waitFor(/Message/);
      for (let page = 0; page < 4; page++) await terminal.press('PageDown');
      const screen = await terminal.waitFor(/u200b[\s│]*温度/);
      expect(screen.split('\n').filter((line) => line !== '')).toHaveLength(rows);
      expect(screen).toContain('\\u202e');
      expect(await terminal.ask('#{pane_title}')).not.toContain('pwned');
      await terminal.press('Escape', 'q');
      await terminal.waitForShell();
    },
    terminalTestMs,
  );

  it(
    'keeps its screen whole through changes of size',
    async () => {
      await using terminal = await openTerminal({ columns: 120, rows: 36 });
      await terminal.startCommander(envOf(relay), /Compose/);
      await terminal.resize(60, 16);
      await terminal.waitFor(/\[1 Devices \d+\]/);
      await terminal.resize(39, 12);
      await terminal.waitFor(/Needs 40x12/);
      await terminal.resize(100, 30);
      const screen = await terminal.waitFor(/2 Messages/);
      expect(screen.trimEnd().split('\n')).toHaveLength(30);
      expect(screen.match(/Compose/g)).toHaveLength(1);
      expect(screen.match(/╭ 1 Devices/g)).toHaveLength(1);
      await terminal.press('q');
      await terminal.waitForShell();
    },
    terminalTestMs,
  );

  it(
    'goes to the background with Ctrl+Z and comes back whole with fg',
    async () => {
      await using terminal = await openTerminal({ columns: 100, rows: 24 });
      await terminal.startCommander(envOf(relay), /Compose/);
      await terminal.press('C-z');
      await terminal.waitFor(/Stopped/);
      expect(await terminal.ask('#{alternate_on} #{cursor_flag}')).toBe('0 1');
      await terminal.type('fg');
      await terminal.press('Enter');
      await terminal.waitFor(/Compose[\s\S]*help/);
      await terminal.press('i');
      await terminal.type('@x');
      await terminal.waitFor(/│ @x/);
      await terminal.press('C-c', 'C-c');
      await terminal.waitFor(/shell-is-ready\s*$/);
    },
    terminalTestMs,
  );

  it(
    'restores the terminal when it is told to end',
    async () => {
      await using terminal = await openTerminal({ columns: 100, rows: 24 });
      await terminal.startCommander(envOf(relay), /Compose/);
      const shell = await terminal.ask('#{pane_pid}');
      const { stdout } = await spawnWatched('pgrep', ['-P', shell]).exited;
      process.kill(Number(stdout.trim()), 'SIGTERM');
      const after = await terminal.waitForShell();
      expect(after).toContain('exit code 143');
      expect(after).toContain('before-the-commander');
      expect(await terminal.ask('#{alternate_on} #{cursor_flag}')).toBe('0 1');
    },
    terminalTestMs,
  );

  it(
    'says who has taken it over, does not fight, and takes it back when asked',
    async () => {
      await using terminal = await openTerminal({ columns: 120, rows: 24 });
      const env = { ...envOf(relay), RELAY_SENDER: 'boss' };
      await terminal.startCommander(env, /● .*\d+ms/);
      await using other = await openTerminal({ columns: 120, rows: 24 });
      await other.startCommander(env, /● .*\d+ms/);
      await terminal.waitFor(/○ taken over/);
      await terminal.waitFor(/127\.0\.0\.1/);
      await terminal.press('i');
      await command(terminal, '@nobody {"cmd":"x"}');
      await terminal.waitFor(/Not connected: nothing was sent/);
      await terminal.press('C-c', 'Escape', 'c');
      await terminal.waitFor(/● .*\d+ms/);
      await other.waitFor(/○ taken over/);
    },
    terminalTestMs,
  );

  it(
    'draws without colours and beyond ASCII nothing when it is asked to',
    async () => {
      await using terminal = await openTerminal({ columns: 100, rows: 24 });
      const screen = await terminal.startCommander({ ...envOf(relay), NO_COLOR: '1' }, /\+ 1 Devices/, '--ascii');
      expect(screen).toMatch(/^[\x20-\x7e\n]*$/);
      expect(screen).toContain('> -');
      await terminal.press('q');
      await terminal.waitForShell();
    },
    terminalTestMs,
  );
});

describe('the commander without a terminal', () => {
  it('says what to use instead, and exits with 2', async () => {
    const { code, stdout, stderr } = await runRelay([]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('relay listen --json');
  });
});

describe.runIf(hasTool('tmux'))('the commander through a restart of the relay', () => {
  it(
    'keeps the log, says when it tries again, and comes back by itself',
    async () => {
      await using terminal = await openTerminal({ columns: 120, rows: 24 });
      await using before = await startServe();
      const env = envOf(before);
      await terminal.startCommander(env, /● .*\d+ms/);
      await terminal.press('i');
      await command(terminal, '@gate {"cmd":"open"}');
      await terminal.waitFor(/never seen here/);
      await terminal.press('y');
      await terminal.waitFor(/\{"cmd":"open"\} +⧗ queued/);
      await before.process[Symbol.asyncDispose]();
      await terminal.waitFor(/not connected, again in \d+s/);
      await using _after = await startServe({ dataDir: before.dataDir, port: before.port });
      const screen = await terminal.waitFor(/● .*\d+ms/);
      expect(screen).toMatch(/\{"cmd":"open"\} +⧗ queued/);
      await terminal.press('Escape', 'q');
      await terminal.waitForShell();
    },
    terminalTestMs,
  );
});
