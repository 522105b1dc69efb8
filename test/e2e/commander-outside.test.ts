/** What comes from outside: signals that stop the commander for a while, or end it while a relay runs inside. */
import { describe, expect, it, vi } from 'vitest';
import { createRelayClient } from '../../src/client/relay-client.ts';
import { createInbox } from '../client/inbox.ts';
import { relayCommand, runRelay, startServe } from './built-relay.ts';
import { addDevice, envOf, terminalTestMs } from './commander-people.ts';
import { openHeadless } from './headless/headless-terminal.ts';

/** Beyond all that the relay and the system keep for a reader (`send_buffer_bytes` is 1 MiB). */
const floodMessages = 800;
const paddingBytes = 32 * 1024;

describe('a commander that was stopped for a while', () => {
  it(
    'says how much of the room it has missed when it goes on',
    async () => {
      await using relay = await startServe();
      const authKey = relay.bootstrap?.authKey ?? '';
      const credentials = { deviceToken: await addDevice('gate', relay.env) };
      await using gate = createRelayClient({ url: relay.url, credentials });
      const arrived = createInbox<string>();
      gate.on('message', ({ text }) => arrived.put(text));
      await gate.ready();
      await using boss = createRelayClient({ url: relay.url, credentials: { authKey, sender: 'boss' } });
      await boss.ready();
      await using terminal = openHeadless({ columns: 120, rows: 36, command: relayCommand, env: envOf(relay) });
      await terminal.waitFor(/● gate/);
      terminal.press('T');
      await terminal.waitFor(/TAP/);

      process.kill(terminal.pid, 'SIGSTOP');
      const padding = 'x'.repeat(paddingBytes);
      // Who is slow delays nobody else: each of them arrives.
      for (let n = 0; n < floodMessages; n++) {
        await boss.send('gate', { n, padding });
        await arrived.next();
      }
      process.kill(terminal.pid, 'SIGCONT');
      // The next copy that it takes says how many went before it.
      await vi.waitFor(
        async () => {
          await boss.send('gate', { more: true });
          expect(terminal.text()).toMatch(/[12] errors? \(e\)/);
        },
        { timeout: 30_000, interval: 200 },
      );
      terminal.press('e');
      const shown = await terminal.waitFor(
        /The relay left out \d+ copies of the room's traffic: this terminal is too slow/,
      );
      const missed = [...shown.matchAll(/left out (\d+) copies/g)].reduce((sum, [, count]) => sum + Number(count), 0);
      expect(missed).toBeGreaterThan(0);
      expect(missed).toBeLessThan(floodMessages);
    },
    terminalTestMs,
  );
});

/** Somebody who is connected, and the code with which that ends. */
async function connectArm(home: Readonly<Record<string, string | undefined>>) {
  const credentials = { deviceToken: await addDevice('arm', home) };
  const { stdout } = await runRelay(['profile', 'ls', '--json'], { env: home });
  const { url } = JSON.parse(stdout).profiles[0];
  const arm = createRelayClient({ url, credentials, reconnect: false });
  await arm.ready();
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  arm.on('state', (state) => {
    if ('ending' in state) resolve(state.ending.closeCode);
  });
  return { ended, [Symbol.asyncDispose]: () => arm.close() };
}

// Both have saved the profile of the new relay before: what saves it must not answer signals in the place of the program.
describe('a relay that was started for the first time, in a terminal', () => {
  it.each([
    ['the relay inside a commander', 'SIGTERM', [], { exitCode: 143 }],
    ['the relay inside a commander', 'SIGHUP', [], {}],
    ['relay serve', 'SIGTERM', ['serve', '--port', '0'], { exitCode: 0 }],
  ] as const)(
    '%s says goodbye on %s to those who are connected',
    async (_what, signal, args, ending) => {
      await using terminal = openHeadless({ columns: 80, rows: 24, command: [...relayCommand, ...args] });
      if (args.length === 0) {
        await terminal.waitFor(/Start one on this machine/);
        terminal.press('enter');
      }
      await terminal.waitFor(args.length === 0 ? /→ simulated_mouse ●/ : /ws:\/\/127\.0\.0\.1:\d+/);
      const home = { HOME: terminal.home, RELAY_CONFIG_DIR: undefined };
      await using arm = await connectArm(home);
      if (signal === 'SIGHUP') terminal.close();
      else process.kill(terminal.pid, signal);
      expect(await arm.ended).toBe(1001);
      expect(await terminal.exited).toMatchObject(ending);
      const { code } = await runRelay(['presence', '--json'], { env: home });
      expect(code).toBe(4);
    },
    terminalTestMs,
  );
});
