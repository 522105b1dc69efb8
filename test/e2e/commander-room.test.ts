/** What the relay tells a commander beyond the published contract: fates, queues, presence, the traffic of others. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasTool } from '../tools.ts';
import { runRelay, type ServedRelay, spawnRelay, startServe } from './built-relay.ts';
import { addDevice, command, envOf, startWorker, terminalTestMs } from './commander-people.ts';
import { openTerminal, type Terminal } from './commander-terminal.ts';

/** A device that reads what comes and answers nothing. */
async function startListener(id: string, relay: ServedRelay) {
  const token = await addDevice(id, relay.env);
  const env = { RELAY_URL: relay.url, RELAY_DEVICE_TOKEN: token, RELAY_AUTH_KEY: undefined };
  return spawnRelay(['listen', '--json'], { env });
}

async function leave(terminal: Terminal): Promise<void> {
  await terminal.press('Escape', 'Escape', 'q');
  await terminal.waitForShell();
}

describe.runIf(hasTool('tmux') && hasTool('python3-websocket'))('the commander in a room', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe({ args: ['--limit', 'queue_messages=2'] });
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it(
    'changes the state of a sent message in its place: queued, cancelled, refused, expired, delivered, replied',
    async () => {
      await addDevice('tank', relay.env);
      await using _ear = await startListener('ear', relay);
      await using _mouth = await startWorker(relay.url, await addDevice('mouth', relay.env));
      await using terminal = await openTerminal({ columns: 120, rows: 36 });
      await terminal.startCommander(envOf(relay), /● ear[\s\S]*● mouth[\s\S]*○ tank/);
      await terminal.press('i');
      await command(terminal, '@tank {"n":1,"_ttl":1}');
      await terminal.waitFor(/\{"n":1,"_ttl":1\} +⧗ queued/);
      await command(terminal, '@tank {"n":2}');
      await terminal.waitFor(/\{"n":2\} +⧗ queued/);
      await terminal.waitFor(/○ tank .*⧗\d/);
      await terminal.waitFor(/\{"n":1,"_ttl":1\} +expired/);
      await terminal.waitFor(/1 error \(e\)/);
      await command(terminal, '@tank {"n":3}');
      await terminal.waitFor(/\{"n":3\} +⧗ queued/);
      await command(terminal, '@tank {"n":4}');
      await terminal.waitFor(/\{"n":4\} +refused queue_full/);
      await terminal.press('Escape', '2', 'k', 'x');
      await terminal.waitFor(/\{"n":3\} +cancelled/);
      await terminal.press('i');
      await command(terminal, '@ear {"n":5}');
      await terminal.waitFor(/\{"n":5\} +delivered/);
      await command(terminal, '@mouth {"cmd":"speak"}');
      await terminal.waitFor(/\{"cmd":"speak"\} +replied \d+ ms/);
      await leave(terminal);
    },
    terminalTestMs,
  );

  it(
    'looks into a queue, cancels one message of it, and purges the rest after a yes',
    async () => {
      await addDevice('basin', relay.env);
      for (const n of [1, 2]) await runRelay(['send', '-t', 'basin', `{"n":${n}}`], { env: relay.env });
      await using terminal = await openTerminal({ columns: 120, rows: 36 });
      await terminal.startCommander(envOf(relay), /○ basin .*⧗2/);
      await terminal.press('/');
      await terminal.type('basin');
      await terminal.press('Enter', 'Enter');
      await terminal.waitFor(/Waiting for it: 2/);
      await terminal.waitFor(/› +\d+ .*\{"n":1,/);
      await terminal.press('j');
      await terminal.waitFor(/› +\d+ .*\{"n":2,/);
      await terminal.press('x');
      await terminal.waitFor(/Cancel message \d+ to basin at/);
      await terminal.press('y');
      await terminal.waitFor(/Waiting for it: 1\b/);
      await terminal.press('X');
      await terminal.waitFor(/Cancel the one message that waits for basin/);
      await terminal.press('Escape');
      await terminal.waitFor(/Waiting for it: 1\b/);
      await terminal.press('X');
      await terminal.waitFor(/Cancel the one message/);
      await terminal.press('y');
      await terminal.waitFor(/Nothing waits for it/);
      await leave(terminal);
    },
    terminalTestMs,
  );

  it(
    'hears who comes and goes without asking, and what others say while the room tap is on',
    async () => {
      await addDevice('sink', relay.env);
      await using terminal = await openTerminal({ columns: 120, rows: 36 });
      await terminal.startCommander(envOf(relay), /○ sink/);
      await terminal.press('T');
      await terminal.waitFor(/TAP/);
      await runRelay(['send', '-t', 'sink', '{"said":"by others"}'], { env: relay.env });
      const screen = await terminal.waitFor(/↔ cli-[0-9a-f]+ → sink +\{"said":"by others".* queued/);
      expect(screen).not.toMatch(/[●○] cli-/);
      await terminal.press('T');
      await terminal.waitFor(/The room tap is off/);
      await leave(terminal);
    },
    terminalTestMs,
  );

  it(
    'adds a device, whose worker runs as it is pasted',
    async () => {
      await using terminal = await openTerminal({ columns: 120, rows: 36 });
      await terminal.startCommander(envOf(relay), /1 Devices/);
      await terminal.press('a');
      await terminal.waitFor(/Its name, as commands address it/);
      await terminal.type('newcomer');
      await terminal.press('Enter');
      const screen = await terminal.waitFor(/rly_device_\S+/);
      const token = /rly_device_\S+/.exec(screen)?.[0] ?? '';
      expect(screen).toContain(relay.url);
      expect(screen).toContain('import json');
      await terminal.press('Escape');
      await terminal.waitFor(/○ newcomer/);
      await using _worker = await startWorker(relay.url, token);
      await terminal.waitFor(/● newcomer/);
      await leave(terminal);
    },
    terminalTestMs,
  );
});
