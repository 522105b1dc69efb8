/**
 * Somebody leans on the keyboard, or a cat walks over it: a minute of everything that can be typed, and nothing is sent to anyone,
 * nothing crashes, and the terminal is the shell's again. The history is empty and nothing was sent before: what was sent once is
 * there to be sent again by two keys that say so (`r` or the arrow, and Enter).
 */
import { rmSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { createRelayClient } from '../../src/client/relay-client.ts';
import { createRandom } from '../server/simulation/random.ts';
import { makeTemporaryFolder, runRelay, type ServedRelay, startServe } from './built-relay.ts';
import { addDevice, envOf } from './commander-people.ts';
import { createJobShell } from './commander-random/job-shell.ts';
import { typeAtRandom } from './commander-random/typist.ts';
import { type HeadlessTerminal, openHeadless } from './headless/headless-terminal.ts';

const seconds = Number(process.env.RANDOM_SECONDS ?? 60);
const seed = Number(process.env.RANDOM_SEED ?? 20260730);

/** Hears everything that passes in the room, but for what it says to the commander itself. */
async function startObserver(relay: ServedRelay) {
  const credentials = { authKey: relay.bootstrap?.authKey ?? '', sender: 'observer' };
  const client = createRelayClient({ url: relay.url, credentials, extensions: ['tap'] });
  const passed: string[] = [];
  client.on('tap', ({ target, text }) => {
    if (target !== 'desk') passed.push(`${target} ${text}`);
  });
  await client.ready();
  await client.tap();
  return { client, passed, [Symbol.asyncDispose]: () => client.close() };
}

async function connectDevice(relay: ServedRelay, id: string) {
  const client = createRelayClient({ url: relay.url, credentials: { deviceToken: await addDevice(id, relay.env) } });
  const got: string[] = [];
  client.on('message', ({ text }) => got.push(text));
  await client.ready();
  return { got, [Symbol.asyncDispose]: () => client.close() };
}

/** Out of whatever was opened, by keys that say no; when the help is there, everything before it was taken. */
async function goToLists(terminal: HeadlessTerminal): Promise<void> {
  terminal.resize(120, 36);
  await vi.waitFor(
    () => {
      terminal.press('escape');
      terminal.type('\u001b[201~');
      terminal.press('escape', '1', '?');
      expect(terminal.text()).toContain('╭ Keys');
    },
    { timeout: 60_000, interval: 300 },
  );
  terminal.press('escape');
  await terminal.waitFor(/╭ 1 Devices \d+ ›/);
}

it(
  `sends nothing to anyone when everything is typed at random for ${seconds} s (seed ${seed})`,
  async () => {
    await using relay = await startServe();
    await using gate = await connectDevice(relay, 'gate');
    await addDevice('pump', relay.env);
    await using observer = await startObserver(relay);
    const home = makeTemporaryFolder();
    const shell = createJobShell(home);
    // What ^O opens must not obey what is typed into it.
    const env = { ...envOf(relay), RELAY_SENDER: 'desk', EDITOR: 'true' };
    await using terminal = openHeadless({ columns: 120, rows: 36, command: shell.command, env, home });
    await terminal.waitFor(/● gate/);
    // Something stands in the log, as on any day.
    await observer.client.send('desk', { type: 'report', ok: true });
    await terminal.waitFor(/← observer/);

    const { inputs } = await typeAtRandom(terminal, createRandom(seed), seconds * 1000);
    await goToLists(terminal);
    await observer.client.ping();
    const ends = shell.exitCodes();
    console.log(
      `seed ${seed}: ${inputs} inputs in ${seconds} s, quit ${ends.length} times, stopped and back ${shell.resumed()} times`,
    );
    expect(observer.passed).toEqual([]);
    expect(gate.got).toEqual([]);
    const { stdout } = await runRelay(['queue', 'ls', '--json'], { env: relay.env });
    expect(JSON.parse(stdout).queues).toEqual([]);
    // 130: ^C while it was still starting.
    expect(ends.filter((code) => code !== 0 && code !== 130)).toEqual([]);
    if (seconds >= 60) expect(Math.min(ends.length, shell.resumed())).toBeGreaterThan(0);

    // What is meant is sent, and everybody sees it.
    terminal.press('i', 'ctrl+u');
    terminal.type('@gate {"cmd":"meant"}');
    await terminal.waitFor(/JSON ✓/);
    terminal.press('enter');
    await vi.waitFor(() => expect(observer.passed.join()).toContain('gate {"cmd":"meant"'), 20_000);

    shell.letEnd();
    terminal.press('ctrl+c');
    const after = await terminal.waitFor(/the shell is back/);
    expect(after).toMatch(/(?<!-)\bicanon\b/);
    expect(after).toMatch(/(?<!-)\becho\b/);
    expect(terminal.modes()).toMatchObject({ isAlternate: false, mouse: 'none', title: '' });
    expect(terminal.modes().cursor).not.toBe('hidden');
    rmSync(home, { recursive: true, force: true });
  },
  seconds * 1000 + 180_000,
);
