/** A device whose token is made anew and which is removed, while its worker runs. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasTool } from '../tools.ts';
import { runRelay, type ServedRelay, startServe } from './built-relay.ts';
import { addDevice, envOf, startWorker, terminalTestMs } from './commander-people.ts';
import { openTerminal } from './commander-terminal.ts';

describe.runIf(hasTool('tmux') && hasTool('python3-websocket'))('the commander and the tokens of devices', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe();
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it(
    'makes a new token at once: the old connection is closed, and the new token connects',
    async () => {
      const old = await addDevice('gate', relay.env);
      await using worker = await startWorker(relay.url, old);
      await using terminal = await openTerminal({ columns: 80, rows: 24 });
      await terminal.startCommander(envOf(relay), /› ● gate/);
      await terminal.type('R');
      await terminal.waitFor(/gate at .*, online/);
      await terminal.type('0');
      await terminal.press('Enter');
      await terminal.waitFor(/Make a new token for gate/);
      await terminal.type('y');
      const screen = await terminal.waitFor(/A new token[\s\S]*does not work any more[\s\S]*rly_device_/);
      await worker.exited;
      const token = /rly_device_[\w-]+/.exec(screen)?.[0] ?? '';
      await terminal.press('Escape');
      await terminal.waitFor(/○ gate/);
      await using _again = await startWorker(relay.url, token);
      await terminal.waitFor(/● gate/);
      await terminal.press('q');
      expect(await terminal.waitForShell()).toContain('exit code 0');
    },
    terminalTestMs,
  );

  it(
    'removes a device whose name is typed, with its connection and what waits for it',
    async () => {
      const token = await addDevice('pump', relay.env);
      await using worker = await startWorker(relay.url, token);
      await using terminal = await openTerminal({ columns: 120, rows: 36 });
      await terminal.startCommander(envOf(relay), /● pump/);
      await terminal.type('/pump');
      await terminal.press('Enter');
      await terminal.waitFor(/› ● pump/);
      await terminal.type('D');
      await terminal.waitFor(/its connection is closed at once \(4010\)/);
      await terminal.type('pump');
      await terminal.press('Enter');
      await terminal.waitFor(/pump is removed/);
      await worker.exited;
      const { stdout } = await runRelay(['device', 'ls', '--json'], { env: relay.env });
      expect(stdout).not.toContain('"pump"');
      await terminal.press('Escape', 'q');
      await terminal.waitForShell();
    },
    terminalTestMs,
  );

  it(
    'says what the relay refuses: a client that only connects has no token',
    async () => {
      await using terminal = await openTerminal({ columns: 80, rows: 24 });
      await runRelay(['send', '-t', 'nobody', '{}', '--force'], { env: relay.env });
      await terminal.startCommander(envOf(relay), /○ nobody/);
      await terminal.type('/nobody');
      await terminal.press('Enter');
      await terminal.type('D');
      await terminal.waitFor(/1 message waiting/);
      await terminal.type('nobody');
      await terminal.press('Enter');
      await terminal.waitFor(/Not removed: there is no device "nobody"/);
      await terminal.press('Escape', 'Escape', 'q');
      await terminal.waitForShell();
    },
    terminalTestMs,
  );
});
