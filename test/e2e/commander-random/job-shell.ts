/** A shell that starts a program again whenever it ends, brings it back whenever it was stopped, and obeys nothing that is typed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { relayCommand } from '../built-relay.ts';

/** What `$?` is of a job that Ctrl+Z stopped: 128 and SIGTSTP. */
const stoppedCode = 148;

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export interface JobShell {
  /** For `openHeadless`. */
  readonly command: readonly string[];
  /** How the program ended, each time. */
  exitCodes(): readonly number[];
  /** How many times it was brought back from the background. */
  resumed(): number;
  /** The next end is the last; then the shell says how it left the terminal. */
  letEnd(): void;
}

function linesOf(path: string): readonly string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** Its files are in this folder. */
export function createJobShell(folder: string): JobShell {
  const path = (name: string): string => join(folder, name);
  const command = ['bash', '--norc', '--noprofile', path('again.sh')];
  writeFileSync(path('exit-codes'), '');
  writeFileSync(path('resumed'), '');
  writeFileSync(
    path('again.sh'),
    `set -m
# Keys that come while no commander reads them are for nobody.
trap : INT
# No loops: bash leaves them when what runs in them is stopped.
bring_back() {
  echo fg >> ${quote(path('resumed'))}
  fg > /dev/null
  code=$?
  if [ $code = ${stoppedCode} ]; then bring_back; fi
}
${relayCommand.map(quote).join(' ')}
code=$?
if [ $code = ${stoppedCode} ]; then bring_back; fi
echo $code >> ${quote(path('exit-codes'))}
[ -e ${quote(path('end'))} ] || exec ${command.map(quote).join(' ')}
stty -a
echo the shell is back
read -r line
`,
  );
  return {
    command,
    exitCodes: () => linesOf(path('exit-codes')).map(Number),
    resumed: () => linesOf(path('resumed')).length,
    letEnd: () => writeFileSync(path('end'), ''),
  };
}
