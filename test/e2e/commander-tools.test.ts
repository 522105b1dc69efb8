/** What surrounds the commander: other programs, earlier sessions, other ways to see and to point. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasTool } from '../tools.ts';
import { runRelay, type ServedRelay, startServe } from './built-relay.ts';
import { addDevice, command, envOf, startWorker, terminalTestMs } from './commander-people.ts';
import { openTerminal } from './commander-terminal.ts';

describe.runIf(hasTool('tmux') && hasTool('python3-websocket'))('the commander and what surrounds it', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe();
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it(
    'writes a command in $EDITOR, and remembers it in the next session',
    async () => {
      await addDevice('mill', relay.env);
      await using terminal = await openTerminal({ columns: 120, rows: 24 });
      const env = { ...envOf(relay), EDITOR: 'sed -i s/reboot/stop/' };
      await terminal.startCommander(env, /○ mill/);
      await terminal.press('i');
      await terminal.type('@mill {"cmd":"reboot"}');
      await terminal.waitFor(/JSON ✓/);
      await terminal.press('C-o');
      await terminal.waitFor(/│ @mill \{"cmd":"stop"\}/);
      await terminal.press('Enter');
      await terminal.waitFor(/→ mill .*\{"cmd":"stop"\} +⧗ queued/);
      await terminal.press('C-c');
      await terminal.waitForShell();
      await terminal.startCommander(env, /○ mill/);
      await terminal.press('i', 'Up');
      await terminal.waitFor(/│ @mill \{"cmd":"stop"\}/);
      await terminal.press('C-c', 'C-c');
      await terminal.waitForShell();
    },
    terminalTestMs,
  );

  it(
    'shares the saved commands of relay snippet',
    async () => {
      await addDevice('lathe', relay.env);
      await using terminal = await openTerminal({ columns: 120, rows: 24 });
      const env = { HOME: terminal.home, RELAY_CONFIG_DIR: undefined };
      await runRelay(['snippet', 'add', 'spin', '{"cmd":"spin","speed":{{speed}}}', '-t', 'lathe'], { env });
      await terminal.startCommander(envOf(relay), /○ lathe/);
      await terminal.press('i', 'C-t');
      await terminal.waitFor(/› spin/);
      await terminal.press('Enter');
      await terminal.waitFor(/The value of speed/);
      await terminal.type('100');
      await terminal.press('Enter');
      await terminal.waitFor(/│ @lathe \{"cmd":"spin","speed":100\}/);
      await terminal.press('C-t');
      await terminal.waitFor(/save what is in the composer/);
      await terminal.type('save');
      await terminal.press('Enter');
      await terminal.waitFor(/A name for it/);
      await terminal.type('spin-100');
      await terminal.press('Enter');
      await terminal.waitFor(/Saved as spin-100/);
      const { stdout } = await runRelay(['snippet', 'ls', '--json'], { env });
      expect(JSON.parse(stdout).snippets.map(({ snippet }: { snippet: string }) => snippet)).toContain('spin-100');
      await terminal.press('C-c', 'C-c');
      await terminal.waitForShell();
    },
    terminalTestMs,
  );

  it(
    'goes over to another saved connection, and keeps the log',
    async () => {
      await using other = await startServe();
      await addDevice('here', relay.env);
      await addDevice('there', other.env);
      await using terminal = await openTerminal({ columns: 120, rows: 24 });
      for (const [name, { url, bootstrap }] of [
        ['here', relay],
        ['there', other],
      ] as const) {
        const env = { HOME: terminal.home, RELAY_CONFIG_DIR: undefined };
        const input = `${bootstrap?.authKey}\n`;
        await runRelay(['profile', 'add', name, '--url', url, '--auth-key-stdin'], { env, input });
      }
      await terminal.startCommander({}, /○ here/, '--profile here');
      await terminal.press('i');
      await command(terminal, '@here {"n":1}');
      await terminal.waitFor(/\{"n":1\} +⧗ queued/);
      await terminal.press('Escape', 'p');
      await terminal.waitFor(/Saved connections/);
      await terminal.type('there');
      await terminal.press('Enter');
      const screen = await terminal.waitFor(/○ there/);
      expect(screen).toMatch(/there ● .*127\.0\.0\.1/);
      expect(screen).toMatch(/→ here .*\{"n":1\}/);
      expect(screen).not.toContain('○ here');
      await terminal.press('q');
      await terminal.waitForShell();
    },
    terminalTestMs,
  );

  it(
    'takes the mouse when it is switched on, and gives it back',
    async () => {
      await addDevice('aa-first', relay.env);
      await addDevice('aa-second', relay.env);
      await using terminal = await openTerminal({ columns: 120, rows: 24 });
      await terminal.startCommander(envOf(relay), /› ○ aa-first/, '--mouse');
      expect(await terminal.ask('#{mouse_standard_flag} #{mouse_sgr_flag}')).toBe('1 1');
      await terminal.type('\u001b[<0;6;4M\u001b[<0;6;4m');
      await terminal.waitFor(/› ○ aa-second/);
      await terminal.press('q');
      await terminal.waitForShell();
      expect(await terminal.ask('#{mouse_standard_flag} #{mouse_sgr_flag}')).toBe('0 0');
    },
    terminalTestMs,
  );

  it(
    'speaks in lines when it is asked to: no other screen, and every change said',
    async () => {
      const token = await addDevice('bell', relay.env);
      await using terminal = await openTerminal({ columns: 120, rows: 40 });
      await terminal.startCommander(envOf(relay), /Connected to .* as commander-/, '--plain');
      expect(await terminal.ask('#{alternate_on}')).toBe('0');
      await using _bell = await startWorker(relay.url, token);
      await terminal.waitFor(/^bell is online\.$/m);
      await terminal.type('@bell cmd=ring');
      await terminal.press('Enter');
      await terminal.waitFor(/Enter sends it/);
      await terminal.press('Enter');
      await terminal.waitFor(/^bell: .*"did":"ring"/m);
      await terminal.type(':quit');
      await terminal.press('Enter');
      const after = await terminal.waitForShell();
      expect(after).toContain('exit code 0');
    },
    terminalTestMs,
  );
});
