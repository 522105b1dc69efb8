/** Command lines as people type them: through a shell, and in a terminal. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianPython } from '../../tools.ts';
import { makeTemporaryFolder, relayCommand } from '../built-relay.ts';
import { type SpawnOptions, spawnWatched, type WatchedProcess } from '../watched-process.ts';

/** Makes a folder with the command `relay` in it, for the PATH; the caller removes it. */
export function makeCommandFolder(): string {
  const folder = makeTemporaryFolder();
  const path = join(folder, 'relay');
  writeFileSync(path, `#!/bin/sh\nexec '${relayCommand[0]}' '${relayCommand[1]}' "$@"\n`);
  chmodSync(path, 0o755);
  return folder;
}

/** Runs a line as a shell does; `exec` gives the shell's place, and its signals, to a line that is one command. */
export function spawnShell(line: string, commandFolder: string, options: SpawnOptions = {}): WatchedProcess {
  const env = { ...options.env, PATH: `${commandFolder}:${process.env.PATH}` };
  const isOneCommand = !/&&|;|\|/.test(line);
  return spawnWatched('/bin/sh', ['-c', isOneCommand ? `exec ${line}` : line], { ...options, env });
}

/** pty.spawn copies between this process and a terminal of its own in which the command runs. */
const inTerminal = `
import os, pty, signal, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))
pty._copy(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** Runs `relay ARGS` in a terminal (needs Debian's Python): what is written is typed, what it shows comes on `stdout`. */
export function spawnRelayInTerminal(args: readonly string[], options: SpawnOptions = {}): WatchedProcess {
  return spawnWatched(debianPython, ['-c', inTerminal, ...relayCommand, ...args], options);
}
