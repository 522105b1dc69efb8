import { statSync } from 'node:fs';
import { copyToJson, describeCopy, isTaken, withCopies, writeBackupFile, writePieces } from '../backup-file.ts';
import { confirmOptions, connectionOptions, defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { findConnection, withHttp } from '../connect.ts';
import { CommandError, type ExitCode, exitCodes, usageError } from '../exit-codes.ts';

export const backupCommand = defineCommand({
  positionals: { file: { type: 'string', demandOption: true, describe: 'Where to' } },
  options: {
    ...connectionOptions,
    ...confirmOptions,
    data: { type: 'string', requiresArg: true, describe: 'The data folder of a relay that is stopped' },
  },
  examples: [
    ['relay backup relay.backup', 'Users, keys, devices and queues of the running relay, in one file (admin key).'],
    ['relay backup relay.backup --data ./relay-data --yes', 'The same of a relay that is stopped; replaces the file.'],
  ],
  endsItself: true,
  async run(argv, context): Promise<ExitCode> {
    const { file, data } = argv;
    const { output, interruption } = context;
    if (file === '-') throw usageError('a backup is a file: give its name');
    if (data !== undefined && argv.url !== undefined) throw usageError('--data is a folder here: leave out --url');
    const connection = data === undefined ? await findConnection(argv, context, 'admin') : undefined;
    if (isTaken(file)) await confirm(`Replace ${file}?`, argv.yes, context);

    const summary = await writeBackupFile(file, async (unfinished) => {
      if (connection === undefined) {
        await withCopies(({ copyStoppedStore }) => copyStoppedStore(data ?? '', unfinished));
      } else {
        await withHttp(connection, (http) => writePieces(unfinished, http.backup(interruption.signal)));
      }
      if (interruption.signal.aborted) throw new CommandError(interruption.exitCode, '');
    }).catch((error: unknown) => {
      throw interruption.signal.aborted ? new CommandError(interruption.exitCode, '') : error;
    });

    const bytes = statSync(file).size;
    if (output.json) await output.record({ file, bytes, ...copyToJson(summary) });
    else {
      output.say(
        `${file} holds ${describeCopy(summary)} (${bytes} bytes). Keep it as safe as the relay itself: what waits is in it as ` +
          'it was sent.',
      );
    }
    return exitCodes.done;
  },
});
