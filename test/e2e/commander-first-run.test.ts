/** The first minutes of a new user: the built program in a real terminal, from an empty home on. */
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { hasTool } from '../tools.ts';
import { runRelay, startServe } from './built-relay.ts';
import { addDevice, command, startWorker, terminalTestMs } from './commander-people.ts';
import { openTerminal } from './commander-terminal.ts';

if (!hasTool('tmux')) console.log('tmux is missing: the commander in a real terminal is left out');

describe.runIf(hasTool('tmux') && hasTool('python3-websocket'))('the first run', () => {
  it(
    'leads in two keys from nothing to a device that answers, and works with a real one',
    async () => {
      await using terminal = await openTerminal({ columns: 120, rows: 36 });
      const first = await terminal.startCommander({}, /Start one on this machine/);
      expect(first).toContain('Connect to a relay');
      await terminal.press('Enter');
      await terminal.waitFor(/Compose › → simulated_mouse ●/);
      await terminal.press('Enter');
      await terminal.waitFor(/→ simulated_mouse {2}\{"cmd":"status"\} +replied \d+ ms/);
      await terminal.waitFor(/← simulated_mouse {2}\{"_re":.*"ok":true/);

      const url = `${/ws:\/\/\S+/.exec(await terminal.screen())?.[0]}/ws/connect/`;
      const env = { HOME: terminal.home, RELAY_CONFIG_DIR: undefined };
      const token = await addDevice('arm', env);
      await terminal.waitFor(/○ arm/);
      await using arm = await startWorker(url, token);
      await terminal.waitFor(/● arm/);
      await command(terminal, '@arm {"cmd":"reboot"}');
      await terminal.waitFor(/→ arm .*\{"cmd":"reboot"\} +replied \d+ ms/);
      await terminal.waitFor(/← arm .*"did":"reboot"/);

      await terminal.press('Escape');
      await terminal.waitFor(/Tab pane/);
      await terminal.press('q');
      await terminal.waitFor(/Stop the relay\?/);
      await terminal.press('Escape');
      arm.kill();
      await terminal.waitFor(/○ arm +\d+s ago/);

      expect(await terminal.ask('#{alternate_on}')).toBe('1');
      await terminal.press('q');
      const after = await terminal.waitForShell();
      expect(after).toContain('before-the-commander');
      expect(after).toContain('exit code 0');
      expect(after).not.toContain('Compose');
      expect(await terminal.ask('#{alternate_on} #{cursor_flag}')).toBe('0 1');
      await terminal.type('stty -a | tr ";" "\\n"');
      await terminal.press('Enter');
      const settings = await terminal.waitFor(/iexten/);
      expect(settings).toMatch(/(?<!-)\bicanon\b/);
      expect(settings).toMatch(/(?<!-)\becho\b/);

      await terminal.startCommander({}, /● simulated_mouse/);
      await terminal.waitFor(/was started again/);
      await terminal.press('Escape', 'i');
      await command(terminal, '@simulated_mouse {"cmd":"click"}');
      await terminal.waitFor(/"clicks":1/);
      await terminal.press('C-c');
      await terminal.waitForShell();
    },
    terminalTestMs,
  );

  it(
    'leaves the relay running for those who are connected, when it is asked to',
    async () => {
      await using terminal = await openTerminal({ columns: 120, rows: 24 });
      await terminal.startCommander({}, /Start one on this machine/);
      await terminal.press('Enter');
      await terminal.waitFor(/Compose › → simulated_mouse ●/);
      const url = `${/ws:\/\/\S+/.exec(await terminal.screen())?.[0]}/ws/connect/`;
      const env = { HOME: terminal.home, RELAY_CONFIG_DIR: undefined };
      await using _arm = await startWorker(url, await addDevice('arm', env));
      await terminal.waitFor(/● arm/);
      await terminal.press('Escape', 'q');
      await terminal.waitFor(/k keep it running/);
      await terminal.press('k');
      const after = await terminal.waitForShell();
      const pid = Number(/"kill (\d+)" stops it/.exec(after.replaceAll('\n', ''))?.[1]);
      try {
        expect(after).toContain('keeps running');
        // The same address, keys and devices as before.
        const { stdout } = await runRelay(['presence', '--json'], { env });
        expect(JSON.parse(stdout)).toHaveProperty('arm');
      } finally {
        process.kill(pid, 'SIGTERM');
      }
    },
    terminalTestMs,
  );

  it(
    'takes another port when its own is taken, and says so',
    async () => {
      const occupant = createServer();
      const { promise: settled, resolve } = Promise.withResolvers<void>();
      // Where somebody has the port already, it is taken all the same.
      occupant.once('error', () => resolve()).listen(8787, '127.0.0.1', resolve);
      await settled;
      try {
        await using terminal = await openTerminal({ columns: 120, rows: 24 });
        await terminal.startCommander({}, /Start one on this machine/);
        await terminal.press('Enter');
        const screen = await terminal.waitFor(/Port 8787 is taken: this relay listens at 127\.0\.0\.1:\d+/);
        expect(screen).toContain('→ simulated_mouse');
        await terminal.press('C-c', 'C-c');
        await terminal.waitForShell();
      } finally {
        occupant.close();
      }
    },
    terminalTestMs,
  );

  it(
    'connects to a relay elsewhere, says what is wrong with a key, and saves the right one',
    async () => {
      await using relay = await startServe();
      await using terminal = await openTerminal({ columns: 100, rows: 24 });
      await terminal.startCommander({}, /Start one on this machine/);
      await terminal.press('Down', 'Enter');
      await terminal.waitFor(/Master key/);
      await terminal.type(relay.url);
      await terminal.press('Enter');
      await terminal.type('rly_master_wrong');
      const typed = await terminal.waitFor(/•{16}/);
      expect(typed).not.toContain('wrong');
      await terminal.press('Enter');
      await terminal.waitFor(/not valid here/);
      await terminal.press('C-u');
      await terminal.type(relay.bootstrap?.authKey ?? '');
      await terminal.press('Enter');
      await terminal.waitFor(/saved as the profile 127\.0\.0\.1/);
      await terminal.press('q');
      await terminal.waitForShell();
      await terminal.startCommander({}, /127\.0\.0\.1 ● .*\d+ms/);
      await terminal.press('q');
      await terminal.waitForShell();
    },
    terminalTestMs,
  );
});
