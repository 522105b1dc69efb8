/** The ends of a commander: bugs, terminals that are closed, keys that quit. The terminal is always the shell's again. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasTool } from '../tools.ts';
import { type ServedRelay, startServe } from './built-relay.ts';
import { envOf, terminalTestMs } from './commander-people.ts';
import { openTerminal, type Terminal } from './commander-terminal.ts';
import { spawnWatched } from './watched-process.ts';

/** The process that the shell of the terminal runs. */
async function pidIn(terminal: Terminal): Promise<number> {
  const shell = await terminal.ask('#{pane_pid}');
  const { stdout } = await spawnWatched('pgrep', ['-P', shell]).exited;
  return Number(stdout.trim());
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe.runIf(hasTool('tmux'))('the end of a commander', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe();
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it(
    'gives the terminal back after a bug, with the words of the bug below',
    async () => {
      await using terminal = await openTerminal({ columns: 100, rows: 24 });
      const bug = 'process.on("SIGUSR2", () => { throw new Error("a bug was planted"); })';
      const env = { ...envOf(relay), NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(bug)}` };
      await terminal.startCommander(env, /● .*\d+ms/, '--mouse');
      process.kill(await pidIn(terminal), 'SIGUSR2');
      const after = await terminal.waitForShell();
      expect(after).toContain('a bug was planted');
      expect(after).toContain('exit code 1');
      expect(await terminal.ask('#{alternate_on} #{cursor_flag} #{mouse_standard_flag}')).toBe('0 1 0');
      await terminal.type('stty -a | tr ";" "\\n"');
      await terminal.press('Enter');
      expect(await terminal.waitFor(/iexten/)).toMatch(/(?<!-)\becho\b/);
    },
    terminalTestMs,
  );

  it(
    'leaves no process behind when its terminal is closed',
    async () => {
      const terminal = await openTerminal({ columns: 100, rows: 24 });
      await terminal.startCommander(envOf(relay), /● .*\d+ms/);
      const pid = await pidIn(terminal);
      expect(isRunning(pid)).toBe(true);
      await terminal[Symbol.asyncDispose]();
      await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 20_000 });
    },
    terminalTestMs,
  );

  it.each([
    ['Ctrl+C in a list', ['C-c']],
    ['Ctrl+C in an empty composer', ['i', 'C-c']],
    ['q', ['q']],
  ])(
    'quits by %s at once',
    async (_what, keys) => {
      await using terminal = await openTerminal({ columns: 100, rows: 24 });
      await terminal.startCommander(envOf(relay), /● .*\d+ms/);
      await terminal.press(...keys);
      const after = await terminal.waitForShell();
      expect(after).toContain('exit code 0');
      expect(await terminal.ask('#{alternate_on} #{cursor_flag}')).toBe('0 1');
    },
    terminalTestMs,
  );

  it(
    'clears the composer with the first Ctrl+C and quits with the second',
    async () => {
      await using terminal = await openTerminal({ columns: 100, rows: 24 });
      await terminal.startCommander(envOf(relay), /● .*\d+ms/);
      await terminal.press('i');
      await terminal.type('{"n":1}');
      await terminal.waitFor(/│ \{"n":1\}/);
      await terminal.press('C-c');
      await terminal.waitFor(/│ @name/);
      expect(await terminal.ask('#{alternate_on}')).toBe('1');
      await terminal.press('C-c');
      await terminal.waitForShell();
    },
    terminalTestMs,
  );
});
