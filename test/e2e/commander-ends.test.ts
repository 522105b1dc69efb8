/** The keys of the first screens and those that end the commander or stop it, in every place that has them, at both sizes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelayClient } from '../../src/client/relay-client.ts';
import { hasTool } from '../tools.ts';
import { relayCommand, runRelay, type ServedRelay, startServe } from './built-relay.ts';
import { addDevice, envOf, terminalTestMs } from './commander-people.ts';
import { openTerminal } from './commander-terminal.ts';
import { beginnings, giveUp, waitFor } from './commander-walk/beginnings.ts';
import { keeping, staying, stopping, type Way, ways } from './commander-walk/ends.ts';
import { exitingPlaces, keysFor, quittingKeys } from './commander-walk/pressed.ts';
import { type HeadlessTerminal, openHeadless } from './headless/headless-terminal.ts';
import { bytesOfKey } from './headless/keys.ts';
import { walk } from './headless/walk.ts';
import { listenAndSayNothing } from './silent-listener.ts';

const sizes = [
  { columns: 120, rows: 36 },
  { columns: 80, rows: 24 },
] as const;
type Size = (typeof sizes)[number];

/** The program has ended by itself, and the terminal is as it was. */
async function expectEnded(terminal: HeadlessTerminal): Promise<void> {
  expect(await terminal.exited).toMatchObject({ exitCode: 0 });
  expect(terminal.modes()).toMatchObject({ isAlternate: false, mouse: 'none' });
  expect(terminal.modes().cursor).not.toBe('hidden');
}

describe.each(sizes)('at $columns by $rows', (size) => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe();
    await addDevice('alpha', relay.env);
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  /** With a message in its log. */
  async function openAtWork(): Promise<HeadlessTerminal> {
    const terminal = openHeadless({ ...size, command: relayCommand, env: { ...envOf(relay), RELAY_SENDER: 'desk' } });
    await terminal.waitFor(/○ alpha/);
    const credentials = { authKey: relay.bootstrap?.authKey ?? '', sender: 'boss' };
    const boss = createRelayClient({ url: relay.url, credentials });
    await boss.ready();
    await boss.send('desk', { hello: true });
    await boss.close();
    await terminal.waitFor(/devices \d+\/\d+[\s\S]*2 Messages 1|"hello":true/);
    return terminal;
  }

  it.each(ways.flatMap(({ place, steps }) => quittingKeys(place).map((key) => ({ place, key, steps }))))(
    '$key ends it from $place',
    async ({ key, steps }) => {
      await using terminal = await openAtWork();
      await walk(terminal, steps);
      terminal.press(key);
      await expectEnded(terminal);
    },
    terminalTestMs,
  );

  it.runIf(hasTool('tmux'))(
    '^Z stops it and fg brings it back, from every place that has the key',
    () => stopAndGoOn(size, relay, ways),
    terminalTestMs,
  );

  it(
    'every key of the first screens does what the table says',
    async () => {
      await using terminal = openHeadless({ ...size, command: relayCommand });
      await terminal.waitFor(/Start one on this machine/);
      await walk(terminal, beginnings);
    },
    terminalTestMs,
  );

  it(
    'one relay more that does not answer is given up, and the one that is there goes on',
    async () => {
      await using silent = await listenAndSayNothing();
      await using terminal = openHeadless({ ...size, command: relayCommand, env: envOf(relay) });
      await terminal.waitFor(/○ alpha/);
      await walk(terminal, giveUp(silent.url));
      expect(terminal.text()).toMatch(/● .*\d+ms/);
    },
    terminalTestMs,
  );

  it.each(exitingPlaces.flatMap((place) => keysFor(place, 'exit').map((key) => ({ place, key }))))(
    '$key ends it from $place',
    async ({ place, key }) => {
      await using silent = await listenAndSayNothing();
      await using terminal = openHeadless({ ...size, command: relayCommand });
      await terminal.waitFor(/Start one on this machine/);
      if (place === 'busy') await walk(terminal, waitFor(silent.url));
      terminal.press(key);
      await expectEnded(terminal);
    },
    terminalTestMs,
  );

  it.each([...stopping, ...keeping])(
    'a relay inside that others use: %s answers the question, after every no',
    (key) => answerQuestion(size, key),
    terminalTestMs,
  );
});

async function stopAndGoOn({ columns, rows }: Size, relay: ServedRelay, all: readonly Way[]): Promise<void> {
  await using terminal = await openTerminal({ columns, rows });
  await terminal.startCommander({ ...envOf(relay), RELAY_SENDER: 'desk' }, /○ alpha/);
  await terminal.press('i');
  // So that there is a message whose detail can be opened.
  await terminal.type('@alpha {"n":1}');
  await terminal.waitFor(/JSON ✓/);
  await terminal.press('Enter');
  await terminal.waitFor(/2 Messages 1|→ alpha +\{"n":1\}/);
  await terminal.press('Escape', '1');
  await terminal.waitFor(/1 Devices \d+ ›/);
  for (const { place, steps } of all.filter((way) => keysFor(way.place, 'suspend').length > 0)) {
    for (const { do: keys = [], shows } of steps) {
      for (const key of keys) await terminal.type(bytesOfKey(key));
      await terminal.waitFor(shows);
    }
    const before = await terminal.screen();
    await terminal.press('C-z');
    await terminal.waitFor(/Stopped/);
    expect(await terminal.ask('#{alternate_on} #{cursor_flag}'), place).toBe('0 1');
    await terminal.type('clear; fg');
    await terminal.press('Enter');
    await terminal.waitFor(/Compose[\s\S]*(help|Esc)/);
    expect((await terminal.screen()).split('\n').length, place).toBe(before.split('\n').length);
    await terminal.press('Escape');
    await terminal.waitFor(/\? help/);
    await terminal.press('f', '1');
    await terminal.waitFor(/1 Devices \d+ ›/);
  }
  await terminal.press('q');
  await terminal.waitFor(/shell-is-ready\s*$/);
}

async function answerQuestion(size: Size, key: string): Promise<void> {
  await using terminal = openHeadless({ ...size, command: relayCommand });
  await terminal.waitFor(/Start one on this machine/);
  terminal.press('enter');
  await terminal.waitFor(/→ simulated_mouse ●/);
  terminal.press('escape', '1');
  await terminal.waitFor(/1 Devices \d+ ›/);
  const home = { HOME: terminal.home, RELAY_CONFIG_DIR: undefined };
  const credentials = { deviceToken: await addDevice('arm', home) };
  const { stdout } = await runRelay(['profile', 'ls', '--json'], { env: home });
  const { url } = JSON.parse(stdout).profiles[0];
  await using arm = createRelayClient({ url, credentials, reconnect: false });
  await arm.ready();
  await terminal.waitFor(/● arm/);
  for (const no of staying) {
    terminal.press('q');
    await terminal.waitFor(/Stop the relay\?/);
    terminal.press(no);
    await terminal.waitFor(/1 Devices \d+ ›/);
  }
  terminal.press('q');
  await terminal.waitFor(/Stop the relay\?/);
  terminal.press(key);
  await expectEnded(terminal);
  const pid = /"kill (\d+)" stops it/.exec(terminal.text().replaceAll('\n', ''))?.[1];
  expect(pid !== undefined).toBe(key === 'k');
  if (pid !== undefined) process.kill(Number(pid), 'SIGTERM');
}
