/** The commander in lines, in a real terminal: everything that a person does who hears the screen. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasTool } from '../tools.ts';
import { runRelay, type ServedRelay, startServe } from './built-relay.ts';
import { addDevice, envOf, startWorker, terminalTestMs } from './commander-people.ts';
import { openTerminal, type Terminal } from './commander-terminal.ts';

const size = { columns: 120, rows: 60 };

/** Types a line, and resolves with the screen as soon as it says this. */
async function line(terminal: Terminal, text: string, says: RegExp): Promise<string> {
  await terminal.type(text);
  await terminal.press('Enter');
  return await terminal.waitFor(says);
}

async function quit(terminal: Terminal): Promise<void> {
  await terminal.type(':quit');
  await terminal.press('Enter');
  expect(await terminal.waitForShell()).toContain('exit code 0');
}

describe.runIf(hasTool('tmux') && hasTool('python3-websocket'))('the commander in lines', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe();
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it(
    'leads from nothing to a device that answers, on two Enters',
    async () => {
      await using terminal = await openTerminal(size);
      await terminal.startCommander({}, /Enter starts one on this machine/, '--plain');
      expect(await terminal.ask('#{alternate_on}')).toBe('0');
      await line(terminal, '', /Ready: @simulated_mouse \{"cmd":"status"\}\n+Enter sends it/);
      await line(terminal, '', /simulated_mouse, \{"cmd":"status"\}: replied \d+ ms/);
      await terminal.waitFor(/simulated_mouse: \{.*"ok":true/);
      await quit(terminal);
    },
    terminalTestMs,
  );

  it(
    'connects with an address and a key that is never shown, and goes over to another connection',
    async () => {
      await using other = await startServe();
      await addDevice('there', other.env);
      await addDevice('here', relay.env);
      await using terminal = await openTerminal(size);
      const key = relay.bootstrap?.authKey ?? '';
      await terminal.startCommander({}, /:connect connects to a relay elsewhere/, '--plain');
      await line(terminal, ':connect', /The address of the relay/);
      await line(terminal, relay.url, /The master key for/);
      await line(terminal, 'rly_master_wrong', /is not valid here[\s\S]*The master key for/);
      const connected = await line(terminal, key, /saved as the profile 127\.0\.0\.1/);
      expect(connected).not.toContain('rly_master');
      // Neither do the arrows bring a key back.
      await terminal.press('Up');
      expect(await terminal.waitFor(/> ws:\S+\s*$/)).not.toContain('rly_master');
      await terminal.press('C-u');
      await terminal.waitFor(/here is offline\./);
      const env = { HOME: terminal.home, RELAY_CONFIG_DIR: undefined };
      const input = `${other.bootstrap?.authKey}\n`;
      await runRelay(['profile', 'add', 'far', '--url', other.url, '--auth-key-stdin'], { env, input });
      await line(terminal, ':profiles', /\d: far, ws:/);
      await line(terminal, 'far', /Connected to far as commander-/);
      await terminal.waitFor(/there is offline\./);
      await quit(terminal);
    },
    terminalTestMs,
  );

  it(
    'takes another key where the one of the profile is refused',
    async () => {
      await using terminal = await openTerminal(size);
      const env = { HOME: terminal.home, RELAY_CONFIG_DIR: undefined };
      const add = ['profile', 'add', 'shop', '--url', relay.url, '--auth-key-stdin'];
      await runRelay(add, { env, input: 'rly_master_wrong\n' });
      await terminal.startCommander({}, /:key takes another key/, '--plain');
      await line(terminal, ':key', /The master key for ws:[\s\S]*in the profile/);
      const connected = await line(terminal, relay.bootstrap?.authKey ?? '', /Connected to shop as commander-/);
      expect(connected).toContain('saved in the profile shop');
      expect(connected).not.toContain('rly_master');
      await quit(terminal);
    },
    terminalTestMs,
  );

  it(
    'writes a command in $EDITOR, which sends nothing, and reads lines again after it',
    async () => {
      await addDevice('mill', relay.env);
      await using terminal = await openTerminal(size);
      // It asks on the terminal, as an editor does: what is typed there is its own.
      const editor = `sh -c 'printf "WHICH? "; read -r cmd; sed -i "s/reboot/$cmd/" "$0"'`;
      await terminal.startCommander(
        { ...envOf(relay), EDITOR: editor },
        /devices, 0 online|mill is offline/,
        '--plain',
      );
      await line(terminal, ':edit @mill {"cmd":"reboot"}', /WHICH\?/);
      await line(terminal, 'stop', /Ready: @mill \{"cmd":"stop"\}\n+Enter sends it/);
      await line(terminal, ':edit', /WHICH\?[\s\S]*WHICH\?/);
      await line(terminal, 'unused', /The command is as it was\.\n+>\s*$/);
      const sent = await line(terminal, '', /mill, \{"cmd":"stop"\}: queued/);
      expect(sent).not.toContain('dropped');
      await quit(terminal);
    },
    terminalTestMs,
  );

  it(
    'asks for the values of a saved command, and sends it on an Enter of its own',
    async () => {
      const token = await addDevice('saw', relay.env);
      await using _saw = await startWorker(relay.url, token);
      await using terminal = await openTerminal(size);
      await terminal.startCommander(envOf(relay), /Connected to/, '--plain');
      await line(terminal, ':keep @saw {"cmd":"{{what}}","speed":{{speed}}}', /A name for it:/);
      await line(terminal, 'spin', /Saved as spin/);
      await line(terminal, ':snippets', /1: spin, @saw/);
      await line(terminal, '1', /The value of what:/);
      await line(terminal, 'turn', /The value of speed:/);
      await line(terminal, 'fast', /is not JSON/);
      await line(terminal, '7', /Ready: @saw \{"cmd":"turn","speed":7\}/);
      await line(terminal, '', /saw: .*"did":"turn"/);
      await quit(terminal);
    },
    terminalTestMs,
  );

  it(
    'says what waits, cancels one of it, and then all',
    async () => {
      await addDevice('lift', relay.env);
      for (const n of [1, 2, 3]) await runRelay(['send', '-t', 'lift', `{"n":${n}}`], { env: relay.env });
      await using terminal = await openTerminal(size);
      await terminal.startCommander(envOf(relay), /Connected to/, '--plain');
      const sheet = await line(terminal, ':look lift', /3 messages waiting for it/);
      const second = /number (\d+),.*\{"n":2/.exec(sheet)?.[1] ?? '';
      await line(terminal, `:cancel ${second}`, new RegExp(`Cancel message ${second} to lift`));
      await line(terminal, 'y', /2 messages waiting for it/);
      await line(terminal, ':purge', /Cancel all 2 that wait for lift/);
      await line(terminal, 'n', /Nothing was done/);
      await line(terminal, ':purge', /Cancel all 2 that wait for lift[\s\S]*Cancel all 2 that wait for lift/);
      await line(terminal, 'y', /Nothing waits for it\./);
      await quit(terminal);
    },
    terminalTestMs,
  );

  it(
    'adds a device, gives it a new token, and removes it',
    async () => {
      await using terminal = await openTerminal(size);
      await terminal.startCommander(envOf(relay), /Connected to/, '--plain');
      const added = await line(terminal, ':add crane', /Its token, said this once: rly_device_/);
      const token = /rly_device_[\w-]+/.exec(added)?.[0] ?? '';
      await line(terminal, ':worker', /The worker is saved in/);
      await using crane = await startWorker(relay.url, token);
      await terminal.waitFor(/crane is online\./);
      await line(terminal, ':token crane', /The old token of crane goes on for/);
      await line(terminal, '1h', /works for 1h more/);
      await line(terminal, 'y', /crane has a new token\. The old one works for 1h more/);
      await line(terminal, ':remove crane', /Type crane to remove it/);
      await line(terminal, 'crane', /crane is removed/);
      await crane.exited;
      await quit(terminal);
    },
    terminalTestMs,
  );
});
