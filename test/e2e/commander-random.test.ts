/** Somebody leans on the keyboard: whatever is typed at random in the lists sends nothing to anyone. */
import { describe, expect, it, vi } from 'vitest';
import { createRelayClient } from '../../src/client/relay-client.ts';
import { createRandom } from '../server/simulation/random.ts';
import { hasTool } from '../tools.ts';
import { runRelay, startServe } from './built-relay.ts';
import { addDevice, envOf, startWorker, terminalTestMs } from './commander-people.ts';
import { openTerminal } from './commander-terminal.ts';

/** About what a minute of leaning gives. */
const count = Number(process.env.RANDOM_KEYS ?? 1200);
const seed = Number(process.env.RANDOM_SEED ?? 20260730);
/** Typed at once, as from a keyboard that repeats. */
const burst = 12;

/** All that prints, but for q: it quits, and what is typed into a program that ends is lost. */
const characters = Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n)).filter((key) => key !== 'q');
const named = ['\r', '\r', '\t', '\u001b', '\u001b', '\u001b[A', '\u001b[B', '\u001b[5~', '\u001b[6~', '\u007f'];

describe.runIf(hasTool('tmux') && hasTool('python3-websocket'))(`typing ${count} keys at random (seed ${seed})`, () => {
  it(
    'sends nothing to anyone',
    async () => {
      await using relay = await startServe();
      await using _gate = await startWorker(relay.url, await addDevice('gate', relay.env));
      await addDevice('pump', relay.env);
      const authKey = relay.bootstrap?.authKey ?? '';
      const credentials = { authKey, sender: 'observer' };
      await using observer = createRelayClient({ url: relay.url, credentials, extensions: ['tap'] });
      const passed: string[] = [];
      observer.on('tap', ({ target, text }) => passed.push(`${target} ${text}`));
      await observer.ready();
      await observer.tap();
      // Something stands in the log, as on any day.
      await using terminal = await openTerminal({ columns: 120, rows: 36 });
      await terminal.startAgainAndAgain({ ...envOf(relay), RELAY_SENDER: 'desk' }, /● gate/);
      await observer.send('desk', { type: 'report', ok: true });
      await terminal.waitFor(/← observer/);

      const random = createRandom(seed);
      const keys = [...characters, ...named];
      for (let typed = 0; typed < count; typed += burst) {
        const run = Array.from({ length: burst }, () => keys[random.below(keys.length)] ?? '');
        await terminal.type(run.join(''));
      }
      // The way back to the lists: when the help is there, everything before it was taken.
      await vi.waitFor(async () => {
        await terminal.press('Escape', 'Escape', 'Escape', '1', '?');
        expect(await terminal.screen()).toContain('╭ Keys');
      }, 60_000);
      await observer.ping();
      expect(passed.filter((line) => !line.startsWith('desk '))).toEqual([]);
      const { stdout } = await runRelay(['queue', 'ls', '--json'], { env: relay.env });
      expect(JSON.parse(stdout).queues).toEqual([]);

      // What is meant is sent, and the observer sees it.
      await terminal.press('Escape', 'Escape', 'i', 'C-u');
      await terminal.type('@gate {"cmd":"meant"}');
      await terminal.press('Enter');
      await vi.waitFor(() => expect(passed.join()).toContain('gate {"cmd":"meant"'), 20_000);
    },
    terminalTestMs,
  );
});
